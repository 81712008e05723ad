/** What waits for a person's word, what was decided, and the senders who wait to be known. */
import type { Approval } from '../../api/answers.ts';
import { earliest, useAgainAt } from '../../api/use-again-at.ts';
import { usePages } from '../../api/use-pages.ts';
import { NeedsRole } from '../../parts/act-button.tsx';
import { FailureNote } from '../../parts/failure-note.tsx';
import { Section, View } from '../../parts/view.tsx';
import { ApprovalCard } from './approval-card.tsx';
import { DecidedList } from './decided-list.tsx';
import { Senders } from './senders.tsx';

const mayRunOut = ({ state }: Approval): boolean => state === 'pending' || state === 'approved';

const Waiting = ({ items, onDecided }: { items: readonly Approval[]; onDecided(): void }) => {
  // The oldest first: what comes in does not move what somebody is reading.
  const waiting = items.filter(({ state }) => state === 'pending').reverse();
  if (waiting.length === 0) return <p class="empty">Nothing waits.</p>;
  return (
    <>
      <NeedsRole needs="operator" to="approve or deny" />
      {waiting.map((approval) => (
        <ApprovalCard key={approval.id} approval={approval} onDecided={onDecided} />
      ))}
    </>
  );
};

export const ApprovalsView = () => {
  const approvals = usePages<Approval>('/api/approvals', {}, { on: ['approval'] });
  const { items, failure, again } = approvals;
  useAgainAt(earliest((items ?? []).filter(mayRunOut).map(({ expires_at }) => expires_at)), again);
  return (
    <View title="Approvals" lead="A person’s consent to one exact request. It counts once, for a short time.">
      <FailureNote failure={failure} onAgain={again} />
      <Section title="Waiting for a decision">
        {items === null ? <p class="empty">{failure ? 'Not known.' : 'Loading…'}</p> : <Waiting items={items} onDecided={again} />}
      </Section>
      {items !== null && (
        <Section title="Decided, or run out">
          <DecidedList pages={{ ...approvals, failure: null, items: items.filter(({ state }) => state !== 'pending') }} />
        </Section>
      )}
      <Senders />
    </View>
  );
};

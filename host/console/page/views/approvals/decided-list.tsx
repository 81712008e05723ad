/** What was decided, and what nobody decided in time. */
import type { Approval, AuditEntry, Evidence, Page } from '../../api/answers.ts';
import { segment, withQuery } from '../../api/ask.ts';
import { useAsked } from '../../api/use-asked.ts';
import type { Pages } from '../../api/use-pages.ts';
import { Badge } from '../../parts/badge.tsx';
import { FailureNote } from '../../parts/failure-note.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { Key } from '../../parts/key.tsx';
import { List } from '../../parts/list.tsx';
import type { Column } from '../../parts/table.tsx';
import { Unfold } from '../../parts/unfold.tsx';
import { When } from '../../parts/when.tsx';
import { type ConnectorWish, titleOf, wishOf } from './request.ts';
import { RequestFacts } from './request-facts.tsx';

/** Approved, and not carried out: the trail says what spoke against it. */
const Refusal = ({ wish }: { wish: ConnectorWish }) => {
  const query = { subject: wish.evidence_id, action: 'connector.requested', limit: 1 };
  const { value } = useAsked<Page<AuditEntry>>(withQuery('/api/audit', query));
  const entry = value?.items[0];
  if (entry?.decision !== 'denied') return null;
  const { code, rule } = (entry.detail ?? {}) as { code?: unknown; rule?: unknown };
  return (
    <p class="note note-warn">
      It was refused when it was approved: <Foreign text={String(code)} />, by the rule <Foreign text={String(rule)} />. Until it runs out,
      whoever asked may ask again with this approval.
    </p>
  );
};

const Outcome = ({ wish }: { wish: ConnectorWish }) => {
  const { value, failure, again } = useAsked<Evidence>(`/api/evidence/${segment(wish.evidence_id)}`);
  if (value === null) return <FailureNote failure={failure} onAgain={again} />;
  return (
    <p>
      It ended: <Badge state={value.state} /> {value.error && <Foreign text={value.error.message} />}
    </p>
  );
};

const Behind = ({ approval }: { approval: Approval }) => {
  const wish = wishOf(approval);
  return (
    <div class="request">
      {wish.kind === 'connector' && approval.state === 'approved' && <Refusal wish={wish} />}
      {wish.kind === 'connector' && approval.state === 'used' && <Outcome wish={wish} />}
      <RequestFacts approval={approval} />
    </div>
  );
};

const COLUMNS: readonly Column<Approval>[] = [
  { name: 'Asked', cell: ({ requested_at }) => <When at={requested_at} /> },
  {
    name: 'Request',
    kind: 'wide',
    cell: (approval) => <Unfold summary={<Foreign text={titleOf(approval)} />}>{() => <Behind approval={approval} />}</Unfold>,
  },
  { name: 'Asked by', cell: ({ requested_by }) => <Key text={requested_by} /> },
  { name: 'State', cell: ({ state }) => <Badge state={state} /> },
  { name: 'Decided by', cell: ({ decided_by }) => <Key text={decided_by} /> },
];

export const DecidedList = ({ pages }: { pages: Pages<Approval> }) => (
  <List pages={pages} caption="Decided approvals" columns={COLUMNS} keyOf={({ id }) => id} empty="Nothing was decided yet." />
);

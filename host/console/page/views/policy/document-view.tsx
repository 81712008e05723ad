/** The document in force: read by everybody, edited by an admin. */
import type { Status } from '../../api/answers.ts';
import { useAsked } from '../../api/use-asked.ts';
import { NeedsRole } from '../../parts/act-button.tsx';
import { FailureNote } from '../../parts/failure-note.tsx';
import { ForeignText, Json } from '../../parts/foreign.tsx';
import { Section, View } from '../../parts/view.tsx';
import { hrefOf } from '../../place/place.ts';
import { useMay } from '../../session/session.ts';
import { PolicyEditor } from './policy-editor.tsx';

const Problem = ({ problem }: { problem: string }) => (
  <div class="note note-bad">
    <p>
      <strong>The policy file is not the policy in force.</strong> What is shown here is the last good one.
    </p>
    <ForeignText text={problem} />
  </div>
);

export const DocumentView = () => {
  const may = useMay();
  const policy = useAsked<object>('/api/policy');
  const status = useAsked<Status>('/api/status');
  const problem = status.value?.policy_problem ?? null;
  const again = () => {
    policy.again();
    status.again();
  };
  return (
    <View
      title="Policy"
      lead="What an operator allows: limits, modes, who may write, where requests may go."
      actions={
        <a class="button button-link" href={hrefOf(['policy', 'explain'])}>
          What would happen if…
        </a>
      }
    >
      {problem !== null && <Problem problem={problem} />}
      <FailureNote failure={policy.failure ?? status.failure} onAgain={again} />
      <Section title="The document in force" lead="What it does not state has its default: the settings list every effective value.">
        {policy.value === null && policy.failure === null && <p class="empty">Loading…</p>}
        {policy.value !== null && !may('admin') && (
          <>
            <NeedsRole needs="admin" to="change the policy" />
            <Json value={policy.value} label="The policy in force" />
          </>
        )}
        {policy.value !== null && may('admin') && <PolicyEditor policy={policy.value} again={again} />}
      </Section>
    </View>
  );
};

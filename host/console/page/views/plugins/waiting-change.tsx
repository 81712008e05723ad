/** What lies in the folder and does not serve, against what was approved. */
import { useState } from 'preact/hooks';
import { ActButton, NeedsRole } from '../../parts/act-button.tsx';
import { Section } from '../../parts/view.tsx';
import { ApproveDialog } from './approve-dialog.tsx';
import { DifferenceList } from './difference-list.tsx';
import type { Plugin } from './kinds.ts';
import type { OfPlugin } from './plugin-actions.tsx';
import { StateNote } from './state-note.tsx';

const Change = ({ plugin, onApprove }: { plugin: Plugin; onApprove(digest: string): void }) => {
  const { pending, serving } = plugin;
  if (pending === null) return null;
  const { state, digest, difference } = pending;
  const approvable = state === 'needs_approval' && digest !== null;
  // Without one that serves, what lies in the folder is all there is, and its state was said above.
  if (serving === null && difference === null && !approvable) return null;
  return (
    <Section
      title={serving === null ? 'What its folder asks for' : 'A change waits'}
      lead={serving === null ? undefined : 'What was approved before goes on meanwhile.'}
      actions={
        approvable && (
          <ActButton needs="admin" kind="main" onClick={() => onApprove(digest)}>
            Approve…
          </ActButton>
        )
      }
    >
      {serving !== null && <StateNote state={state} reason={pending.reason} fix={pending.fix} />}
      {approvable && <NeedsRole needs="admin" to="approve it" />}
      {difference !== null && <DifferenceList difference={difference} />}
    </Section>
  );
};

export const WaitingChange = ({ kind, plugin, onChanged }: OfPlugin) => {
  /** What somebody reads stays what it was, whatever comes meanwhile. */
  const [read, setRead] = useState<{ plugin: Plugin; digest: string } | null>(null);
  return (
    <>
      <Change plugin={plugin} onApprove={(digest) => setRead({ plugin, digest })} />
      {read && <ApproveDialog kind={kind} {...read} onChanged={onChanged} onClose={() => setRead(null)} />}
    </>
  );
};

/** The two answers to a request. Yes acts at once: what it does stands above it. No asks first: it cannot be taken back. */
import { useState } from 'preact/hooks';
import type { Approval, Evidence, Role } from '../../api/answers.ts';
import { ask, segment } from '../../api/ask.ts';
import { type Act, useAct } from '../../api/use-act.ts';
import { ActButton } from '../../parts/act-button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FailureNote } from '../../parts/failure-note.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { useNotices } from '../../session/notices.tsx';
import { titleOf, wishOf } from './request.ts';

const addressOf = ({ id }: Approval, verb: 'approve' | 'deny'): string => `/api/approvals/${segment(id)}/${verb}`;

/** How a request ended that was carried out when it was approved. */
const outcomeOf = async (evidence_id: string, title: string): Promise<string> => {
  const asked = await ask<Evidence>(`/api/evidence/${segment(evidence_id)}`);
  if (!asked.ok || asked.value.state === 'success') return `${title} was carried out.`;
  const { state, error } = asked.value;
  return `${title} was tried and ended: ${state}.${error === null ? '' : ` ${shown(error.message)}`}`;
};

const saidOf = async (approval: Approval): Promise<string> => {
  const wish = wishOf(approval);
  const title = shown(titleOf(approval));
  if (approval.state === 'approved')
    return wish.kind === 'connector' ? `${title} is approved, and refused for now: nothing was carried out.` : `${title} is approved.`;
  return wish.kind === 'connector' ? outcomeOf(wish.evidence_id, title) : `${title}: done.`;
};

interface DenyDialogProps {
  approval: Approval;
  act: Act;
  onClose(): void;
  onDecided(): void;
}

const DenyDialog = ({ approval, act, onClose, onDecided }: DenyDialogProps) => {
  const title = titleOf(approval);
  const deny = async () => {
    const done = await act.run(addressOf(approval, 'deny'), {}, () => `${shown(title)} is denied.`);
    if (done) onDecided();
    return done !== null;
  };
  return (
    <Dialog title="Deny this request" does="Deny it" danger act={act} onClose={onClose} onDo={deny}>
      <p>
        <Foreign text={title} />, asked for by <Foreign text={approval.requested_by} />, will not happen. It cannot be approved afterwards:
        whoever wants it has to ask again.
      </p>
    </Dialog>
  );
};

export const Decide = ({ approval, needs, onDecided }: { approval: Approval; needs: Role; onDecided(): void }) => {
  const say = useNotices();
  const approving = useAct();
  const denying = useAct();
  const [asks, setAsks] = useState(false);
  const title = shown(titleOf(approval));
  // A button that is disabled loses the focus: this one takes no second click instead.
  const approve = async () => {
    if (approving.busy) return;
    const done = await approving.run<Approval>(addressOf(approval, 'approve'), {});
    if (!done) return;
    onDecided();
    say(await saidOf(done.value));
  };
  const openDeny = () => {
    if (approving.busy) return;
    denying.forget();
    setAsks(true);
  };
  return (
    <>
      <FailureNote failure={approving.failure} />
      <div class="actions">
        <ActButton needs={needs} kind="main" label={`Approve ${title}`} onClick={() => void approve()}>
          {approving.busy ? 'Working…' : 'Approve'}
        </ActButton>
        <ActButton needs={needs} label={`Deny ${title}`} onClick={openDeny}>
          Deny…
        </ActButton>
      </div>
      {asks && <DenyDialog approval={approval} act={denying} onClose={() => setAsks(false)} onDecided={onDecided} />}
    </>
  );
};

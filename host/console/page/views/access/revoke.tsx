/** Ends a token. */
import { useState } from 'preact/hooks';
import type { Token } from '../../api/answers.ts';
import { segment } from '../../api/ask.ts';
import { useAct } from '../../api/use-act.ts';
import { ActButton } from '../../parts/act-button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { useHandOnFocus } from '../../parts/hand-on-focus.ts';
import { useSession } from '../../session/session.ts';

export const Revoke = ({ token, onRevoked }: { token: Token; onRevoked(): void }) => {
  const { id, name } = token;
  const session = useSession();
  const act = useAct();
  const self = useHandOnFocus<HTMLSpanElement>();
  const [asks, setAsks] = useState(false);
  const open = () => {
    act.forget();
    setAsks(true);
  };
  const revoke = async () => {
    const done = await act.run(`/api/tokens/${segment(id)}`, { method: 'DELETE' }, () => `The token ${shown(name)} is revoked.`);
    if (done) onRevoked();
    return done !== null;
  };
  return (
    <span ref={self}>
      <ActButton needs="admin" label={`Revoke ${shown(name)}`} onClick={open}>
        Revoke…
      </ActButton>
      {asks && (
        <Dialog title="Revoke a token" does="Revoke it" danger act={act} onClose={() => setAsks(false)} onDo={revoke}>
          <p>
            <Foreign text={name} /> ends for good, and so do the logins and the open streams that rest on it. Whoever uses it is refused
            from then on.
          </p>
          {name === session.name && <p class="note note-warn">You have logged in with this token yourself: this page ends with it.</p>}
        </Dialog>
      )}
    </span>
  );
};

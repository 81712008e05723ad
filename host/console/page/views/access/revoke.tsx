/** Ends a token. */
import type { Token } from '../../api/answers.ts';
import { segment } from '../../api/ask.ts';
import { useAct } from '../../api/use-act.ts';
import { AskFirst } from '../../parts/ask-first.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { useSession } from '../../session/session.ts';

export const Revoke = ({ token: { id, name }, onRevoked }: { token: Token; onRevoked(): void }) => {
  const session = useSession();
  const act = useAct();
  const revoke = async () => {
    const done = await act.run(`/api/tokens/${segment(id)}`, { method: 'DELETE' }, () => `The token ${shown(name)} is revoked.`);
    if (done) onRevoked();
    return done !== null;
  };
  return (
    <AskFirst needs="admin" words="Revoke" label={`Revoke ${shown(name)}`} title="Revoke a token" does="Revoke it" act={act} onDo={revoke}>
      <p>
        <Foreign text={name} /> ends for good, and so do the logins and the open streams that rest on it. Whoever uses it is refused from
        then on.
      </p>
      {name === session.name && <p class="note note-warn">You have logged in with this token yourself: this page ends with it.</p>}
    </AskFirst>
  );
};

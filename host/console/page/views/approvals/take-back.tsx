/** Makes a sender a stranger again. */
import { useState } from 'preact/hooks';
import type { Pairing } from '../../api/answers.ts';
import { segment } from '../../api/ask.ts';
import { useAct } from '../../api/use-act.ts';
import { ActButton } from '../../parts/act-button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { useHandOnFocus } from '../../parts/hand-on-focus.ts';

export const TakeBack = ({ pairing, onTaken }: { pairing: Pairing; onTaken(): void }) => {
  const { channel_id, user_key, state } = pairing;
  const act = useAct();
  const self = useHandOnFocus<HTMLSpanElement>();
  const [asks, setAsks] = useState(false);
  const open = () => {
    act.forget();
    setAsks(true);
  };
  const takeBack = async () => {
    const address = `/api/pairings/${segment(channel_id)}/${segment(user_key)}`;
    const done = await act.run(address, { method: 'DELETE' }, () => `${shown(user_key)} is a stranger on ${shown(channel_id)} again.`);
    if (done) onTaken();
    return done !== null;
  };
  return (
    <span ref={self}>
      <ActButton needs="operator" label={`Take back ${shown(user_key)}`} onClick={open}>
        Take back…
      </ActButton>
      {asks && (
        <Dialog title="Take this sender back" does="Take back" danger act={act} onClose={() => setAsks(false)} onDo={takeBack}>
          <p>
            <Foreign text={user_key} /> is a stranger on <Foreign text={channel_id} /> again:{' '}
            {state === 'approved' ? 'the next message is refused or answered with a new code.' : 'the code that waits lets nobody in.'}
          </p>
        </Dialog>
      )}
    </span>
  );
};

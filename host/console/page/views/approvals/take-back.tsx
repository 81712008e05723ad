/** Makes a sender a stranger again. */
import type { Pairing } from '../../api/answers.ts';
import { segment } from '../../api/ask.ts';
import { useAct } from '../../api/use-act.ts';
import { AskFirst } from '../../parts/ask-first.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';

export const TakeBack = ({ pairing, onTaken }: { pairing: Pairing; onTaken(): void }) => {
  const { channel_id, user_key, state } = pairing;
  const act = useAct();
  const takeBack = async () => {
    const address = `/api/pairings/${segment(channel_id)}/${segment(user_key)}`;
    const done = await act.run(address, { method: 'DELETE' }, () => `${shown(user_key)} is a stranger on ${shown(channel_id)} again.`);
    if (done) onTaken();
    return done !== null;
  };
  return (
    <AskFirst
      needs="operator"
      words="Take back"
      label={`Take back ${shown(user_key)}`}
      title="Take this sender back"
      does="Take back"
      act={act}
      onDo={takeBack}
    >
      <p>
        <Foreign text={user_key} /> is a stranger on <Foreign text={channel_id} /> again:{' '}
        {state === 'approved' ? 'the next message is refused or answered with a new code.' : 'the code that waits lets nobody in.'}
      </p>
    </AskFirst>
  );
};

/** Taking a conversation over, giving it back, ending it. */
import { useState } from 'preact/hooks';
import type { Session } from '../../api/answers.ts';
import { segment } from '../../api/ask.ts';
import { useAct } from '../../api/use-act.ts';
import { ActButton } from '../../parts/act-button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FailureNote } from '../../parts/failure-note.tsx';

interface Asking {
  session: Session;
  onClose(): void;
  onChanged(): void;
}

const at = ({ id }: Session, verb: 'takeover' | 'release' | 'close'): string => `/api/sessions/${segment(id)}/${verb}`;

const TakeOver = ({ session, onClose, onChanged }: Asking) => {
  const act = useAct();
  const takeOver = async () => {
    const done = await act.run<Session>(at(session, 'takeover'), {}, () => 'You hold the conversation.');
    if (done) onChanged();
    return done !== null;
  };
  return (
    <Dialog title="Take the conversation over?" does="Take it over" act={act} onClose={onClose} onDo={takeOver}>
      <p>From now on you answer. What the person writes is recorded and shown here, not run: no agent and no command answers it.</p>
      <p>Release gives the conversation back. What was recorded meanwhile is not answered afterwards.</p>
    </Dialog>
  );
};

const Close = ({ session, onClose, onChanged }: Asking) => {
  const act = useAct();
  const close = async () => {
    const done = await act.run<Session>(at(session, 'close'), {}, () => 'The session is closed.');
    if (done) onChanged();
    return done !== null;
  };
  return (
    <Dialog title="Close the session?" does="Close it" danger act={act} onClose={onClose} onDo={close}>
      <p>The next message of the person begins a new session, and the agent knows nothing of this one there.</p>
      {session.held_by !== null && <p>Whoever holds the conversation holds it no longer: the next message is run again.</p>}
      <p>Its messages stay. Here it is not opened again.</p>
    </Dialog>
  );
};

export const SessionActions = ({ session, onChanged }: { session: Session; onChanged(): void }) => {
  const act = useAct();
  const [asking, setAsking] = useState<'takeover' | 'close' | null>(null);
  if (session.state === 'closed') return null;
  const release = async () => {
    if (await act.run<Session>(at(session, 'release'), {}, () => 'The conversation is given back: messages are run again.')) onChanged();
  };
  const question = { session, onChanged, onClose: () => setAsking(null) };
  return (
    <>
      {session.held_by === null ? (
        <ActButton needs="operator" kind="main" onClick={() => setAsking('takeover')}>
          Take over
        </ActButton>
      ) : (
        <ActButton needs="operator" kind="main" disabled={act.busy} onClick={() => void release()}>
          Release
        </ActButton>
      )}
      <ActButton needs="operator" kind="danger" onClick={() => setAsking('close')}>
        Close
      </ActButton>
      <FailureNote failure={act.failure} />
      {asking === 'takeover' && <TakeOver {...question} />}
      {asking === 'close' && <Close {...question} />}
    </>
  );
};

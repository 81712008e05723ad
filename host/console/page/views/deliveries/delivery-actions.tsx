/** Sends a delivery again, or gives it up. */
import { useState } from 'preact/hooks';
import type { Message, Retried } from '../../api/answers.ts';
import { segment } from '../../api/ask.ts';
import { useAct } from '../../api/use-act.ts';
import { ActButton } from '../../parts/act-button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FailureNote } from '../../parts/failure-note.tsx';
import { shown } from '../../parts/foreign.tsx';
import { shortKey } from '../../parts/key.tsx';
import { Said } from '../messages/said.tsx';
import { canDrop, canRetry } from './possible.ts';

type Question = 'retry' | 'drop';

const at = ({ id }: Message, verb: Question): string => `/api/deliveries/${segment(id)}/${verb}`;
const retriedWords = ({ retried }: Retried): string =>
  retried.length === 1 ? 'It is sent again.' : `It is sent again, with the ${retried.length - 1} later parts that fell with it.`;

interface AskProps {
  delivery: Message;
  onClose(): void;
  onChanged(): void;
}

const Asked = ({ delivery }: { delivery: Message }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a long message scrolls, also by keyboard
  <section class="card asked" tabIndex={0} aria-label="The message">
    <Said message={delivery} />
  </section>
);

const RetryDialog = ({ delivery, onClose, onChanged }: AskProps) => {
  const act = useAct();
  const retry = async () => {
    const done = await act.run<Retried>(at(delivery, 'retry'), {}, retriedWords);
    if (done) onChanged();
    return done !== null;
  };
  return (
    <Dialog title="Send it again?" does="Send it again" act={act} onClose={onClose} onDo={retry}>
      <p>Nobody knows whether it arrived. If it did, the person reads it twice.</p>
      <Asked delivery={delivery} />
    </Dialog>
  );
};

const DropDialog = ({ delivery, onClose, onChanged }: AskProps) => {
  const act = useAct();
  const drop = async () => {
    const done = await act.run(at(delivery, 'drop'), {}, () => 'It is given up.');
    if (done) onChanged();
    return done !== null;
  };
  return (
    <Dialog title="Give it up?" does="Drop it" danger act={act} onClose={onClose} onDo={drop}>
      <p>It becomes dead, and so do the later parts of the same answer that still wait. The host does not send them any more.</p>
      <Asked delivery={delivery} />
    </Dialog>
  );
};

export const DeliveryActions = ({ delivery, onChanged }: { delivery: Message; onChanged(): void }) => {
  const act = useAct();
  const [question, setQuestion] = useState<Question | null>(null);
  const retry = async () => {
    if (delivery.state === 'unknown') return setQuestion('retry');
    if (await act.run<Retried>(at(delivery, 'retry'), {}, retriedWords)) onChanged();
  };
  const to = shown(shortKey(delivery.user_key || delivery.conversation_key));
  const asking = { delivery, onChanged, onClose: () => setQuestion(null) };
  return (
    <>
      <div class="actions">
        {canRetry(delivery) && (
          <ActButton needs="operator" label={`Retry, to ${to}`} disabled={act.busy} onClick={() => void retry()}>
            Retry
          </ActButton>
        )}
        {canDrop(delivery) && (
          <ActButton needs="operator" kind="danger" label={`Drop, to ${to}`} disabled={act.busy} onClick={() => setQuestion('drop')}>
            Drop
          </ActButton>
        )}
      </div>
      <FailureNote failure={act.failure} />
      {question === 'retry' && <RetryDialog {...asking} />}
      {question === 'drop' && <DropDialog {...asking} />}
    </>
  );
};

/** What was said in a session, both ways, as it is said. */
import type { Message } from '../../api/answers.ts';
import { usePages } from '../../api/use-pages.ts';
import { Badge } from '../../parts/badge.tsx';
import { FailureNote } from '../../parts/failure-note.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { When } from '../../parts/when.tsx';
import { hrefOf } from '../../place/place.ts';
import { reasonOf } from '../messages/reasons.ts';
import { Said } from '../messages/said.tsx';

const Who = ({ message: { direction, user_name, in_reply_to } }: { message: Message }) => {
  if (direction === 'inbound') return user_name === null ? <>The person</> : <Foreign text={user_name} />;
  return <>{in_reply_to === null ? 'To the person' : 'Answer'}</>;
};

const Turn = ({ message }: { message: Message }) => {
  const reason = reasonOf(message);
  return (
    <li class={`turn turn-${message.direction}`}>
      <p class="turn-head">
        <span class="turn-who">
          <Who message={message} />
        </span>{' '}
        <a href={hrefOf(['messages', message.id])}>
          <When at={message.received_at} />
        </a>{' '}
        <Badge state={message.state} />
      </p>
      <Said message={message} />
      {reason !== null && <p class="turn-reason">{shown(reason)}</p>}
    </li>
  );
};

export const Conversation = ({ session_id }: { session_id: string }) => {
  const { items, failure, again, more, cut } = usePages<Message>('/api/messages', { session_id }, { on: ['message'] });
  return (
    <>
      <FailureNote failure={failure} onAgain={again} />
      {items === null && failure === null && <p class="empty">Loading…</p>}
      {items?.length === 0 && <p class="empty">No messages. Their time is over, or they were erased.</p>}
      {items !== null && items.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
        <div class="conversation" role="log" aria-label="Conversation" tabIndex={0}>
          <div class="conversation-content">
            {cut && <p class="quiet">What is older is not shown here.</p>}
            {more && (
              <button type="button" class="button" onClick={more}>
                Show older
              </button>
            )}
            <ol class="turns">
              {items.toReversed().map((message) => (
                <Turn key={message.id} message={message} />
              ))}
            </ol>
          </div>
        </div>
      )}
    </>
  );
};

import { useEffect, useRef } from 'preact/hooks';
import { dayOf } from '../../pages/browser/times.ts';
import type { ChatMessage } from '../webchat-store.ts';
import type { ChatState } from './chat-session.ts';
import { DownIcon } from './icons.tsx';
import { MessageItem, UnsentItem } from './message-item.tsx';
import { isAwaitingAnswer } from './messages.ts';
import { useScroll } from './use-scroll.ts';
import { Waiting } from './waiting.tsx';
import { Welcome } from './welcome.tsx';

/** A message keeps its element when it turns from unsent to sent. */
const keyOf = ({ client_message_id, id }: { client_message_id: string | null; id?: string }) => client_message_id ?? id ?? '';

const Told = ({ messages }: { messages: readonly ChatMessage[] }) => {
  const now = new Date();
  return (
    <>
      {messages.map((message, index) => {
        const day = dayOf(message.at, now);
        const before = messages[index - 1];
        return [
          (before === undefined || dayOf(before.at, now) !== day) && (
            <li key={`day-${keyOf(message)}`} class="day">
              {day}
            </li>
          ),
          <MessageItem key={keyOf(message)} message={message} />,
        ];
      })}
    </>
  );
};

const Earlier = ({ earlier, onEarlier }: { earlier: ChatState['earlier']; onEarlier(): void }) =>
  earlier === 'none' ? null : (
    // Not `disabled` while it loads: that would take the focus away from whoever pressed it.
    <button type="button" class="earlier" aria-disabled={earlier === 'loading'} onClick={onEarlier}>
      {earlier === 'loading' ? 'Loading…' : 'Load earlier messages'}
    </button>
  );

export interface ConversationProps {
  state: ChatState;
  onEarlier(): Promise<void>;
  onRetry(client_message_id: string): void;
  onRemove(client_message_id: string): void;
}

export const Conversation = ({ state, onEarlier, onRetry, onRemove }: ConversationProps) => {
  const { messages, earlier, loaded } = state;
  const shown = new Set(messages.map(({ client_message_id }) => client_message_id));
  const unsent = state.unsent.filter(({ client_message_id }) => !shown.has(client_message_id));
  const log = useRef<HTMLDivElement>(null);
  const last = unsent.at(-1) ?? messages.at(-1);
  const { atEnd, toEnd } = useScroll(log, {
    first: messages[0] === undefined ? null : keyOf(messages[0]),
    last: last === undefined ? null : keyOf(last),
    own: unsent.length > 0,
  });
  const awaiting = isAwaitingAnswer(messages) || unsent.some(({ status }) => status === 'sent');
  const isEmpty = messages.length === 0 && unsent.length === 0;

  useEffect(() => {
    // The button that had the focus is gone with the last page.
    if (earlier === 'none' && messages.length > 0 && document.activeElement === document.body) log.current?.focus();
  }, [earlier, messages.length]);

  return (
    <div class="conversation">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the log scrolls, also by keyboard */}
      <div ref={log} class="log" role="log" aria-label="Conversation" aria-busy={!loaded || earlier === 'loading'} tabIndex={0}>
        <div class="column">
          <Earlier earlier={earlier} onEarlier={() => void onEarlier()} />
          {isEmpty && loaded && <Welcome />}
          <ol class="messages">
            <Told messages={messages} />
            {unsent.map((message) => (
              <UnsentItem key={keyOf(message)} message={message} onRetry={onRetry} onRemove={onRemove} />
            ))}
            {awaiting && <Waiting key="waiting" />}
          </ol>
        </div>
      </div>
      {!atEnd && (
        <button type="button" class="to-end" onClick={toEnd}>
          <DownIcon />
          Newest
        </button>
      )}
    </div>
  );
};

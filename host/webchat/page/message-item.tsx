import { fullTimeOf, timeOf } from '../../pages/browser/times.ts';
import type { ChatMessage } from '../webchat-store.ts';
import { MessageText } from './message-text.tsx';
import { outcomeOf } from './messages.ts';
import type { Unsent } from './outbox.ts';

const Time = ({ at }: { at: string }) => (
  <time dateTime={at} title={fullTimeOf(at)}>
    {timeOf(at)}
  </time>
);

export const MessageItem = ({ message }: { message: ChatMessage }) => {
  const own = message.direction === 'inbound';
  const outcome = outcomeOf(message);
  return (
    <li class={own ? 'message message-own' : 'message message-answer'} data-state={message.state}>
      <span class="visually-hidden">{own ? 'You:' : 'Answer:'}</span>
      <div class="bubble">
        <MessageText text={message.text} />
      </div>
      <p class="message-note">
        <Time at={message.at} />
        {own && outcome === null && <span>Sent</span>}
        {outcome !== null && <span class="message-outcome">{outcome}</span>}
      </p>
    </li>
  );
};

export interface UnsentItemProps {
  message: Unsent;
  onRetry(client_message_id: string): void;
  onRemove(client_message_id: string): void;
}

export const UnsentItem = ({ message, onRetry, onRemove }: UnsentItemProps) => {
  const { client_message_id, text, at, status, reason } = message;
  return (
    <li class="message message-own" data-state={status}>
      <span class="visually-hidden">You:</span>
      <div class="bubble">
        <MessageText text={text} />
      </div>
      {status === 'failed' ? (
        <div class="message-note message-failed">
          <span>Not sent. {reason}</span>
          <span class="message-actions">
            <button type="button" class="text-button" onClick={() => onRetry(client_message_id)}>
              Try again
            </button>
            <button type="button" class="text-button" onClick={() => onRemove(client_message_id)}>
              Remove
            </button>
          </span>
        </div>
      ) : (
        <p class="message-note">
          <Time at={at} />
          <span>{status === 'sending' ? 'Sending…' : 'Sent'}</span>
        </p>
      )}
    </li>
  );
};

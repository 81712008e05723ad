/** The messages that the page knows, and what can be read from them. Pure. */
import type { ChatMessage } from '../webchat-store.ts';

const UNDER_WAY: ReadonlySet<string> = new Set(['received', 'parsed', 'dispatched']);
const isUnderWay = ({ direction, state }: ChatMessage): boolean => direction === 'inbound' && UNDER_WAY.has(state);

/**
 * Each message once, with the newest word on it, in the order of the conversation. A message that ended does not
 * come back to life: a page of history may be older than what the stream said while it was loading.
 */
export const mergeMessages = (known: readonly ChatMessage[], news: readonly ChatMessage[]): ChatMessage[] => {
  const byId = new Map(known.map((message) => [message.id, message]));
  for (const message of news) {
    const before = byId.get(message.id);
    if (before === undefined || isUnderWay(before) || !isUnderWay(message)) byId.set(message.id, message);
  }
  return [...byId.values()].sort((one, other) => one.seq - other.seq);
};

/** Whether the visitor's last message still waits for its answer. */
export const isAwaitingAnswer = (messages: readonly ChatMessage[]): boolean => {
  const last = messages.at(-1);
  return last !== undefined && isUnderWay(last);
};

/** What a visitor should know of how their message ended; null when there is nothing to say. */
export const outcomeOf = ({ direction, state }: ChatMessage): string | null => {
  if (direction === 'outbound') return null;
  if (state === 'rejected') return 'This message was not accepted.';
  if (state === 'failed') return 'No answer could be made. You can ask again.';
  return state === 'dead' ? 'This message could not be read.' : null;
};

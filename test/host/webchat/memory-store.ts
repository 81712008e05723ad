/**
 * A web chat's store in memory, so that its routes can be tested without a host.
 *
 * It does not model: durability (`record` resolves at once unless held), sealing, sessions, policy,
 * the sandbox, retries, and the states between `received` and `answered`. `seq` is the order of
 * becoming visible, as the interface wishes.
 */
import { AppError } from '../../../host/errors.ts';
import type { ChatMessage, WebchatStore } from '../../../host/webchat/webchat-store.ts';

export interface MemoryStore extends WebchatStore {
  /** Makes an answer visible. */
  answer(user_key: string, text: string): ChatMessage;
  /** Moves a message on and tells the listeners. */
  setState(user_key: string, id: string, state: string): void;
  all(user_key: string): readonly ChatMessage[];
  users(): string[];
  listeners(user_key: string): number;
}

export interface MemoryStoreOptions {
  /** Answers each message with its own text, as the agent `echo` does. */
  echo?: boolean;
  /** How many messages one `since` gives. */
  batch?: number;
}

export const createMemoryStore = ({ echo = false, batch = 1000 }: MemoryStoreOptions = {}): MemoryStore => {
  const messages = new Map<string, ChatMessage[]>();
  const listeners = new Map<string, Set<(message: ChatMessage) => void>>();
  let seq = 0;

  const of = (user_key: string) => messages.get(user_key) ?? [];
  const tell = (user_key: string, message: ChatMessage) => {
    for (const listener of [...(listeners.get(user_key) ?? [])]) listener(message);
  };
  const add = (user_key: string, part: Pick<ChatMessage, 'direction' | 'client_message_id' | 'text' | 'state'>): ChatMessage => {
    seq += 1;
    const message = { id: `m${seq}`, seq, at: new Date(1_700_000_000_000 + seq * 1000).toISOString(), ...part };
    messages.set(user_key, [...of(user_key), message]);
    tell(user_key, message);
    return message;
  };
  const answer = (user_key: string, text: string) => add(user_key, { direction: 'outbound', client_message_id: null, text, state: 'sent' });

  return {
    async record({ user_key, client_message_id, text }) {
      const known = of(user_key).find((message) => message.client_message_id === client_message_id);
      if (known) return { id: known.id, duplicate: true };
      const { id } = add(user_key, { direction: 'inbound', client_message_id, text, state: 'received' });
      if (echo) answer(user_key, text);
      return { id, duplicate: false };
    },
    async history({ user_key, before, limit }) {
      if (before !== undefined && !/^\d+$/.test(before))
        throw new AppError('INVALID_PARAMS', 'The cursor is not one of ours.', 'Use a next_cursor.');
      const older = of(user_key).filter((message) => before === undefined || message.seq < Number(before));
      const items = older.slice(-limit);
      return { items, next_cursor: items.length < older.length ? String(items[0]?.seq) : null };
    },
    subscribe(user_key, listener) {
      const own = listeners.get(user_key) ?? new Set();
      own.add(listener);
      listeners.set(user_key, own);
      return () => void own.delete(listener);
    },
    since: async (user_key, last_event_id) =>
      of(user_key)
        .filter((message) => message.seq > last_event_id)
        .slice(0, batch),
    answer,
    setState(user_key, id, state) {
      const changed = of(user_key).map((message) => (message.id === id ? { ...message, state } : message));
      messages.set(user_key, changed);
      for (const message of changed) if (message.id === id) tell(user_key, message);
    },
    all: of,
    users: () => [...messages.keys()],
    listeners: (user_key) => listeners.get(user_key)?.size ?? 0,
  };
};

/** What the chat page needs of the rest of the host. */
import type { Clock } from '../lib/clock.ts';

export interface ChatMessage {
  /** The message's name; the same message told again (its state moved on) keeps it. */
  id: string;
  /**
   * Given once, above 0; it is the stream's event id. It should be the order of becoming visible: an
   * answer that is held, then released behind a newer message, is not in the `since` of a reader that
   * stopped at that message, who finds it in the history only.
   */
  seq: number;
  /** As the host sees it: what the visitor typed is `inbound`. */
  direction: 'inbound' | 'outbound';
  /** The page's own id of a message it sent; null for answers. */
  client_message_id: string | null;
  text: string;
  /** The ledger's word: `received`, `dispatched`, `answered`, …; `sent`, … */
  state: string;
  /** ISO 8601 in UTC. */
  at: string;
}

export interface ChatEntry {
  user_key: string;
  client_message_id: string;
  text: string;
}

export interface ChatPage {
  /** Oldest first. */
  items: ChatMessage[];
  /** Leads to the page before this one; null when there is none. */
  next_cursor: string | null;
}

export interface WebchatStore {
  /** Resolves after the durable commit. The same `client_message_id` of the same visitor again is the same row: `duplicate`. */
  record(entry: ChatEntry): Promise<{ id: string; duplicate: boolean }>;
  /** The newest page, or with `before` the one that a `next_cursor` names. An unusable cursor rejects with `INVALID_PARAMS`. */
  history(query: { user_key: string; before?: string; limit: number }): Promise<ChatPage>;
  /**
   * Calls back with each message as it becomes visible, and again when its state changes. A message that
   * is visible and was not called back for must be in the next `since`: together they leave no gap.
   */
  subscribe(user_key: string, listener: (message: ChatMessage) => void): () => void;
  /** What came after `last_event_id` (a `seq`), oldest first. May be a part: it is asked again from there until nothing is left. */
  since(user_key: string, last_event_id: number): Promise<ChatMessage[]>;
}

export interface WebchatDeps {
  store: WebchatStore;
  /** Whether the channel runs; asked at every request. */
  enabled(): boolean;
  /** `channels.webchat.public` of the policy: whether others than this computer may come. */
  public(): boolean;
  public_url: string | null;
  /** What `buildPage` wrote; read once at start. */
  assets_dir: string;
  clock: Clock;
  random_bytes(size: number): Buffer;
  /** A defect: an exception nobody expected, and what it stopped (`read the chat of a visitor`). */
  on_error(error: unknown, doing: string): void;
}

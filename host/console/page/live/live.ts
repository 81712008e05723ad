/** What changes, as it changes: one stream for the whole page, told on to whoever shows what it is about. */
import { FEED_KINDS, type FeedEntry } from '../../../lib/feed.ts';
import { type ConnectionStatus, createConnection } from '../../../pages/browser/connection.ts';

/** What an event is about. */
export type Topic = FeedEntry['kind'];

export interface Live {
  /** The answer ends it. */
  start(): () => void;
  status(): ConnectionStatus;
  onStatus(listener: () => void): () => void;
  /** `null`: anything may have changed. */
  subscribe(listener: (topic: Topic | null) => void): () => void;
}

const createSet = <Heard>() => {
  const listeners = new Set<(heard: Heard) => void>();
  return {
    tell(heard: Heard): void {
      for (const listener of listeners) listener(heard);
    },
    add(listener: (heard: Heard) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};

/** `onRefused`: the host answered, but not with a stream; the login may be over. */
export const createLive = (onRefused: () => void): Live => {
  const changes = createSet<Topic | null>();
  const watchers = createSet<void>();
  let status: ConnectionStatus = 'connecting';
  const connection = createConnection({
    address: () => '/api/stream',
    events: {
      ...Object.fromEntries(FEED_KINDS.map((topic) => [topic, () => changes.tell(topic)])),
      reset: () => changes.tell(null),
    },
    onStatus(now) {
      status = now;
      watchers.tell();
    },
    // What happened before it was open, or while it was closed, is in no event.
    onOpen: () => changes.tell(null),
    onRefused,
  });
  return { start: connection.start, status: () => status, onStatus: watchers.add, subscribe: changes.add };
};

/** What just became durable, for whoever shows it live. A listener that throws harms nobody else. */
export interface FeedEntry {
  /** `message`: an inbound or outbound row was written or changed its state. `channel`: a channel changed its state. */
  kind: 'message' | 'channel';
  channel_id: string;
  id: string;
  direction: 'inbound' | 'outbound' | null;
  conversation_key: string | null;
  state: string;
}

export interface Feed {
  publish(entry: FeedEntry): void;
  subscribe(listener: (entry: FeedEntry) => void): () => void;
}

export const createFeed = (onError: (error: unknown) => void): Feed => {
  const listeners = new Set<(entry: FeedEntry) => void>();
  return {
    publish(entry) {
      for (const listener of listeners) {
        try {
          listener(entry);
        } catch (error) {
          onError(error);
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

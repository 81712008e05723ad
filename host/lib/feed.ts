/** What just became durable, for whoever shows it live. A listener that throws harms nobody else. */

/** What an entry is about, and what its `id` names. */
export const FEED_KINDS = [
  // An inbound or outbound row was written or changed its state: the message.
  'message',
  // A person took a conversation over, gave it back or ended it: the session.
  'session',
  // A plugin changed its state: the channel, the connector.
  'channel',
  'connector',
  // Consent was asked for, given, refused or used: the approval. Its end by time is in no entry.
  'approval',
  // A sender got a code, was let in or turned away: the channel. Who it was is nobody's here.
  'pairing',
  // What may leave the host, or what its phase allows: `network_mode`, `execution_phase`.
  'mode',
] as const;

export interface FeedEntry {
  kind: (typeof FEED_KINDS)[number];
  id: string;
  state: string;
  channel_id: string | null;
  /** Of a message. */
  direction: 'inbound' | 'outbound' | null;
  conversation_key: string | null;
}

export interface Feed {
  publish(entry: FeedEntry): void;
  subscribe(listener: (entry: FeedEntry) => void): () => void;
}

/** An entry about anything but a message. */
export const feedEntry = (
  kind: Exclude<FeedEntry['kind'], 'message'>,
  id: string,
  state: string,
  channel_id: string | null,
): FeedEntry => ({
  kind,
  id,
  state,
  channel_id,
  direction: null,
  conversation_key: null,
});

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

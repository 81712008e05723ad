/**
 * A visitor's messages in one stream: what was missed, then what comes, without a gap or a repeat.
 *
 * The subscription begins before the past is read, so nothing falls in between; what both of them
 * bring is told apart by row, place and state. A message whose state changes while it stays in place
 * is sent again without an event id: the reader's place must never move back.
 */
import type { SseWriter } from '../http/sse-writer.ts';
import { MAX_BUFFERED_BYTES } from '../http/sse-writer.ts';
import type { ChatMessage, WebchatStore } from './webchat-store.ts';

export interface Follow {
  user_key: string;
  /** Where the reader stopped; null when it wants only what comes from now on. */
  last_event_id: number | null;
}

const versionOf = ({ id, seq, state }: ChatMessage): string => `${id}\n${seq}\n${state}`;

/** Resolves once the stream is live; `stop` ends the subscription and may be called at any time. */
export const followMessages = (
  store: Pick<WebchatStore, 'subscribe' | 'since'>,
  writer: SseWriter,
  { user_key, last_event_id }: Follow,
): { live: Promise<void>; stop(): void } => {
  let place = last_event_id ?? 0;
  /** What comes while the past is being read; null once the stream is live. */
  let held: ChatMessage[] | null = [];
  let heldCharacters = 0;

  const deliver = (message: ChatMessage) => {
    const ahead = message.seq > place;
    if (ahead) place = message.seq;
    writer.send({ id: ahead ? message.seq : undefined, event: 'message', data: JSON.stringify(message) });
  };
  const stop = store.subscribe(user_key, (message) => {
    if (held === null) return deliver(message);
    held.push(message);
    heldCharacters += message.text.length;
    if (heldCharacters > MAX_BUFFERED_BYTES) writer.close();
  });

  const replay = async (from: number): Promise<Set<string>> => {
    const sent = new Set<string>();
    for (let cursor = from; !writer.closed; ) {
      const missed = (await store.since(user_key, cursor)).filter(({ seq }) => seq > cursor);
      if (missed.length === 0) break;
      for (const message of missed) {
        deliver(message);
        sent.add(versionOf(message));
        cursor = message.seq;
        await writer.drained();
      }
    }
    return sent;
  };

  const catchUp = async () => {
    const sent = last_event_id === null ? new Set<string>() : await replay(last_event_id);
    for (let next = held?.shift(); next !== undefined; next = held?.shift()) {
      if (!sent.has(versionOf(next))) deliver(next);
      await writer.drained();
    }
    held = null;
  };

  return { live: catchUp(), stop };
};

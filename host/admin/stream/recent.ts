/** The newest entries of the feed, numbered, so that a reader who lost its place for a moment goes on where it was. */
import { type Clock, isoTime } from '../../lib/clock.ts';
import type { Feed, FeedEntry } from '../../lib/feed.ts';

export interface StreamEntry extends FeedEntry {
  at: string;
}

export interface Numbered {
  /** `<start of the host>-<number>`. */
  id: string;
  entry: StreamEntry;
}

const KEPT = 2_000;

export interface RecentDeps {
  feed: Feed;
  clock: Clock;
  /** Names this start of the host: the numbers begin anew with each. */
  start: string;
}

export const createRecent = ({ feed, clock, start }: RecentDeps) => {
  const kept: Numbered[] = [];
  const listeners = new Set<(numbered: Numbered) => void>();
  let last = 0;
  const unsubscribe = feed.subscribe((entry) => {
    const numbered = { id: `${start}-${++last}`, entry: { ...entry, at: isoTime(clock.now()) } };
    kept.push(numbered);
    if (kept.length > KEPT) kept.shift();
    for (const listener of listeners) listener(numbered);
  });

  return {
    /** What came after `last_event_id`; null when that cannot be said any more. */
    since(last_event_id: string): readonly Numbered[] | null {
      const match = /^(.+)-(\d{1,15})$/.exec(last_event_id);
      const number = Number(match?.[2]);
      const missed = last - number;
      if (match?.[1] !== start || missed < 0 || missed > kept.length) return null;
      return missed === 0 ? [] : kept.slice(-missed);
    },
    /** Where a reader who begins now stands. */
    place: (): string => `${start}-${last}`,
    subscribe(listener: (numbered: Numbered) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: unsubscribe,
  };
};

export type Recent = ReturnType<typeof createRecent>;

/** A sliding window per visitor. Visitors are free to make, so the table of them is bounded as well. */
import type { Clock } from '../lib/clock.ts';

export interface RateBoundOptions {
  limit: number;
  window_ms: number;
  /** With so many visitors inside one window, new ones wait. */
  max_visitors: number;
}

export interface RateBound {
  /** 0 when the request may go on, else how long to wait. */
  take(user_key: string): number;
}

export const createRateBound = (clock: Clock, { limit, window_ms, max_visitors }: RateBoundOptions): RateBound => {
  /** Times of each visitor's accepted requests, oldest first. */
  const taken = new Map<string, number[]>();

  const dropIdle = (now: number) => {
    for (const [key, times] of taken) if ((times.at(-1) ?? 0) <= now - window_ms) taken.delete(key);
  };

  return {
    take(user_key) {
      const now = clock.monotonic();
      const known = taken.get(user_key);
      if (known === undefined && taken.size >= max_visitors) {
        dropIdle(now);
        if (taken.size >= max_visitors) return window_ms;
      }
      const times = (known ?? []).filter((at) => at > now - window_ms);
      const oldest = times[0];
      if (oldest !== undefined && times.length >= limit) return oldest + window_ms - now;
      times.push(now);
      taken.set(user_key, times);
      return 0;
    },
  };
};

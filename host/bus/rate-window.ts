/** A sliding window per user of a channel. One host's memory; rebuilt at start from the rows of the last window. */
const REMEMBERED = 100_000;

export interface RateWindow {
  /** Whether one more message is within the limit; `first_refusal` is true once per window. */
  take(key: string, at: number, limit: { max_requests: number; window_ms: number }): { within: boolean; first_refusal: boolean };
  /** Messages that count at this time. */
  count(key: string, at: number, window_ms: number): number;
  /** When they came, oldest first. */
  times(key: string, at: number, window_ms: number): readonly number[];
  /** Messages that counted when `take` was asked last. */
  held(key: string): number;
  /** A message that came in before this process began. */
  remember(key: string, at: number): void;
}

interface Window {
  times: number[];
  told_at: number;
}

export const createRateWindow = (): RateWindow => {
  const windows = new Map<string, Window>();
  const windowOf = (key: string): Window => {
    const window = windows.get(key) ?? { times: [], told_at: Number.NEGATIVE_INFINITY };
    // Who wrote last is forgotten last: a crowd of new names must not free the one who is over the limit.
    windows.delete(key);
    windows.set(key, window);
    if (windows.size > REMEMBERED) windows.delete(windows.keys().next().value as string);
    return window;
  };
  const within = (key: string, at: number, window_ms: number): number[] =>
    (windows.get(key)?.times ?? []).filter((time) => time > at - window_ms && time <= at);
  return {
    take(key, at, { max_requests, window_ms }) {
      const window = windowOf(key);
      // The wall clock was set back: times that are still to come would close the window until then.
      if ((window.times.at(-1) ?? at) > at + window_ms) window.times.length = 0;
      if (window.told_at > at + window_ms) window.told_at = Number.NEGATIVE_INFINITY;
      const begin = window.times.findIndex((time) => time > at - window_ms);
      window.times.splice(0, begin === -1 ? window.times.length : begin);
      if (window.times.length < max_requests) {
        window.times.push(at);
        return { within: true, first_refusal: false };
      }
      const first_refusal = window.told_at <= at - window_ms;
      if (first_refusal) window.told_at = at;
      return { within: false, first_refusal };
    },
    count: (key, at, window_ms) => within(key, at, window_ms).length,
    times: within,
    held: (key) => windows.get(key)?.times.length ?? 0,
    remember: (key, at) => void windowOf(key).times.push(at),
  };
};

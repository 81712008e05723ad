/** Asks again when a time has come: what runs out by itself is told by nobody. */
import { useEffect } from 'preact/hooks';

/** The browser's clock may be ahead of the host's, which still waits then. */
const AGAIN_MS = 5_000;
/** The longest that a timer of a browser takes. */
const LONGEST_MS = 2_147_483_647;

/** `at` null: nothing runs out. */
export const useAgainAt = (at: string | null, again: () => void): void => {
  useEffect(() => {
    if (at === null) return;
    let timer: ReturnType<typeof setTimeout>;
    const ask = () => {
      again();
      timer = setTimeout(ask, AGAIN_MS);
    };
    timer = setTimeout(ask, Math.min(Math.max(Date.parse(at) - Date.now(), 0) + 250, LONGEST_MS));
    return () => clearTimeout(timer);
  }, [at, again]);
};

/** The first of these times; null when there are none. */
export const earliest = (times: readonly string[]): string | null =>
  times.length === 0 ? null : times.reduce((first, time) => (Date.parse(time) < Date.parse(first) ? time : first));

/** Time, injected: wall time for display and due times, monotonic for durations. */
export interface Clock {
  /** Wall time in ms since 1970, UTC. */
  now(): number;
  /** Milliseconds since an arbitrary start; never steps back. */
  monotonic(): number;
  /** Calls back after `delay_ms`; the returned function cancels. Timers never keep the process alive. */
  after(delay_ms: number, callback: () => void): () => void;
}

/** `setTimeout` takes at most 2^31-1 ms; a later time waits in several steps. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delay_ms, callback) {
    let timer: NodeJS.Timeout;
    const arm = (left: number) => {
      const step = Math.min(Math.max(left, 0), LONGEST_TIMEOUT_MS);
      timer = setTimeout(() => (left > step ? arm(left - step) : callback()), step);
      timer.unref();
    };
    arm(delay_ms);
    return () => clearTimeout(timer);
  },
};

/** ISO 8601 in UTC, as every boundary shows time. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();

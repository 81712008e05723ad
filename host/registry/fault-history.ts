/** Faults of one plugin: how long to wait before the next start, and when it is enough. */
const WINDOW_MS = 10 * 60_000;
const QUARANTINE_AFTER = 5;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 5 * 60_000;
const HEALTHY_MS = 10 * 60_000;

export interface FaultHistory {
  /** Notes a fault at `now` (monotonic ms); `null` when the plugin is to be quarantined, else the wait in ms before it is started again. */
  fault(now: number): number | null;
  /** The last `count` faults were the fault of an event, not of the plugin. */
  forgive(count: number): void;
  clear(): void;
}

/**
 * 1 s doubling to 5 min, with jitter; the doubling begins anew after 10 healthy minutes. Five faults within ten minutes
 * are too many.
 */
export const createFaultHistory = (random: () => number): FaultHistory => {
  let times: number[] = [];
  /** Faults since the plugin was last healthy for long. */
  let row = 0;
  /** When it was to be started again after the last one. */
  let started_at = Number.NEGATIVE_INFINITY;
  return {
    fault(now) {
      if (now - started_at >= HEALTHY_MS) row = 0;
      times = times.filter((time) => time > now - WINDOW_MS);
      times.push(now);
      row++;
      if (times.length >= QUARANTINE_AFTER) return null;
      // Half of the step is certain, so that a crash loop never spins.
      const step = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(row - 1, 30));
      const wait = Math.max(1, Math.round(step / 2 + (step / 2) * random()));
      started_at = now + wait;
      return wait;
    },
    forgive(count) {
      times = times.slice(0, Math.max(0, times.length - count));
      row = Math.max(0, row - count);
    },
    clear() {
      times = [];
      row = 0;
      started_at = Number.NEGATIVE_INFINITY;
    },
  };
};

/** Faults of one plugin: how long to wait before the next start, and when it is enough. */
import { backoffMs } from '../lib/backoff.ts';

const WINDOW_MS = 10 * 60_000;
const QUARANTINE_AFTER = 5;

export interface FaultHistory {
  /** Notes a fault; `null` when the plugin is to be quarantined, else the wait in ms before it is started again. */
  fault(now: number): number | null;
  /** The last `count` faults were the fault of an event, not of the plugin. */
  forgive(count: number): void;
  clear(): void;
}

/** 1 s doubling to 5 min, with jitter; forgotten after 10 healthy minutes. Five within ten minutes are too many. */
export const createFaultHistory = (random: () => number): FaultHistory => {
  let times: number[] = [];
  return {
    fault(now) {
      times = times.filter((time) => time > now - WINDOW_MS);
      times.push(now);
      if (times.length >= QUARANTINE_AFTER) return null;
      // Half of the step is certain, so that a crash loop never spins.
      const step = 1000 * 2 ** (times.length - 1);
      return step / 2 + backoffMs(times.length, { first_ms: 500, longest_ms: 150_000, random });
    },
    forgive(count) {
      times = times.slice(0, Math.max(0, times.length - count));
    },
    clear() {
      times = [];
    },
  };
};

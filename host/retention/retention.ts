/**
 * Retention by age: at the start and once an hour, in small steps that share their transactions with the
 * traffic. Once a day the trail is cut too, and says what was removed. Times are wall times; a clock that
 * was set by more than a minute while the host runs costs a round: an hour to set it right before anything goes.
 */
import type { AgedRows } from '../db/tables/aged.ts';
import type { AuditEntry, Retirement, UnitResult } from '../db/unit.ts';
import type { Clock } from '../lib/clock.ts';
import { agesAt, type RetentionPolicy } from './ages.ts';
import { createRetireDayKeys, type DayKeys } from './day-keys.ts';
import { createSweep, noCounts } from './sweep.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const STEP_OF_CLOCK_MS = 60_000;
/** Between two steps: a step takes a few milliseconds, so that the writer is free for most of the time. */
const PAUSE_MS = 25;

export interface RetentionDeps {
  clock: Clock;
  aged: AgedRows;
  day_keys: DayKeys;
  commit(unit: { audit?: AuditEntry[]; retire?: Retirement[] }): Promise<UnitResult>;
  policy(): RetentionPolicy;
  /** Cuts the trail before a time. Returns how many rows went. */
  cutTrail(before: number, pause: () => Promise<boolean>): Promise<number>;
  log(fields: object, message: string): void;
  on_error(error: unknown, what: string): void;
}

export const createRetention = (deps: RetentionDeps) => {
  const { clock, commit } = deps;
  let stopped = false;
  let cancel: (() => void) | null = null;
  let wake: (() => void) | null = null;
  let running: Promise<void> | null = null;
  let counts = noCounts();
  let told_at = clock.now();
  let cut_at: number | null = null;
  let last: { wall: number; monotonic: number } | null = null;

  const pause = async (): Promise<boolean> => {
    if (stopped) return false;
    await new Promise<void>((resolve) => {
      const forget = clock.after(PAUSE_MS, resolve);
      wake = () => {
        forget();
        resolve();
      };
    });
    wake = null;
    return !stopped;
  };
  const sweep = createSweep({ aged: deps.aged, commit, pause });
  const retireDayKeys = createRetireDayKeys({ ...deps, keys: deps.day_keys, now: () => clock.now(), pause });

  const clockWasSet = (): boolean => {
    const now = { wall: clock.now(), monotonic: clock.monotonic() };
    const before = last;
    last = now;
    if (!before) return false;
    const step_ms = now.wall - before.wall - (now.monotonic - before.monotonic);
    if (Math.abs(step_ms) <= STEP_OF_CLOCK_MS) return false;
    deps.log({ step_ms: Math.round(step_ms) }, 'the clock was set: retention waits for the next round');
    return true;
  };

  /** What was removed since it was last told. */
  const tell = async (): Promise<void> => {
    const removed = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
    if (Object.keys(removed).length === 0) return;
    await commit({ audit: [{ at: clock.now(), actor: 'host', action: 'retention.applied', decision: 'removed', detail: removed }] });
    counts = noCounts();
    told_at = clock.now();
  };

  const round = async (): Promise<void> => {
    if (clockWasSet()) return;
    const ages = agesAt(clock.now(), deps.policy());
    await sweep(ages, counts);
    if (!stopped) await retireDayKeys(ages.events);
    if (!stopped && (cut_at === null || clock.now() - cut_at >= DAY_MS)) {
      cut_at = clock.now();
      counts.audit += await deps.cutTrail(ages.audit, pause);
    }
    if (clock.now() - told_at >= DAY_MS) await tell();
  };

  const next = (): void => {
    if (stopped) return;
    cancel = clock.after(HOUR_MS, () => void run());
  };
  const run = (): Promise<void> => {
    running ??= round()
      .catch((error) => deps.on_error(error, 'remove what is older than its retention'))
      .finally(() => {
        running = null;
        next();
      });
    return running;
  };

  return {
    /** Begins the first round; the next ones follow by themselves. */
    start(): void {
      void run();
    },
    /** Ends after the step that is under way, and tells what was removed. */
    async stop(): Promise<void> {
      stopped = true;
      cancel?.();
      wake?.();
      await running;
      await tell().catch((error) => deps.on_error(error, 'record what retention removed'));
    },
    /** Resolves when no round is under way. */
    idle: (): Promise<void> => running ?? Promise.resolve(),
  };
};

export type Retention = ReturnType<typeof createRetention>;

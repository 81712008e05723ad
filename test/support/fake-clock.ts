/** A clock that stands until a test moves it. */
import type { Clock } from '../../host/lib/clock.ts';

export interface FakeClock extends Clock {
  /** Moves both times on and calls back what is due, in order, each at its own time; what a callback arms in between is called too. */
  advance(ms: number): void;
  /** Moves both times on without calling anybody back, as a stalled process does. */
  stall(ms: number): void;
  /** Sets the wall time without moving the monotonic one, as an operator or NTP does. */
  setWall(ms: number): void;
  /** How many timers are armed. */
  armed(): number;
}

export const createFakeClock = (start = Date.UTC(2026, 0, 1)): FakeClock => {
  let elapsed = 0;
  let wall = start;
  let order = 0;
  const timers = new Set<{ at: number; order: number; callback: () => void }>();

  const moveTo = (time: number): void => {
    wall += time - elapsed;
    elapsed = time;
  };
  const nextDue = (until: number) => [...timers].filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at || a.order - b.order)[0];

  return {
    now: () => wall,
    monotonic: () => elapsed,
    after(delay_ms, callback) {
      const timer = { at: elapsed + Math.max(0, delay_ms), order: order++, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(ms) {
      const until = elapsed + ms;
      for (let timer = nextDue(until); timer; timer = nextDue(until)) {
        timers.delete(timer);
        moveTo(Math.max(elapsed, timer.at));
        timer.callback();
      }
      moveTo(until);
    },
    stall(ms) {
      moveTo(elapsed + ms);
    },
    setWall(ms) {
      wall = ms;
    },
    armed: () => timers.size,
  };
};

/** Lets everything that is ready run: promises, and what they set in motion in this turn of the event loop and the next. */
export const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
};

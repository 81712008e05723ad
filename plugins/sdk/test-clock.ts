/** Time that stands until a test moves it, and the timers of an adapter on it. */
import type { PluginContext, PluginTimers } from './index.ts';
import { PlatformError } from './platform-error.ts';

const MOST_TIMERS = 256;
const SHORTEST_MS = 4;

export interface TestClock {
  /** Wall time, ms since 1970. */
  now(): number;
  /** Moves both times on and fires the timers that are due, in order, each at its own time; what they begin is let run before the next. */
  advance(ms: number): Promise<void>;
  /** Sets the wall time without moving the monotonic one, as an operator or NTP does. */
  setWall(ms: number): void;
}

interface Timer {
  id: number;
  at: number;
  every_ms: number;
  callback: () => void;
}

/** Lets everything that waits for promises alone run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export interface TestTime {
  clock: TestClock;
  contextClock: PluginContext['clock'];
  timers: PluginTimers;
}

export const createTestTime = (now: () => number, onUncaught: (error: unknown) => void): TestTime => {
  const live = new Map<number, Timer>();
  let moved = 0;
  let wallMoved = 0;
  let lastId = 0;

  const nextDue = (until: number): Timer | undefined =>
    [...live.values()].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at || a.id - b.id)[0];
  const start = (callback: () => void, delay_ms: number, repeats: boolean): number => {
    if (typeof callback !== 'function') throw new TypeError('a timer takes a function');
    if (live.size >= MOST_TIMERS) throw new PlatformError('TOO_MANY_TIMERS', `at most ${MOST_TIMERS} timers may live at once`);
    const delay = Math.max(SHORTEST_MS, Number(delay_ms) || 0);
    const id = ++lastId;
    live.set(id, { id, at: moved + delay, every_ms: repeats ? delay : 0, callback });
    return id;
  };
  const fire = (timer: Timer): void => {
    if (timer.every_ms === 0) live.delete(timer.id);
    else timer.at += timer.every_ms;
    try {
      timer.callback();
    } catch (error) {
      onUncaught(error);
    }
  };
  const clear = (id: number) => void live.delete(id);

  return {
    clock: {
      now: () => now() + moved + wallMoved,
      async advance(ms) {
        const until = moved + ms;
        for (let timer = nextDue(until); timer !== undefined; timer = nextDue(until)) {
          moved = Math.max(moved, timer.at);
          fire(timer);
          await settle();
        }
        moved = until;
        await settle();
      },
      setWall(ms) {
        wallMoved = ms - now() - moved;
      },
    },
    contextClock: { now: () => now() + moved + wallMoved, monotonic_ms: () => now() + moved },
    timers: {
      setTimeout: (callback, delay_ms) => start(callback, delay_ms, false),
      setInterval: (callback, delay_ms) => start(callback, delay_ms, true),
      clearTimeout: clear,
      clearInterval: clear,
    },
  };
};

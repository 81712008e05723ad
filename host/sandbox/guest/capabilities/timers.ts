import type { PluginTimers } from '../../../../plugins/sdk/index.ts';
import { BUDGETS } from '../../budgets.ts';
import { codedError } from '../coded-error.ts';
import type { GuestCapability } from '../context.ts';

interface Timer {
  callback(): void;
  /** 0 for one that fires once. */
  every_ms: number;
}

const live = new Map<number, Timer>();
let lastId = 0;
let granted = false;
let reportUncaught: (error: unknown) => void = () => {};
let arm: (id: number, delay_ms: number) => void = () => {};

/** The worker says that a timer is due. */
export const fireTimer = (id: number): void => {
  const timer = live.get(id);
  if (timer === undefined) return;
  if (timer.every_ms === 0) live.delete(id);
  else arm(id, timer.every_ms);
  try {
    timer.callback();
  } catch (error) {
    reportUncaught(error);
  }
};

/** For what of the realm itself waits: `AbortSignal.timeout`. */
export const startTimer = (callback: () => void, delay: unknown, repeats = false): number => {
  if (!granted)
    throw codedError('CAPABILITY_DENIED', 'timers were not granted: add "timers" to permissions of the manifest and approve it');
  if (typeof callback !== 'function') throw new TypeError('a timer takes a function');
  const wanted = Number(delay);
  if (live.size >= BUDGETS.timers) throw codedError('TOO_MANY_TIMERS', `at most ${BUDGETS.timers} timers may live at once`);
  const delay_ms = wanted >= BUDGETS.timer_min_ms ? Math.min(wanted, BUDGETS.timer_max_ms) : BUDGETS.timer_min_ms;
  const id = ++lastId;
  live.set(id, { callback, every_ms: repeats ? delay_ms : 0 });
  arm(id, delay_ms);
  return id;
};

/** Timers, counted and never under 4 ms. */
export const timers: GuestCapability = {
  name: 'timers',
  always: false,
  build(bridge): PluginTimers {
    granted = true;
    reportUncaught = (error) => bridge.reportUncaught('a timer', error);
    arm = (id, delay_ms) => void bridge.local('timer', id, delay_ms);
    const clear = (id: number) => {
      if (live.delete(id)) bridge.local('clear', id);
    };
    return {
      setTimeout: (callback, delay_ms) => startTimer(callback, delay_ms),
      setInterval: (callback, delay_ms) => startTimer(callback, delay_ms, true),
      clearTimeout: clear,
      clearInterval: clear,
    };
  },
};

/** The open calls of one worker: it is ended when they have. */
import type { Clock } from '../lib/clock.ts';

export const createOpenCalls = (clock: Clock) => {
  let open = 0;
  const idle: (() => void)[] = [];
  return {
    async during<Result>(call: Promise<Result>): Promise<Result> {
      open++;
      try {
        return await call;
      } finally {
        if (--open === 0) for (const wake of idle.splice(0)) wake();
      }
    },
    ended(within_ms: number): Promise<void> {
      if (open === 0 || within_ms <= 0) return Promise.resolve();
      return new Promise((resolve) => {
        const cancel = clock.after(within_ms, resolve);
        idle.push(() => {
          cancel();
          resolve();
        });
      });
    },
  };
};

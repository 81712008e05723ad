/** Failed logins in a sliding window, of each address and of all together: with too many, none is tried any more. */
import type { Clock } from '../../lib/clock.ts';

export interface LoginThrottleOptions {
  per_address: number;
  total: number;
  window_ms: number;
}

export const createLoginThrottle = (clock: Clock, { per_address, total, window_ms }: LoginThrottleOptions) => {
  /** Oldest first; never more than `total`, because with so many nobody may try. */
  let failures: { address: string; at: number }[] = [];

  /** How long until there are fewer than `limit`; 0 when there are. */
  const waitFor = (times: readonly { at: number }[], limit: number, now: number): number => {
    const last = times[times.length - limit];
    return last === undefined ? 0 : last.at + window_ms - now;
  };

  return {
    /** 0 when the address may try, else ms to wait. */
    wait(address: string): number {
      const now = clock.monotonic();
      failures = failures.filter(({ at }) => at > now - window_ms);
      const own = failures.filter((failure) => failure.address === address);
      return Math.max(waitFor(own, per_address, now), waitFor(failures, total, now));
    },
    failed(address: string): void {
      failures.push({ address, at: clock.monotonic() });
    },
  };
};

export type LoginThrottle = ReturnType<typeof createLoginThrottle>;

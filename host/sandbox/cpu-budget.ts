/** Whether a plugin uses more of the processor than it may: a token bucket over what its event loop has been at work. */
import { BUDGETS } from './budgets.ts';
import { createTokenBucket } from './token-bucket.ts';

export interface CpuBudget {
  /** What was used until now, for its start, is not charged. */
  begin(busy_ms: number): void;
  /** `busy_ms` is the total since its process or thread began. False when the plugin has used up what it had. */
  charge(now_ms: number, busy_ms: number): boolean;
  /** The host has asked something of the plugin: what it takes to answer is no waste. */
  credit(): void;
}

export const createCpuBudget = (ms_per_second: number): CpuBudget => {
  const bucket = createTokenBucket(ms_per_second, ms_per_second * BUDGETS.cpu_burst_seconds);
  let charged = 0;
  return {
    begin(busy_ms) {
      charged = busy_ms;
    },
    charge(now_ms, busy_ms) {
      const used = Math.max(0, busy_ms - charged);
      charged = busy_ms;
      return bucket.take(now_ms, used);
    },
    credit: () => bucket.give(BUDGETS.cpu_ms_per_call),
  };
};

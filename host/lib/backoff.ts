/** Exponential backoff with full jitter: a random time up to the doubled step, so that retries never march in step. */
export interface BackoffOptions {
  first_ms: number;
  longest_ms: number;
  /** 0 ≤ random() < 1. */
  random: () => number;
}

/** The wait before attempt `attempt + 1`, when `attempt` attempts (1, 2, …) have failed. */
export const backoffMs = (attempt: number, { first_ms, longest_ms, random }: BackoffOptions): number => {
  const step = Math.min(longest_ms, first_ms * 2 ** Math.min(attempt - 1, 30));
  return Math.max(1, Math.round(step * random()));
};

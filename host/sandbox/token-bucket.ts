export interface TokenBucket {
  /** Takes `amount`, or nothing and false when there is less. `now_ms` is monotonic. */
  take(now_ms: number, amount: number): boolean;
  /** Adds `amount`, up to the bucket's size. */
  give(amount: number): void;
}

export const createTokenBucket = (per_second: number, size: number): TokenBucket => {
  let tokens = size;
  let filledAt: number | null = null;
  return {
    take(now_ms, amount) {
      if (filledAt !== null) tokens = Math.min(size, tokens + ((now_ms - filledAt) * per_second) / 1000);
      filledAt = now_ms;
      if (tokens < amount) return false;
      tokens -= amount;
      return true;
    },
    give(amount) {
      tokens = Math.min(size, tokens + amount);
    },
  };
};

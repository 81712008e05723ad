import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTokenBucket } from '../../../host/sandbox/token-bucket.ts';

describe('a token bucket', () => {
  it('is full at first and fills at its rate, not above its size', () => {
    const bucket = createTokenBucket(10, 5);
    expect([bucket.take(0, 5), bucket.take(0, 1), bucket.take(100, 1), bucket.take(100, 1)]).toEqual([true, false, true, false]);
    expect([bucket.take(60_000, 5), bucket.take(60_000, 1)]).toEqual([true, false]);
  });

  it('takes nothing when there is less than asked for', () => {
    const bucket = createTokenBucket(0, 3);
    expect([bucket.take(0, 4), bucket.take(0, 3)]).toEqual([false, true]);
    bucket.give(100);
    expect([bucket.take(0, 3), bucket.take(0, 1)]).toEqual([true, false]);
  });

  it('that admits everything the worker’s smaller one did, whatever the pauses', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 50 })), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (pauses) => {
        const worker = createTokenBucket(100, 100);
        const host = createTokenBucket(100, 1000);
        let now = 0;
        for (const [pause, amount] of pauses) {
          now += pause;
          if (worker.take(now, amount)) expect(host.take(now, amount)).toBe(true);
        }
      }),
    );
  });
});

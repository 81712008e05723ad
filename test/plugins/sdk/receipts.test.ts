import { describe, expect, it } from 'vitest';
import { failed, retryAfterMs } from '../../../plugins/sdk/receipts.ts';

const NOW = Date.parse('2026-01-02T03:04:05.000Z');

describe('Retry-After', () => {
  it.each([
    ['2', 2000],
    ['0.5', 500],
    ['Fri, 02 Jan 2026 03:04:35 GMT', 30_000],
  ])('%s is a wait', (header, ms) => expect(retryAfterMs(header, NOW)).toBe(ms));

  it.each([undefined, '', '0', '-5', 'soon', '2026-01-02', 'Fri, 02 Jan 2026 03:04:04 GMT', 'Fri, never'])('%s is none', (header) =>
    expect(retryAfterMs(header, NOW)).toBeUndefined(),
  );
});

describe('a failed receipt', () => {
  it('is not retryable unless the adapter says so', () => {
    expect(failed({ code: 'X', reason: 'y' })).toEqual({ status: 'failed', code: 'X', reason: 'y', retryable: false });
  });

  it('keeps to the lengths that the host accepts, and always has a reason', () => {
    expect(failed({ code: 'X', reason: 'y'.repeat(5000), retry_after_ms: 1e12 })).toMatchObject({
      reason: 'y'.repeat(1024),
      retry_after_ms: 86_400_000,
    });
    expect(failed({ code: 'X', reason: '' })).toMatchObject({ reason: 'X' });
  });
});

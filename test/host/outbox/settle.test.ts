import { describe, expect, it } from 'vitest';
import { type RequestsSeen, type SendEnd, type Settlement, type SettleOptions, settleSend } from '../../../host/outbox/settle.ts';
import type { Receipt } from '../../../schemas/message.ts';

const NOW = 1_000_000;
const OPTIONS: SettleOptions = {
  now: NOW,
  attempts: 0,
  max_attempts: 8,
  resend_unknown: false,
  backoff: { first_ms: 1000, longest_ms: 300_000, random: () => 0.5 },
};

const sent: SendEnd = { receipt: { status: 'sent', platform_message_id: 'p1' } };
const failed = (fields: Partial<Extract<Receipt, { status: 'failed' }>> = {}): SendEnd => ({
  receipt: { status: 'failed', code: 'PLATFORM_ERROR', reason: 'said 500', retryable: true, ...fields },
});
const final = failed({ code: 'BLOCKED', reason: 'blocked by the user', retryable: false });
const refused = failed({ code: 'ACCOUNT_REFUSED', reason: 'token revoked', retryable: false });
const limited = failed({ code: 'RATE_LIMITED', reason: 'slow down' });
const threw: SendEnd = { fault: 'threw', message: 'x is undefined' };

const settle = (end: SendEnd, seen: RequestsSeen, options: Partial<SettleOptions> = {}): Settlement =>
  settleSend(end, seen, { ...OPTIONS, ...options });

describe('how a delivery ends', () => {
  it.each<[string, SendEnd, RequestsSeen, Partial<Settlement>]>([
    [
      'a receipt that it was sent',
      sent,
      'answered',
      { state: 'sent', platform_message_id: 'p1', attempts: 1, reason: null, next_attempt_at: null },
    ],
    ['such a receipt of a channel that sends no request', sent, 'none', { state: 'sent' }],
    ['such a receipt after a request that got no answer, and another that did', sent, 'unanswered', { state: 'sent' }],
    [
      'a failure that may pass',
      failed(),
      'answered',
      { state: 'pending', reason: 'PLATFORM_ERROR', error: 'said 500', attempts: 1, next_attempt_at: NOW + 500 },
    ],
    ['a failure before any request left', failed(), 'none', { state: 'pending', attempts: 1 }],
    ['a failure that will not pass', final, 'answered', { state: 'dead', reason: 'BLOCKED', error: 'blocked by the user', attempts: 1 }],
    ['a failure that will not pass, before any request left', final, 'none', { state: 'dead', reason: 'BLOCKED' }],
    [
      'a failure that may pass, after a request without an answer',
      failed(),
      'unanswered',
      { state: 'unknown', reason: 'NO_ANSWER', attempts: 1 },
    ],
    ['a failure called final, after a request without an answer', final, 'unanswered', { state: 'unknown', reason: 'NO_ANSWER' }],
    ['a pace, after a request without an answer', limited, 'unanswered', { state: 'unknown', reason: 'NO_ANSWER' }],
    [
      'no receipt, and no request left',
      threw,
      'none',
      { state: 'pending', reason: 'SEND_FAILED', error: 'threw: x is undefined', attempts: 1 },
    ],
    [
      'no receipt, and a request without an answer',
      threw,
      'unanswered',
      { state: 'unknown', reason: 'NO_ANSWER', attempts: 1, next_attempt_at: null },
    ],
    ['no receipt, although the platform answered', threw, 'answered', { state: 'unknown', reason: 'NO_RECEIPT' }],
    [
      'a refusal of our account',
      refused,
      'answered',
      { state: 'held', reason: 'ACCOUNT_REFUSED', error: 'token revoked', attempts: 0, account_refused: true },
    ],
    [
      'a refusal of our account, after a request without an answer',
      refused,
      'unanswered',
      { state: 'unknown', reason: 'NO_ANSWER', account_refused: true },
    ],
  ])('with %s', (_how, end, seen, expected) => {
    expect(settle(end, seen)).toMatchObject({ account_refused: false, ...expected });
  });

  it.each<[string, SendEnd, RequestsSeen, string]>([
    ['a failure without an answer', failed(), 'unanswered', 'NO_ANSWER'],
    ['a fault without an answer', threw, 'unanswered', 'NO_ANSWER'],
    ['a fault after an answer', threw, 'answered', 'NO_RECEIPT'],
  ])('with %s is tried again by a channel that may resend', (_how, end, seen, reason) => {
    expect(settle(end, seen, { resend_unknown: true })).toMatchObject({
      state: 'pending',
      reason,
      attempts: 1,
      next_attempt_at: NOW + 500,
    });
  });

  it('is not changed by the leave to resend when the platform answered', () => {
    expect(settle(final, 'answered', { resend_unknown: true }).state).toBe('dead');
    expect(settle(refused, 'answered', { resend_unknown: true }).state).toBe('held');
  });
});

describe('the next attempt', () => {
  it('comes when the receipt says, else after a random part of a step that doubles from a second to five minutes', () => {
    const wait = (attempts: number, end = failed()) =>
      (settle(end, 'answered', { attempts, max_attempts: 100 }).next_attempt_at ?? 0) - NOW;
    expect(wait(0, failed({ retry_after_ms: 1234 }))).toBe(1234);
    expect([0, 1, 2, 8, 9, 50].map((attempts) => wait(attempts))).toEqual([500, 1000, 2000, 128_000, 150_000, 150_000]);
  });

  it('is the last of those allowed, and then the delivery is dead with its reason', () => {
    expect(settle(failed(), 'answered', { attempts: 6 })).toMatchObject({ state: 'pending', attempts: 7 });
    expect(settle(failed(), 'answered', { attempts: 7 })).toMatchObject({
      state: 'dead',
      attempts: 8,
      reason: 'PLATFORM_ERROR',
      next_attempt_at: null,
    });
    expect(settle(threw, 'none', { attempts: 7 })).toMatchObject({ state: 'dead', reason: 'SEND_FAILED' });
    expect(settle(threw, 'unanswered', { attempts: 7, resend_unknown: true })).toMatchObject({ state: 'dead', reason: 'NO_ANSWER' });
  });
});

describe("the platform's pace", () => {
  it('is no attempt, however often it is asked for, and lasts as long as the platform says', () => {
    expect(settle(failed({ code: 'RATE_LIMITED', retry_after_ms: 5000 }), 'answered', { attempts: 7 })).toMatchObject({
      state: 'pending',
      reason: 'RATE_LIMITED',
      attempts: 7,
      next_attempt_at: NOW + 5000,
    });
  });

  it('is more than a second when the platform does not say', () => {
    expect(settle(limited, 'answered').next_attempt_at).toBe(NOW + 1500);
  });

  it('never is a loop without a pause, although an adapter asks for one', () => {
    expect(settle(failed({ code: 'RATE_LIMITED', retry_after_ms: 0 }), 'answered').next_attempt_at).toBe(NOW + 100);
  });
});

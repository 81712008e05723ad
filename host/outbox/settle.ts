/**
 * What becomes of a delivery when its `send` ended: pure. A receipt decides whenever the platform
 * answered; without an answer to a request that left, nobody knows, and nothing is sent again.
 */
import type { Receipt } from '../../schemas/message.ts';
import type { OutboundState } from '../db/unit.ts';
import { type BackoffOptions, backoffMs } from '../lib/backoff.ts';

/** What egress saw while the call ran: no request other than GET left, all of them were answered, or one was not. */
export type RequestsSeen = 'none' | 'answered' | 'unanswered';

/** How the call of `send` ended. */
export type SendEnd =
  | { receipt: Receipt }
  /** No receipt: the adapter threw, returned something else, was past its deadline, or its worker died. */
  | { fault: string; message: string };

export interface SettleOptions {
  now: number;
  /** Attempts made before this one. */
  attempts: number;
  max_attempts: number;
  /** The manifest's `send.idempotent`, or the policy's `on_unknown: resend`: what is unknown may be sent again. */
  resend_unknown: boolean;
  backoff: BackoffOptions;
}

export interface Settlement {
  state: Extract<OutboundState, 'sent' | 'pending' | 'unknown' | 'dead' | 'held'>;
  reason: string | null;
  error: string | null;
  attempts: number;
  next_attempt_at: number | null;
  platform_message_id: string | null;
  /** The platform refuses our account: the whole channel waits. */
  account_refused: boolean;
}

const SHORTEST_PACE_MS = 100;

const base = { error: null, next_attempt_at: null, platform_message_id: null, account_refused: false };

const again = (reason: string, error: string | null, options: SettleOptions, retry_after_ms?: number): Settlement => {
  const attempts = options.attempts + 1;
  if (attempts >= options.max_attempts) return { ...base, state: 'dead', reason, error, attempts };
  const wait = retry_after_ms ?? backoffMs(attempts, options.backoff);
  return { ...base, state: 'pending', reason, error, attempts, next_attempt_at: options.now + wait };
};

const unknown = (reason: string, error: string, options: SettleOptions): Settlement =>
  options.resend_unknown ? again(reason, error, options) : { ...base, state: 'unknown', reason, error, attempts: options.attempts + 1 };

/** A 429 is the platform's pace, not an attempt: it never runs out, so it must not come back at once either. */
const paced = (reason: string, options: SettleOptions, retry_after_ms?: number): Settlement => {
  const { first_ms } = options.backoff;
  const wait = Math.max(retry_after_ms ?? first_ms + backoffMs(options.attempts + 1, options.backoff), SHORTEST_PACE_MS);
  return {
    ...base,
    state: 'pending',
    reason: 'RATE_LIMITED',
    error: reason,
    attempts: options.attempts,
    next_attempt_at: options.now + wait,
  };
};

const settleFailure = (receipt: Extract<Receipt, { status: 'failed' }>, seen: RequestsSeen, options: SettleOptions): Settlement => {
  const { code, reason, retryable, retry_after_ms } = receipt;
  const account_refused = code === 'ACCOUNT_REFUSED';
  // The adapter may not have noticed that nobody answered, or call it final; egress knows that the message may stand there.
  if (seen === 'unanswered') return { ...unknown('NO_ANSWER', reason, options), account_refused };
  if (account_refused) return { ...base, state: 'held', reason: code, error: reason, attempts: options.attempts, account_refused };
  if (!retryable) return { ...base, state: 'dead', reason: code, error: reason, attempts: options.attempts + 1 };
  return code === 'RATE_LIMITED' ? paced(reason, options, retry_after_ms) : again(code, reason, options, retry_after_ms);
};

/** The network mode closed while the send was under way, and nothing had left: no attempt was made, it waits like the others. */
export const closedBefore = (end: SendEnd, seen: RequestsSeen, held_by: string | null): boolean =>
  held_by === 'network_mode' && seen === 'none' && !('receipt' in end && end.receipt.status === 'sent');

export const waitsOn = (attempts: number): Settlement => ({ ...base, state: 'pending', reason: null, attempts });

export const settleSend = (end: SendEnd, seen: RequestsSeen, options: SettleOptions): Settlement => {
  if (!('receipt' in end)) {
    const error = `${end.fault}: ${end.message}`;
    if (seen === 'none') return again('SEND_FAILED', error, options);
    return seen === 'unanswered'
      ? unknown('NO_ANSWER', error, options)
      : // The platform answered, but the adapter did not say what: the message may stand there.
        unknown('NO_RECEIPT', error, options);
  }
  const { receipt } = end;
  if (receipt.status === 'failed') return settleFailure(receipt, seen, options);
  return { ...base, state: 'sent', reason: null, attempts: options.attempts + 1, platform_message_id: receipt.platform_message_id };
};

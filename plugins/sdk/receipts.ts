/** How a `send` ended, in the host's words. */
import type { Receipt } from './index.ts';
import { asText } from './untrusted.ts';

/** The longest wait that a receipt may ask for: a day. */
const LONGEST_WAIT_MS = 86_400_000;

export interface Failure {
  code: string;
  reason: string;
  retryable?: boolean;
  retry_after_ms?: number | undefined;
}

/** The receipt of a message that the platform took. */
export const sent = (platform_message_id: string): Receipt => ({ status: 'sent', platform_message_id });

/** The receipt of a message that it did not; not retryable unless it says so. */
export const failed = ({ code, reason, retryable = false, retry_after_ms }: Failure): Receipt => ({
  status: 'failed',
  code,
  reason: asText(reason, 1024) ?? code,
  retryable,
  ...(retry_after_ms === undefined ? {} : { retry_after_ms: Math.min(Math.max(retry_after_ms, 0), LONGEST_WAIT_MS) }),
});

/**
 * `Retry-After` (RFC 9110 §10.2.3: seconds or an HTTP date) in milliseconds from `now`. A wait that is
 * over already says nothing: taken literally it would make a tight loop of clocks that differ.
 */
export const retryAfterMs = (header: string | undefined, now: number): number | undefined => {
  const text = header?.trim() ?? '';
  const isDate = /^[A-Za-z]{3,9},? /.test(text);
  const wait = isDate ? Date.parse(text) - now : /^\d{1,9}(\.\d+)?$/.test(text) ? Math.ceil(Number(text) * 1000) : Number.NaN;
  return wait > 0 ? wait : undefined;
};

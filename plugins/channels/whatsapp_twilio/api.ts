/** Twilio's REST API: calls, and what its refusals mean. https://www.twilio.com/docs/api/errors */
import type { FetchRequest, FetchResponse, HealthReport, PluginContext, Receipt } from '../../sdk/index.ts';
import { grantedFetch } from '../../sdk/network.ts';
import { PlatformError } from '../../sdk/platform-error.ts';
import { failed, retryAfterMs, sent } from '../../sdk/receipts.ts';
import { asId, asInteger, asRecord, asText, parseJson } from '../../sdk/untrusted.ts';

type Meaning =
  | 'ACCOUNT_REFUSED'
  | 'RATE_LIMITED'
  | 'OPTED_OUT'
  | 'RECIPIENT_UNKNOWN'
  | 'OUTSIDE_WINDOW'
  | 'TEXT_TOO_LONG'
  | 'SENDER_UNKNOWN';

/** Twilio's error numbers whose meaning the host or an operator acts on. */
const MEANINGS: Record<number, Meaning> = {
  20003: 'ACCOUNT_REFUSED', // authentication
  20005: 'ACCOUNT_REFUSED', // account not active
  20404: 'ACCOUNT_REFUSED', // the path names our account and nothing else, so it is the account that is missing
  20429: 'RATE_LIMITED',
  63018: 'RATE_LIMITED', // of the WhatsApp sender
  21610: 'OPTED_OUT',
  21211: 'RECIPIENT_UNKNOWN',
  21608: 'RECIPIENT_UNKNOWN', // trial accounts: number not verified
  21614: 'RECIPIENT_UNKNOWN',
  63003: 'RECIPIENT_UNKNOWN',
  63016: 'OUTSIDE_WINDOW', // more than 24 h after the person's last message
  21617: 'TEXT_TOO_LONG',
  21658: 'TEXT_TOO_LONG',
  63007: 'SENDER_UNKNOWN',
};

interface Refusal {
  status: number;
  code: number | undefined;
  reason: string;
  readable: boolean;
  retry_after_ms: number | undefined;
}

const refusalOf = (response: FetchResponse, now: number): Refusal => {
  const body = asRecord(parseJson(response.body));
  const code = asInteger(body?.code);
  const message = asText(body?.message, 500) ?? `Twilio answered ${response.status}${body === undefined ? ' without readable JSON' : ''}`;
  const retry_after_ms = retryAfterMs(response.headers['retry-after'], now);
  return {
    status: response.status,
    code,
    reason: code === undefined ? message : `${code}: ${message}`,
    readable: body !== undefined,
    retry_after_ms,
  };
};

const receiptOf = ({ status, code, reason, readable, retry_after_ms }: Refusal): Receipt => {
  const meaning = code !== undefined && Object.hasOwn(MEANINGS, code) ? MEANINGS[code] : undefined;
  if (status === 429 || meaning === 'RATE_LIMITED') return failed({ code: 'RATE_LIMITED', reason, retryable: true, retry_after_ms });
  if (status >= 500) return failed({ code: 'PLATFORM_UNAVAILABLE', reason, retryable: true, retry_after_ms });
  if (status === 401) return failed({ code: 'ACCOUNT_REFUSED', reason: `${reason}: check account_sid and auth_token` });
  if (meaning !== undefined) return failed({ code: meaning, reason });
  return failed({ code: readable && status >= 400 ? 'REFUSED' : 'BAD_ANSWER', reason });
};

export const readSent = (response: FetchResponse, now: number): Receipt => {
  if (response.status < 200 || response.status > 299) return receiptOf(refusalOf(response, now));
  const body = asRecord(parseJson(response.body));
  const sid = asId(body?.sid);
  if (sid === undefined) return failed({ code: 'BAD_ANSWER', reason: 'Twilio took the message but did not say under which id.' });
  const code = asInteger(body?.error_code);
  const refused = body?.status === 'failed' || body?.status === 'undelivered';
  if (!refused) return sent(sid);
  return receiptOf({
    status: 400,
    code,
    reason: asText(body?.error_message, 500) ?? `Twilio error ${code}`,
    readable: true,
    retry_after_ms: undefined,
  });
};

export interface TwilioApi {
  /** Rejects only when there was no answer. */
  createMessage(form: Record<string, string>): Promise<Receipt>;
  checkAccount(): Promise<HealthReport>;
  mediaRequest(ref: string): FetchRequest;
}

const CALL_TIMEOUT_MS = 15_000;

export const createTwilioApi = (context: PluginContext): TwilioApi => {
  const fetch = grantedFetch(context);
  const origin = String(context.config.api_base_url ?? 'https://api.twilio.com').replace(/\/+$/, '');
  const account = `${origin}/2010-04-01/Accounts/${encodeURIComponent(String(context.config.account_sid ?? ''))}`;
  return {
    createMessage: async (form) => {
      const response = await fetch(`${account}/Messages.json`, { method: 'POST', form, timeout_ms: CALL_TIMEOUT_MS });
      return readSent(response, context.clock.now());
    },
    checkAccount: async () => {
      const response = await fetch(`${account}.json`, { method: 'GET', timeout_ms: CALL_TIMEOUT_MS });
      if (response.status !== 200) return { status: 'degraded', reason: refusalOf(response, context.clock.now()).reason };
      const status = asText(asRecord(parseJson(response.body))?.status, 64);
      return status === undefined || status === 'active'
        ? { status: 'ok' }
        : { status: 'degraded', reason: `The Twilio account is ${status}.` };
    },
    mediaRequest: (ref) => {
      // The reference came with a message; the account's credentials go to Twilio's own origin only.
      if (!ref.startsWith(`${origin}/`)) throw new PlatformError('INVALID_PARAMS', 'This file does not lie at Twilio.');
      return { url: ref, method: 'GET' };
    },
  };
};

/** The Bot API: calls, and what its refusals mean. https://core.telegram.org/bots/api#making-requests */
import type { FetchResponse, PluginContext, Receipt } from '../../sdk/index.ts';
import { grantedFetch } from '../../sdk/network.ts';
import { PlatformError } from '../../sdk/platform-error.ts';
import { failed, retryAfterMs } from '../../sdk/receipts.ts';
import { asInteger, asRecord, asText, parseJson } from '../../sdk/untrusted.ts';
import type { Call } from './render.ts';

/** Telegram said no, or said nothing that can be read. */
export interface Refusal {
  ok: false;
  /** Telegram's `error_code`, which is the HTTP status too. */
  status: number;
  description: string;
  /** False when the answer was not the Bot API's JSON. */
  readable: boolean;
  retry_after_ms?: number | undefined;
  /** The supergroup that this group has become. */
  migrate_to?: string | undefined;
}
export type Answer = { ok: true; result: unknown } | Refusal;

export const readAnswer = (response: FetchResponse, now: number): Answer => {
  const body = asRecord(parseJson(response.body));
  if (body?.ok === true) return { ok: true, result: body.result };
  const header = retryAfterMs(response.headers['retry-after'], now);
  if (body?.ok !== false) {
    const description = `Telegram answered ${response.status} without readable JSON`;
    return { ok: false, status: response.status, description, readable: false, retry_after_ms: header };
  }
  const parameters = asRecord(body.parameters);
  const seconds = asInteger(parameters?.retry_after);
  const chat = asInteger(parameters?.migrate_to_chat_id);
  return {
    ok: false,
    status: asInteger(body.error_code) ?? response.status,
    description: asText(body.description, 500) ?? `Telegram answered ${response.status}`,
    readable: true,
    retry_after_ms: seconds !== undefined && seconds > 0 ? seconds * 1000 : header,
    migrate_to: chat === undefined ? undefined : String(chat),
  };
};

/** The token itself is refused. 404 is what a malformed token gets: the path names no bot. */
export const isTokenRefused = ({ status, readable }: Refusal): boolean => status === 401 || (status === 404 && readable);

const isUnavailable = ({ status }: Refusal): boolean => status === 429 || status >= 500;

/** Telegram names its 400s by text only; these are the ones an operator meets. */
const BAD_REQUESTS: readonly (readonly [RegExp, string])[] = [
  [/chat not found|user not found/i, 'RECIPIENT_UNKNOWN'],
  [/message is too long|caption is too long/i, 'TEXT_TOO_LONG'],
  [/message text is empty/i, 'EMPTY_MESSAGE'],
  [/not enough rights|CHAT_WRITE_FORBIDDEN/i, 'RECIPIENT_BLOCKED'],
];

export const receiptOf = (refusal: Refusal): Receipt => {
  const { status, description: reason, retry_after_ms } = refusal;
  if (status === 429) return failed({ code: 'RATE_LIMITED', reason, retryable: true, retry_after_ms });
  if (status >= 500) return failed({ code: 'PLATFORM_UNAVAILABLE', reason, retryable: true, retry_after_ms });
  if (isTokenRefused(refusal)) return failed({ code: 'ACCOUNT_REFUSED', reason: `${reason}: check the bot token` });
  if (!refusal.readable) return failed({ code: 'BAD_ANSWER', reason });
  if (refusal.migrate_to) return failed({ code: 'CHAT_MIGRATED', reason: `${reason} (now ${refusal.migrate_to})` });
  if (status === 403) return failed({ code: 'RECIPIENT_BLOCKED', reason });
  return failed({ code: BAD_REQUESTS.find(([text]) => text.test(reason))?.[1] ?? 'REFUSED', reason });
};

export const errorOf = (refusal: Refusal): PlatformError => {
  if (isTokenRefused(refusal) || refusal.status === 403) {
    return new PlatformError('UNAUTHORIZED', `Telegram refuses the bot token (${refusal.description}): take a new one from @BotFather.`);
  }
  return new PlatformError(isUnavailable(refusal) ? 'PLATFORM_UNAVAILABLE' : 'REFUSED', refusal.description);
};

export interface TelegramApi {
  /** Rejects only when there was no answer; what Telegram answers is a value. */
  call(call: Call): Promise<Answer>;
  /** The result, or an exception for a refusal. */
  demand(call: Call): Promise<unknown>;
  /** Like `demand`, for a method that only reads: by GET, which the network mode `readonly` lets out. */
  read(method: string, params: Record<string, string>): Promise<unknown>;
  /** Where the bytes of a `file_path` lie. */
  fileUrl(path: string): string;
}

const CALL_TIMEOUT_MS = 15_000;

export const createTelegramApi = (context: PluginContext): TelegramApi => {
  const fetch = grantedFetch(context);
  const base = String(context.config.api_base_url ?? 'https://api.telegram.org').replace(/\/+$/, '');
  const token = String(context.config.bot_token ?? '');
  const call: TelegramApi['call'] = async ({ method, params }) => {
    const response = await fetch(`${base}/bot${token}/${method}`, { method: 'POST', json: params, timeout_ms: CALL_TIMEOUT_MS });
    return readAnswer(response, context.clock.now());
  };
  const resultOf = (answer: Answer): unknown => {
    if (!answer.ok) throw errorOf(answer);
    return answer.result;
  };
  return {
    call,
    demand: async (request) => resultOf(await call(request)),
    read: async (method, params) => {
      const url = `${base}/bot${token}/${method}?${new URLSearchParams(params)}`;
      return resultOf(readAnswer(await fetch(url, { method: 'GET', timeout_ms: CALL_TIMEOUT_MS }), context.clock.now()));
    },
    fileUrl: (path) => `${base}/file/bot${token}/${path.split('/').map(encodeURIComponent).join('/')}`,
  };
};

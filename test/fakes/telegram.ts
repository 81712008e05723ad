/**
 * A simulated Telegram Bot API on loopback. Method names in any case; JSON or urlencoded bodies.
 * Texts of refusals are Telegram's own. Not modelled: multipart uploads, entity parsing, getUpdates,
 * its own pace limits, the delivery queue with its repeats, users and groups with rights.
 */
import { type Delivered, type Provider, post, startProvider } from './provider.ts';
import type { Params } from './telegram-rules.ts';
import { carryOut, createTelegramState, refusal, type TelegramState } from './telegram-state.ts';

export type { SentMessage } from './telegram-state.ts';

export interface FakeTelegramOptions {
  /** `<bot id>:<secret>`. */
  token: string;
  username?: string;
}

/** `sent`: what Telegram took. `missing`, `blocked`, `moved`: chats that refuse; ids as text. */
export interface FakeTelegram extends Provider, Pick<TelegramState, 'sent' | 'missing' | 'blocked' | 'moved'> {
  /** What setWebhook registered; `secret_token` can be read here although Telegram never tells it. */
  readonly webhook: Params;
  addFile(file_id: string, bytes: Buffer, path: string): void;
  revokeToken(): void;
  /** Posts an update the way Telegram does. `secret` defaults to the registered one; `null` sends none. */
  deliver(url: string, update: object, options?: { secret?: string | null }): Promise<Delivered>;
}

const rateLimited = (retry_after: number | undefined) =>
  retry_after === undefined
    ? refusal(429, 'Too Many Requests')
    : refusal(429, `Too Many Requests: retry after ${retry_after}`, { retry_after });

const secretHeader = (secret: unknown): Record<string, string> =>
  typeof secret === 'string' ? { 'x-telegram-bot-api-secret-token': secret } : {};

export const startFakeTelegram = async ({ token, username = 'comm_test_bot' }: FakeTelegramOptions): Promise<FakeTelegram> => {
  const state = createTelegramState(token, username);
  const provider = await startProvider({
    operationOf: (path) => (path.startsWith('/file/') ? 'file' : (path.split('?')[0]?.split('/')[2] ?? '')),
    carryOut: (call) => carryOut(state, call),
    refuse: (behaviour) => {
      if (behaviour.kind === 'unauthorized') return refusal(401, 'Unauthorized');
      if (behaviour.kind === 'blocked') return refusal(403, 'Forbidden: bot was blocked by the user');
      return rateLimited(behaviour.retry_after);
    },
  });
  const { sent, missing, blocked, moved } = state;
  return {
    ...provider,
    sent,
    missing,
    blocked,
    moved,
    get webhook() {
      return state.webhook;
    },
    addFile: (file_id, bytes, path) => state.files.set(file_id, { bytes, path }),
    revokeToken: () => {
      state.revoked = true;
    },
    deliver: (url, update, { secret = state.webhook.secret_token as string | undefined } = {}) =>
      post(url, { 'content-type': 'application/json', ...secretHeader(secret) }, JSON.stringify(update)),
  };
};

/** Telling Telegram where to deliver. https://core.telegram.org/bots/api#setwebhook */
import type { PluginContext } from '../../sdk/index.ts';
import { asList, asRecord } from '../../sdk/untrusted.ts';
import { errorOf, isTokenRefused, type TelegramApi } from './api.ts';
import { UPDATE_KINDS } from './parse.ts';

/** Telegram's own default, stated so that it never depends on what was set before. */
const MAX_CONNECTIONS = 40;

/**
 * True when what Telegram holds is not what we want. The secret cannot be read back: that ours
 * differs shows only by Telegram's complaint that we answered 401.
 */
export const isRegistrationStale = (value: unknown, url: string): boolean => {
  const info = asRecord(value);
  const kinds = asList(info?.allowed_updates);
  const sameKinds = kinds.length === UPDATE_KINDS.length && UPDATE_KINDS.every((kind) => kinds.includes(kind));
  return info?.url !== url || !sameKinds || /\b401\b/.test(String(info.last_error_message ?? ''));
};

/** Why there is nothing to register, or `null`. */
export const registrationObstacle = ({ webhook_url, config }: PluginContext): string | null => {
  if (webhook_url === undefined)
    return 'PUBLIC_URL is not set, so Telegram cannot be told where to deliver: set it to the https address people reach.';
  if (!webhook_url.startsWith('https://'))
    return `Telegram delivers to https only and PUBLIC_URL gives ${webhook_url}: set an https PUBLIC_URL.`;
  return config.webhook_secret === undefined ? 'webhook_secret has no value: without it no delivery could be proved.' : null;
};

/**
 * Registers address and secret when they differ. Returns Telegram's objection to the address, or
 * `null`; a refused token and an unreachable Telegram are exceptions, because `start` is tried again.
 */
export const ensureWebhook = async (api: TelegramApi, { webhook_url, config, log }: PluginContext): Promise<string | null> => {
  const info = await api.call({ method: 'getWebhookInfo', params: {} });
  if (info.ok && !isRegistrationStale(info.result, webhook_url ?? '')) return null;
  const params = {
    url: webhook_url,
    secret_token: config.webhook_secret,
    allowed_updates: UPDATE_KINDS,
    max_connections: MAX_CONNECTIONS,
  };
  const answer = await api.call({ method: 'setWebhook', params });
  if (answer.ok) {
    log.info('webhook registered', { url: webhook_url });
    return null;
  }
  if (isTokenRefused(answer) || answer.status === 429 || answer.status >= 500) throw errorOf(answer);
  return `Telegram does not take the webhook address ${webhook_url}: ${answer.description}`;
};

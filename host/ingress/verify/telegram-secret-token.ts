import { equalText } from './constant-time.ts';
import { headerOf, usableSecrets, type VerifyScheme } from './scheme.ts';

/**
 * Telegram repeats the `secret_token` of setWebhook in every delivery (core.telegram.org/bots/api#setwebhook).
 * It signs nothing, so the body is only as trustworthy as the TLS connection.
 */
export const verifyTelegramSecretToken: VerifyScheme = (request, secrets) => {
  const token = headerOf(request, 'x-telegram-bot-api-secret-token');
  if (token === undefined) return 'missing';
  return usableSecrets(secrets).some((secret) => equalText(token, secret));
};

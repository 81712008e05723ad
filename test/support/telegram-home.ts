/** A home with a Telegram channel that talks to a simulated Telegram, and the updates people send. */
import { type FakeTelegram, startFakeTelegram } from '../fakes/telegram.ts';
import { type Home, makeHome } from './home.ts';

export const TOKEN = '123456:test-token-of-nobody';
export const SECRET = 'a-secret_of-the-webhook';

export const telegramManifest = {
  id: 'telegram',
  name: 'Telegram',
  version: '1.0.0',
  adapter_class: 'telegram#TelegramAdapter',
  webhook_url: '/webhooks/telegram',
};

const privateHost = (url: string): string => new URL(url).host;

export interface TelegramHome {
  home: Home;
  telegram: FakeTelegram;
  env: Record<string, string>;
  /** The webhook's address on a running host. */
  webhook(host: { url: string }): string;
}

export const makeTelegramHome = async (policy: Record<string, unknown> = {}): Promise<TelegramHome> => {
  const telegram = await startFakeTelegram({ token: TOKEN });
  const home = makeHome({
    'store/channels/telegram/manifest.json': telegramManifest,
    'config/channels.json': { telegram: { config: { api_base_url: telegram.url } } },
    'config/security_policy.json': {
      rate_limits: { max_requests_per_user: 1_000_000, time_window_seconds: 60 },
      egress: { allow_private: [privateHost(telegram.url)] },
      ...policy,
    },
  });
  return {
    home,
    telegram,
    env: { TELEGRAM_BOT_TOKEN: TOKEN, TELEGRAM_WEBHOOK_SECRET: SECRET },
    webhook: (host) => `${host.url}/webhooks/telegram`,
  };
};

/** A message of a person in a direct chat. */
export const textUpdate = (update_id: number, text: string, chat = 1000, extra: object = {}) => ({
  update_id,
  message: {
    message_id: update_id,
    date: 1_767_225_600,
    from: { id: chat, is_bot: false, first_name: 'Ada' },
    chat: { id: chat, type: 'private', first_name: 'Ada' },
    text,
    ...extra,
  },
});

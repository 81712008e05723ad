/** A home as the deployment guide describes it: its two manifests, its `.env`, its policy, as it prints them. */
import { type FakeTelegram, startFakeTelegram } from '../fakes/telegram.ts';
import { type FakeTwilio, startFakeTwilio } from '../fakes/twilio.ts';
import { GUIDE_ENV, GUIDE_POLICY, TELEGRAM_MANIFEST, WHATSAPP_MANIFEST } from './guide.ts';
import { type Home, makeHome } from './home.ts';

export const ACCOUNT_SID = 'AC0123456789abcdef0123456789abcdef';
export const AUTH_TOKEN = 'the-auth-token-of-nobody';
export const WHATSAPP_NUMBER = '+14155238886';
export const BOT_TOKEN = '123456:test-token-of-nobody';

/** The guide's `.env` with the reader's own values. */
export const FILLED_ENV = GUIDE_ENV.replace('your_account_sid', ACCOUNT_SID)
  .replace('your_auth_token', AUTH_TOKEN)
  .replace('your_bot_token', BOT_TOKEN);

export interface GuideHome {
  home: Home;
  telegram: FakeTelegram;
  twilio: FakeTwilio;
  /** Turns the adapters to the simulated providers; the one thing that the guide does not have. */
  env: Record<string, string>;
  close(): Promise<void>;
}

export const makeGuideHome = async (env_file: string, policy: object = {}): Promise<GuideHome> => {
  const telegram = await startFakeTelegram({ token: BOT_TOKEN });
  const twilio = await startFakeTwilio({ account_sid: ACCOUNT_SID, auth_token: AUTH_TOKEN, senders: [WHATSAPP_NUMBER] });
  const allow_private = [telegram, twilio].map(({ url }) => new URL(url).host);
  const home = makeHome({
    '.env': env_file,
    'store/channels/telegram/manifest.json': TELEGRAM_MANIFEST,
    'store/channels/whatsapp_twilio/manifest.json': WHATSAPP_MANIFEST,
    'config/security_policy.json': { ...GUIDE_POLICY, ...policy, egress: { allow_private } },
  });
  return {
    home,
    telegram,
    twilio,
    env: { CHANNEL_TELEGRAM_API_BASE_URL: telegram.url, CHANNEL_WHATSAPP_TWILIO_API_BASE_URL: twilio.url },
    async close() {
      await Promise.all([telegram.close(), twilio.close()]);
      home.remove();
    },
  };
};

/** Every signature scheme, and the status that its platform expects for a request that fails it. */
import type { Verify } from '../../../schemas/manifest.ts';
import { verifyBearer } from './bearer.ts';
import { verifyDiscordEd25519 } from './discord-ed25519.ts';
import { verifyHmac } from './hmac.ts';
import { verifyHubSha256 } from './hub-sha256.ts';
import type { VerifyScheme } from './scheme.ts';
import { verifySlackV0 } from './slack-v0.ts';
import { verifyStandardWebhooks } from './standard-webhooks.ts';
import { verifyTelegramSecretToken } from './telegram-secret-token.ts';
import { verifyTwilio } from './twilio.ts';

export interface Scheme {
  verify: VerifyScheme;
  /** For a bad proof and for a missing one. */
  refusal_status: 401 | 403;
  /** False: the scheme works without a secret. Every other channel does not start without one. */
  needs_secret: boolean;
}

const signed = (verify: VerifyScheme, refusal_status: 401 | 403 = 401): Scheme => ({ verify, refusal_status, needs_secret: true });

export const SCHEMES: Readonly<Record<Verify['scheme'], Scheme>> = {
  twilio: signed(verifyTwilio, 403),
  telegram_secret_token: signed(verifyTelegramSecretToken),
  slack_v0: signed(verifySlackV0),
  // 401 exactly: Discord probes with bad signatures and removes an address that answers anything else.
  discord_ed25519: signed(verifyDiscordEd25519),
  hub_sha256: signed(verifyHubSha256),
  standard_webhooks: signed(verifyStandardWebhooks),
  hmac: signed(verifyHmac),
  bearer: signed(verifyBearer),
  /** Only by an operator's explicit grant, which whoever builds the route has to check. */
  none: { verify: () => true, refusal_status: 401, needs_secret: false },
};

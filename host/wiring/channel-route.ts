/** A channel's webhook as the ingress sees it: of an approved manifest, with the values that prove a sender. */

import { SCHEMES } from '../ingress/verify/schemes.ts';
import type { WebhookRoute } from '../ingress/webhooks.ts';
import type { Evaluated } from '../registry/evaluate.ts';
import { plainValues } from './plugin-powers.ts';

/** Several, separated by commas, while a secret is being changed. */
const secretsIn = (value: unknown): string[] =>
  value === undefined
    ? []
    : String(value)
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== '');

/** null without a webhook, and when nobody could be told from anybody else. */
export const routeOf = (evaluated: Evaluated, record: WebhookRoute['record']): WebhookRoute | null => {
  const { manifest, id } = evaluated.source;
  const verify = manifest?.webhook?.verify;
  if (!manifest?.webhook_url || !manifest.webhook || !verify) return null;
  const secrets = secretsIn(verify.secret === undefined ? undefined : evaluated.values[verify.secret]?.value);
  if (SCHEMES[verify.scheme].needs_secret && secrets.length === 0) return null;
  return { channel_id: id, path: manifest.webhook_url, webhook: manifest.webhook, secrets, config: plainValues(evaluated), record };
};

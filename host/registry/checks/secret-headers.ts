import type { Verify } from '../../../schemas/manifest.ts';
import { type Check, error } from './check.ts';

/** Schemes whose deliveries carry the secret itself, not a signature. */
const headerWithSecret = (verify: Verify | undefined): string | null => {
  if (verify?.scheme === 'telegram_secret_token') return 'x-telegram-bot-api-secret-token';
  return verify?.scheme === 'bearer' ? (verify.header ?? 'authorization').toLowerCase() : null;
};

/** What the adapter may see and what is stored as the event's id must not be the secret. */
export const secretHeaders: Check = {
  id: 'secret_headers',
  check: ({ webhook }) => {
    const secret = headerWithSecret(webhook?.verify);
    if (secret === null) return [];
    const shown = (webhook?.headers ?? []).flatMap((name, index) => (name.toLowerCase() === secret ? [`/webhook/headers/${index}`] : []));
    const kept = (webhook?.event_id ?? []).flatMap((parts, i) =>
      parts.flatMap((part, j) => (part.toLowerCase() === `header:${secret}` ? [`/webhook/event_id/${i}/${j}`] : [])),
    );
    return [...shown, ...kept].map((pointer) =>
      error(pointer, `The header ${secret} holds the secret itself.`, 'Leave it out: the host has checked it already.'),
    );
  },
};

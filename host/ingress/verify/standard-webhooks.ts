/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
import { createHmac } from 'node:crypto';
import { equalText } from './constant-time.ts';
import { isSignedBy } from './ed25519.ts';
import { headerOf, isFresh, usableSecrets, type VerifyScheme } from './scheme.ts';

/** A header may list signatures of several keys; a sender has few, and each costs a check. */
const MAX_SIGNATURES = 16;
/**
 * The specification says 24 to 64 bytes, but keys of 18 are in use (Svix's own published example).
 * The lower bound keeps out what a mistyped secret decodes to: next to nothing, which anyone could sign with.
 */
const MIN_KEY_BYTES = 16;
const MAX_KEY_BYTES = 64;

/** Strict: Node's decoder skips what it does not know, which could leave a short or empty key. */
const decodeBase64 = (text: string): Buffer | undefined => (/^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined);

/** `whsec_…` (or bare base64) checks `v1` signatures, `whpk_…` checks `v1a`. */
const isRight = (entry: string, secret: string, content: Buffer): boolean => {
  const comma = entry.indexOf(',');
  const version = entry.slice(0, comma);
  const signature = entry.slice(comma + 1);
  if (secret.startsWith('whpk_')) {
    const key = decodeBase64(secret.slice('whpk_'.length));
    const bytes = decodeBase64(signature);
    return version === 'v1a' && key !== undefined && bytes !== undefined && isSignedBy(key, bytes, content);
  }
  const key = decodeBase64(secret.replace(/^whsec_/, ''));
  if (version !== 'v1' || key === undefined || key.length < MIN_KEY_BYTES || key.length > MAX_KEY_BYTES) return false;
  return equalText(signature, createHmac('sha256', key).update(content).digest('base64'));
};

export const verifyStandardWebhooks: VerifyScheme = (request, secrets, options) => {
  const id = headerOf(request, 'webhook-id');
  const timestamp = headerOf(request, 'webhook-timestamp');
  const signatures = headerOf(request, 'webhook-signature');
  if (id === undefined || timestamp === undefined || signatures === undefined) return 'missing';
  if (!isFresh(timestamp, request.now, options)) return false;
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`, 'utf8'), request.body]);
  const entries = signatures.split(' ').slice(0, MAX_SIGNATURES);
  return usableSecrets(secrets).some((secret) => entries.some((entry) => isRight(entry, secret, content)));
};

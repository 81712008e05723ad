import { isSignedBy } from './ed25519.ts';
import { headerOf, isFresh, usableSecrets, type VerifyScheme } from './scheme.ts';

const HEX = /^[0-9a-f]+$/i;

/**
 * https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint. The `secret` is
 * the application's public key in hex. Discord documents no tolerance for the timestamp, so only a
 * `tolerance_seconds` of the manifest bounds it; that interaction ids are unique refuses a replay.
 */
export const verifyDiscordEd25519: VerifyScheme = (request, secrets, options) => {
  const signature = headerOf(request, 'x-signature-ed25519');
  const timestamp = headerOf(request, 'x-signature-timestamp');
  if (signature === undefined || timestamp === undefined) return 'missing';
  if (!HEX.test(signature) || signature.length !== 128) return false;
  if (options.tolerance_seconds !== undefined && !isFresh(timestamp, request.now, options)) return false;
  const message = Buffer.concat([Buffer.from(timestamp, 'utf8'), request.body]);
  return usableSecrets(secrets).some((key) => HEX.test(key) && isSignedBy(Buffer.from(key, 'hex'), Buffer.from(signature, 'hex'), message));
};

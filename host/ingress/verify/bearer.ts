import { equalText } from './constant-time.ts';
import { headerOf, usableSecrets, type VerifyScheme } from './scheme.ts';

/**
 * A shared token: `Authorization: Bearer TOKEN`, or the manifest's `header` holding `prefix` + TOKEN.
 * The word `Bearer` is matched in any case (RFC 9110 §11.1), a prefix of one's own exactly.
 */
export const verifyBearer: VerifyScheme = (request, secrets, { header = 'authorization', prefix }) => {
  const name = header.toLowerCase();
  const value = headerOf(request, name);
  if (value === undefined) return 'missing';
  const start = prefix ?? (name === 'authorization' ? 'Bearer ' : '');
  const begins = prefix === undefined ? value.toLowerCase().startsWith(start.toLowerCase()) : value.startsWith(start);
  const token = value.slice(start.length).trim();
  return begins && token !== '' && usableSecrets(secrets).some((secret) => equalText(token, secret));
};

import { createHmac } from 'node:crypto';
import type { Verify } from '../../../schemas/manifest.ts';
import { equalText } from './constant-time.ts';
import { headerOf, isFresh, usableSecrets, type VerifyRequest, type VerifyScheme } from './scheme.ts';

const PLACEHOLDER = /(\{body\}|\{timestamp\}|\{url\}|\{method\})/;

const digestOf = (request: VerifyRequest, secret: string, timestamp: string, options: Verify): string => {
  const { algorithm = 'sha256', encoding = 'hex', template = '{body}' } = options;
  const hmac = createHmac(algorithm, secret);
  for (const piece of template.split(PLACEHOLDER)) {
    if (piece === '{body}') hmac.update(request.body);
    else if (piece === '{timestamp}') hmac.update(timestamp);
    else if (piece === '{url}') hmac.update(request.url);
    else if (piece === '{method}') hmac.update(request.method);
    else hmac.update(piece);
  }
  return hmac.digest(encoding);
};

/**
 * The scheme for senders of one's own: `header` holds `prefix` + digest over `template`, in which
 * `{body}`, `{timestamp}`, `{url}` and `{method}` are replaced (default `{body}`). With a
 * `timestamp_header` the request must also be fresh. A template without `{body}` proves nothing
 * about the body and is refused.
 */
export const verifyHmac: VerifyScheme = (request, secrets, options) => {
  const { header = 'x-signature', prefix = '', template = '{body}', encoding = 'hex', timestamp_header } = options;
  const signature = headerOf(request, header.toLowerCase());
  const timestamp = timestamp_header === undefined ? '' : headerOf(request, timestamp_header.toLowerCase());
  if (signature === undefined || timestamp === undefined) return 'missing';
  if (!template.includes('{body}') || !signature.startsWith(prefix)) return false;
  if (timestamp_header !== undefined && !isFresh(timestamp, request.now, options)) return false;
  const digest = signature.slice(prefix.length);
  const given = encoding === 'hex' ? digest.toLowerCase() : digest;
  return usableSecrets(secrets).some((secret) => equalText(given, digestOf(request, secret, timestamp, options)));
};

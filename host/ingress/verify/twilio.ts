/**
 * X-Twilio-Signature: base64 of HMAC-SHA1 over the URL and the sorted form fields.
 * https://www.twilio.com/docs/usage/webhooks/webhooks-security
 */
import { createHash, createHmac } from 'node:crypto';
import { equalText } from './constant-time.ts';
import { headerOf, usableSecrets, type VerifyRequest, type VerifyScheme } from './scheme.ts';

const FORM = 'application/x-www-form-urlencoded';

/** The parts are cut out of the text: `new URL` would re-encode `'` and others, and Twilio signed what was configured. */
const URL_PARTS = /^(https?):\/\/([^/?#]*@)?(\[[^\]]*\]|[^/?#:[\]]*)(:\d*)?([/?][^#]*)?$/i;

/** Some of Twilio's back ends sign the standard port and some leave every port out. */
const signedUrls = (url: string): string[] => {
  const parts = URL_PARTS.exec(url);
  if (parts === null) return [url];
  const [, scheme = '', user = '', host = '', port, rest = ''] = parts;
  const standard = scheme.toLowerCase() === 'https' ? ':443' : ':80';
  return [`${scheme}://${user}${host}${rest}`, `${scheme}://${user}${host}${port ?? standard}${rest}`];
};

/** Names and values joined without separators, names sorted by code unit, repeated names as a sorted set. */
const signedFields = (body: Buffer): string => {
  // The leading `&` keeps a first name that begins with `?`, which URLSearchParams would strip.
  const fields = new URLSearchParams(`&${body.toString('utf8')}`);
  return [...new Set(fields.keys())]
    .sort()
    .flatMap((name) => [...new Set(fields.getAll(name))].sort().map((value) => name + value))
    .join('');
};

const bodyHashOf = (url: string): string | null => {
  const query = url.indexOf('?');
  return query === -1 ? null : new URLSearchParams(url.slice(query + 1)).get('bodySHA256');
};

/**
 * What follows the URL in the signed text; `undefined` when nothing that is signed covers the body.
 * Such a request would pass with any body, under a signature seen once for the bare URL.
 */
const signedBody = (request: VerifyRequest): string | undefined => {
  const expected = bodyHashOf(request.url);
  if (expected !== null) {
    return equalText(expected, createHash('sha256').update(request.body).digest('hex')) ? '' : undefined;
  }
  if (request.body.length === 0) return '';
  const contentType = headerOf(request, 'content-type')?.split(';')[0]?.trim().toLowerCase();
  return contentType === FORM && request.method !== 'GET' ? signedFields(request.body) : undefined;
};

export const verifyTwilio: VerifyScheme = (request, secrets) => {
  const signature = headerOf(request, 'x-twilio-signature');
  if (signature === undefined) return 'missing';
  const body = signedBody(request);
  if (body === undefined) return false;
  const texts = signedUrls(request.url).map((url) => url + body);
  return usableSecrets(secrets).some((secret) =>
    texts.some((text) => equalText(signature, createHmac('sha1', secret).update(text, 'utf8').digest('base64'))),
  );
};

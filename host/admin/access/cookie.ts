/**
 * The console's cookie. Over HTTPS its name begins with `__Host-`: a browser takes it only with Secure,
 * for the whole host, from that very host. On loopback there is no HTTPS, and no way in for others.
 */
import type { IncomingMessage } from 'node:http';
import { fastifyCookie as cookies } from '@fastify/cookie';
import { isForwarded, isLocal } from '../../http/local.ts';

const SECURE = '__Host-aos';
const PLAIN = 'aos';

export const isEncrypted = (request: IncomingMessage): boolean => 'encrypted' in request.socket && request.socket.encrypted === true;

/** `secure`: the browser came over HTTPS, here or at the proxy in front; `none`: a cookie would go over the network in the open. */
export const cookieKind = (request: IncomingMessage, public_url: string | null): 'secure' | 'plain' | 'none' => {
  const { headers, socket } = request;
  if (isEncrypted(request)) return 'secure';
  if (isLocal({ host: headers.host, remote_address: socket.remoteAddress, forwarded: isForwarded(headers) })) return 'plain';
  return public_url?.startsWith('https:') ? 'secure' : 'none';
};

const nameOf = (kind: 'secure' | 'plain'): string => (kind === 'secure' ? SECURE : PLAIN);

const ATTRIBUTES = { httpOnly: true, sameSite: 'strict', path: '/' } as const;

/** The cookie's value, when the request has the one that fits its way here. */
export const readCookie = (request: IncomingMessage, public_url: string | null): string | null => {
  const kind = cookieKind(request, public_url);
  if (kind === 'none' || request.headers.cookie === undefined) return null;
  return cookies.parse(request.headers.cookie)[nameOf(kind)] ?? null;
};

/** Without an age: it ends with the browser, and with the login here. */
export const setCookie = (kind: 'secure' | 'plain', secret: string): string =>
  cookies.serialize(nameOf(kind), secret, { ...ATTRIBUTES, secure: kind === 'secure' });

export const dropCookie = (kind: 'secure' | 'plain'): string =>
  cookies.serialize(nameOf(kind), '', { ...ATTRIBUTES, secure: kind === 'secure', maxAge: 0 });

/**
 * Which requests may reach the chat at all.
 *
 * The Host check ends DNS rebinding: a foreign name that resolves to this machine is refused. The
 * Origin and Fetch Metadata checks end requests of other pages; SameSite alone does not, because every
 * port of this machine is the same site.
 */
import { AppError } from '../errors.ts';

export interface Caller {
  /** The `Host` header. */
  host: string | undefined;
  /** The other end of the connection. */
  remote_address: string | undefined;
  /** A proxy's mark (`Forwarded`, `Via`, `X-Forwarded-*`, `X-Real-IP`) is on the request. */
  forwarded: boolean;
  encrypted: boolean;
  origin: string | undefined;
  /** The `Sec-Fetch-Site` header; browsers send it from trustworthy addresses only. */
  fetch_site: string | undefined;
}

export interface GateRules {
  public_url: URL | null;
  public: boolean;
}

const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;
const LOOPBACK_ADDRESS = /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$|^::1$/;
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

export const isForwarded = (headers: Readonly<Record<string, unknown>>): boolean =>
  PROXY_HEADERS.some((name) => headers[name] !== undefined);

const isPublicHost = (host: string, publicUrl: URL | null): boolean => {
  const asked = host.toLowerCase();
  return publicUrl !== null && (asked === publicUrl.host || asked === `${publicUrl.host}:${DEFAULT_PORTS[publicUrl.protocol]}`);
};

/** On this machine and nowhere in between. A proxy may rewrite Host to `127.0.0.1`, so its marks count as well. */
export const isLocal = (caller: Caller): boolean =>
  LOOPBACK_HOST.test(caller.host ?? '') && LOOPBACK_ADDRESS.test(caller.remote_address ?? '') && !caller.forwarded;

/** Null when the request may go on. */
export const decideHost = (caller: Caller, rules: GateRules): AppError | null => {
  const host = caller.host ?? '';
  if (!LOOPBACK_HOST.test(host) && !isPublicHost(host, rules.public_url)) {
    return new AppError(
      'HOST_NOT_ALLOWED',
      'This address is not one of the chat.',
      'Open it as localhost, or set PUBLIC_URL to the address that visitors use.',
    );
  }
  if (!rules.public && !isLocal(caller)) {
    return new AppError(
      'FORBIDDEN',
      'The chat is open on this machine only.',
      'To open it to others, set "channels": {"webchat": {"public": true}} in config/security_policy.json.',
    );
  }
  return null;
};

const originOf = (caller: Caller): string | null => {
  const url = `${caller.encrypted ? 'https' : 'http'}://${caller.host}`;
  return URL.canParse(url) ? new URL(url).origin : null;
};

/**
 * For requests that write: Origin must be there and be the page's own. `decideHost` comes first.
 * At the public address only PUBLIC_URL's origin counts: its `http:` twin can be anyone's on the way.
 */
export const decideOrigin = (caller: Caller, rules: GateRules): AppError | null => {
  const own = isPublicHost(caller.host ?? '', rules.public_url) ? null : originOf(caller);
  const allowed = [own, rules.public_url?.origin ?? null];
  if (caller.origin !== undefined && caller.origin !== 'null' && allowed.includes(caller.origin)) return null;
  return new AppError(
    'HOST_NOT_ALLOWED',
    caller.origin === undefined ? 'The request does not say which page it comes from.' : 'Another page may not write into this chat.',
    'Write from the chat page itself; other programs use POST /api/messages with a token.',
  );
};

/** For requests that read: a browser that names another site as the source is refused, whatever it could see of the answer. */
export const decideFetchSite = (caller: Caller): AppError | null =>
  caller.fetch_site === undefined || caller.fetch_site === 'same-origin' || caller.fetch_site === 'none'
    ? null
    : new AppError('HOST_NOT_ALLOWED', 'Another page may not read this chat.', 'Open /chat itself.');

/**
 * Which requests may reach the chat at all.
 *
 * The Host check ends DNS rebinding: a foreign name that resolves to this machine is refused. The
 * Origin and Fetch Metadata checks end requests of other pages; SameSite alone does not, because every
 * port of this machine is the same site.
 */
import { AppError } from '../errors.ts';
import { type Connection, isLocal, LOOPBACK_HOST } from '../http/local.ts';
import { isPublicHost, isSameOrigin } from '../http/origin.ts';

export { isForwarded, isLocal } from '../http/local.ts';

export interface Caller extends Connection {
  encrypted: boolean;
  origin: string | undefined;
  /** The `Sec-Fetch-Site` header; browsers send it from trustworthy addresses only. */
  fetch_site: string | undefined;
}

export interface GateRules {
  public_url: URL | null;
  public: boolean;
}

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

/** For requests that write: Origin must be there and be the page's own. `decideHost` comes first. */
export const decideOrigin = (caller: Caller, rules: GateRules): AppError | null => {
  if (isSameOrigin(caller, rules.public_url)) return null;
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

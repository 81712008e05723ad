/** What each request must have before anything of it is read: a known Host, a caller with the role, JSON, and our own page behind a cookie. */
import type { FastifyRequest } from 'fastify';
import type { RunPlace } from '../agents/run-tokens.ts';
import { AppError } from '../errors.ts';
import { hostAllowed } from '../http/allowed-hosts.ts';
import { isForwarded, isLocal } from '../http/local.ts';
import { isSameOrigin } from '../http/origin.ts';
import type { Authenticate } from './access/authenticate.ts';
import { isEncrypted } from './access/cookie.ts';
import { type Caller, covers } from './access/roles.ts';
import { isWrite, type Route } from './route.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The entry in the table of routes; other rooms' routes have none and check for themselves. */
    route?: Route;
  }
  interface FastifyRequest {
    /** Who asks; null where nobody needs to be known. Set before any route runs. */
    caller: Caller | null;
  }
}

export interface GuardDeps {
  authenticate: Authenticate;
  public_url: string | null;
  fromCommandLine(request: FastifyRequest['raw']): boolean;
  /** The run that a token was made for; null for every other token. */
  findRun?: ((token: string) => RunPlace | null) | undefined;
}

const isReadMethod = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS';

const checkHost = ({ headers }: FastifyRequest, public_url: string | null): void => {
  if (hostAllowed(headers.host, public_url)) return;
  throw new AppError(
    'HOST_NOT_ALLOWED',
    `The host ${headers.host ?? ''} is not known here.`,
    'Use localhost, or set PUBLIC_URL to the address you use.',
  );
};

const checkRole = (caller: Caller, needed: Route['role']): void => {
  if (needed === 'anyone' || covers(caller.role, needed)) return;
  throw new AppError(
    'FORBIDDEN',
    `This needs the role ${needed}; ${caller.actor} has ${caller.role}.`,
    `Use a token with the role ${needed}.`,
  );
};

/** A page of somebody else's may post a form or plain text without asking first, but not JSON. */
const checkContentType = ({ headers }: FastifyRequest, needed: boolean): void => {
  const type = headers['content-type'];
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (type === undefined && !hasBody && !needed) return;
  if (type !== undefined && /^application\/json\s*(;|$)/i.test(type) && headers['content-encoding'] === undefined) return;
  throw new AppError(
    'UNSUPPORTED_MEDIA_TYPE',
    'What changes something is asked for in JSON.',
    'Send content-type: application/json, not compressed.',
  );
};

/** A cookie goes along by itself, so the page that sends it must be ours. */
const checkPage = ({ headers, raw }: FastifyRequest, write: boolean, public_url: URL | null): void => {
  const site = headers['sec-fetch-site'];
  const foreign = site !== undefined && site !== 'same-origin' && site !== 'none';
  const source = { host: headers.host, encrypted: isEncrypted(raw), origin: headers.origin };
  if (!foreign && (!write || isSameOrigin(source, public_url))) return;
  throw new AppError(
    'HOST_NOT_ALLOWED',
    headers.origin === undefined && write ? 'The request does not say which page it comes from.' : 'Another page may not use this login.',
    'Use the console itself; other programs send a token.',
  );
};

export const createGuard = ({ authenticate, public_url, fromCommandLine, findRun }: GuardDeps) => {
  const publicUrl = public_url === null ? null : new URL(public_url);

  const isOpen = (route: Route | undefined, { headers, socket }: FastifyRequest): boolean =>
    route?.role === 'anyone' ||
    (route?.open_on_loopback === true &&
      isLocal({ host: headers.host, remote_address: socket.remoteAddress, forwarded: isForwarded(headers) }));

  /** Named as its backend is; what it may do is only what the route itself is open for. */
  const byRun = (route: Route | undefined, { headers }: FastifyRequest): Caller | null => {
    const token = route?.open_to_runs === true ? /^Bearer (aosr_[\w-]{1,100})$/.exec(headers.authorization ?? '')?.[1] : undefined;
    const run = token === undefined ? null : (findRun?.(token) ?? null);
    return run && { actor: 'agent:http', role: 'operator', by: 'token', credential: `run:${run.message_id}`, run };
  };

  return (request: FastifyRequest): void => {
    const route = request.routeOptions.config?.route;
    // The route that was matched, never the address as written: `/%61pi/status` leads to `/api/status` too.
    const path = request.routeOptions.url ?? request.url;
    if (path.startsWith('/health')) return;
    if (!fromCommandLine(request.raw)) checkHost(request, public_url);
    // Other rooms look after themselves; what no room knows below /api is nothing for strangers.
    if (!route && !path.startsWith('/api')) return;
    const caller = isOpen(route, request) ? null : (byRun(route, request) ?? authenticate(request.raw));
    request.caller = caller;
    // What was put below /api past the table is nobody's but an admin's.
    if (caller && request.routeOptions.url !== undefined) checkRole(caller, route?.role ?? 'admin');
    const write = route ? isWrite(route) : !isReadMethod(request.method);
    if (caller?.by === 'cookie') checkPage(request, write, publicUrl);
    else if (request.headers.origin !== undefined && (route?.own_pages_only || (caller === null && write)))
      checkPage(request, write, publicUrl);
    if (write) checkContentType(request, caller?.by === 'cookie');
  };
};

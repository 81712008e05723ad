/** A connected socket for other protocols than HTTP: the checks of a request, in the same order, and then the pin. */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Clock } from '../lib/clock.ts';
import { type Cancellation, createCancellation } from './cancellation.ts';
import { isBelowTls, type TlsOptions } from './connector.ts';
import type { EgressPolicy, SocketRequest, SocketResult } from './egress.ts';
import { privateAddressFault, type Resolver, resolveTarget } from './resolve.ts';
import { decideMode, decideTarget, type Fault, isAllowedPrivate, nameTarget, type Parsed, parseTarget, type Target } from './target.ts';

const ADDRESSES_TRIED = 4;
/** Everything that would end the host's part of a URL. */
const NOT_IN_A_HOST = /[\s/\\?#@[\]%]/;

export interface SocketDeps {
  policy(): EgressPolicy;
  resolver: Resolver;
  clock: Clock;
  tls: TlsOptions;
}

const refuse = (fault: Fault): { ok: false; fault: Fault } => ({ ok: false, fault });

const parseSocketTarget = ({ host, port }: SocketRequest): Parsed<Target> => {
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    return refuse({ code: 'INVALID_PARAMS', message: 'The port is not between 1 and 65535.' });
  if (host === '' || NOT_IN_A_HOST.test(host) || (host.includes(':') && isIP(host) !== 6))
    return refuse({ code: 'INVALID_PARAMS', message: 'The host is no plain name or address.' });
  return parseTarget(`https://${isIP(host) === 6 ? `[${host}]` : host}:${port}/`);
};

type Connected = { socket: Socket } | { code: 'CONNECT_FAILED' | 'TLS_FAILED' | 'CANCELLED' };

const connectTo = (
  address: string,
  target: Target,
  request: SocketRequest,
  tls: TlsOptions,
  cancellation: Cancellation,
): Promise<Connected> =>
  new Promise((resolve) => {
    const where = { host: address, port: request.port };
    const socket: Socket | TLSSocket = request.tls
      ? connectTls({
          ...where,
          // Said here, so that NODE_TLS_REJECT_UNAUTHORIZED in the environment cannot unsay it.
          rejectUnauthorized: true,
          ...(target.isAddress ? {} : { servername: target.host }),
          ...(tls.ca === undefined ? {} : { ca: tls.ca }),
        })
      : connectTcp(where);
    const end = (result: Connected): void => {
      cancellation.listen(null);
      if (!('socket' in result)) socket.destroy();
      resolve(result);
    };
    // Stays: a socket that breaks while nobody listens must not end the process.
    socket.on('error', (error: NodeJS.ErrnoException) => end({ code: isBelowTls(error) ? 'CONNECT_FAILED' : 'TLS_FAILED' }));
    socket.once(request.tls ? 'secureConnect' : 'connect', () => end({ socket }));
    cancellation.listen(() => end({ code: 'CANCELLED' }));
    if (cancellation.fault !== null) end({ code: 'CANCELLED' });
  });

const failure = (code: 'CONNECT_FAILED' | 'TLS_FAILED', target: Target): Fault => ({
  code,
  message:
    code === 'TLS_FAILED'
      ? `No trusted TLS connection to ${nameTarget(target)}. Check its certificate and that it speaks TLS on this port.`
      : `No connection to ${nameTarget(target)}. Check that it is up and reachable from here.`,
});

const connectInTurn = async (
  addresses: readonly string[],
  target: Target,
  request: SocketRequest,
  deps: SocketDeps,
  cancellation: Cancellation,
): Promise<{ ok: true; value: Socket } | { ok: false; fault: Fault }> => {
  for (const address of addresses.slice(0, ADDRESSES_TRIED)) {
    const tried = await connectTo(address, target, request, deps.tls, cancellation);
    if ('socket' in tried) return { ok: true, value: tried.socket };
    if (cancellation.fault !== null) return refuse(cancellation.fault);
    if (tried.code === 'TLS_FAILED') return refuse(failure('TLS_FAILED', target));
  }
  return refuse(failure('CONNECT_FAILED', target));
};

/** Waits for a look-up no longer than the whole may last. */
const resolved = async (target: Target, deps: SocketDeps, cancellation: Cancellation) =>
  Promise.race([
    resolveTarget(target, deps.resolver),
    new Promise<{ ok: false; fault: Fault }>((resolve) => {
      cancellation.listen((fault) => resolve(refuse(fault)));
      if (cancellation.fault !== null) resolve(refuse(cancellation.fault));
    }),
  ]);

const open = async (request: SocketRequest, deps: SocketDeps, cancellation: Cancellation): Promise<Parsed<Socket>> => {
  const target = parseSocketTarget(request);
  if (!target.ok) return target;
  const refused = decideMode(deps.policy(), request.effect) ?? decideTarget(target.value, deps.policy());
  if (refused !== null) return refuse(refused);
  const found = await resolved(target.value, deps, cancellation);
  if (!found.ok) return found;
  // Asked again: the policy may have changed during the look-up.
  const refusedNow = decideMode(deps.policy(), request.effect);
  if (refusedNow !== null) return refuse(refusedNow);
  if (!found.value.isPublic && !isAllowedPrivate(target.value, deps.policy())) return refuse(privateAddressFault(target.value));
  return connectInTurn(found.value.addresses, target.value, request, deps, cancellation);
};

export const createSockets = (deps: SocketDeps) => {
  const sockets = new Map<Socket, SocketRequest['effect']>();
  const opening = new Set<Cancellation>();
  let closed = false;
  return {
    async open(request: SocketRequest): Promise<SocketResult> {
      if (closed) return { ok: false, code: 'ABORTED', message: 'The host is stopping.' };
      const cancellation = createCancellation(deps.clock, request.timeout_ms, request.signal);
      opening.add(cancellation);
      try {
        const result = await open(request, deps, cancellation);
        if (!result.ok) return { ok: false, ...result.fault };
        const socket = result.value;
        sockets.set(socket, request.effect);
        socket.once('close', () => sockets.delete(socket));
        return { ok: true, socket };
      } catch {
        return { ok: false, code: 'CONNECT_FAILED', message: 'The connection failed inside the host.' };
      } finally {
        opening.delete(cancellation);
        cancellation.dispose();
      }
    },
    /** Ends what the mode does not let out any more: a connection must not outlive it. */
    modeChanged(): void {
      for (const [socket, effect] of sockets) if (decideMode(deps.policy(), effect) !== null) socket.destroy();
    },
    close(): void {
      closed = true;
      for (const cancellation of opening) cancellation.cancel({ code: 'ABORTED', message: 'The host is stopping.' });
      for (const socket of sockets.keys()) socket.destroy();
    },
  };
};

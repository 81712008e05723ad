/** Puts the checks in order: parse → policy → address → send → redirect (and again) → decode. */
import type { Clock } from '../lib/clock.ts';
import { systemClock } from '../lib/clock.ts';
import { type Cancellation, createCancellation } from './cancellation.ts';
import type { TlsOptions } from './connector.ts';
import { decodeBody } from './decode.ts';
import type { Egress, EgressPolicy, EgressRequest, EgressResult, Redirected, SocketEgress } from './egress.ts';
import { type ExchangeResult, exchange } from './exchange.ts';
import { collectResponseHeaders, parseRequestHeaders } from './headers.ts';
import { createSockets } from './open-socket.ts';
import { createPools, DEFAULT_POOL_LIMITS, type OriginPool, type PoolLimits } from './pools.ts';
import { decideRedirect } from './redirect.ts';
import { privateAddressFault, type Resolver, resolveTarget, systemResolver } from './resolve.ts';
import {
  decideDomains,
  decideMode,
  decideTarget,
  type Fault,
  isAllowedPrivate,
  nameTarget,
  type Parsed,
  parseTarget,
  type Target,
} from './target.ts';

export interface EgressDeps {
  /** Asked before every hop, so that a change acts at once. */
  policy: () => EgressPolicy;
  /** Asked before every hop and again when its first byte is about to leave: why the network mode refuses it, null when it does not. */
  shut?: (method: string) => string | null;
  resolver?: Resolver;
  clock?: Clock;
}

export interface EgressOptions {
  tls?: TlsOptions;
  limits?: Partial<PoolLimits>;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Dropped on another origin whoever set them. */
const ALWAYS_CREDENTIALS = ['authorization', 'cookie'];
/** They describe a body, and go with it. */
const BODY_HEADERS = ['content-type', 'content-encoding', 'content-language', 'content-location'];
/** Incompressible content grows a little under compression. */
const WIRE_SLACK_BYTES = 65_536;

const abortedFault: Fault = { code: 'ABORTED', message: 'The host is stopping.' };
const refuse = (fault: Fault): { ok: false; fault: Fault } => ({ ok: false, fault });

interface Hop {
  target: Target;
  method: string;
  headers: Map<string, string>;
  body: Buffer | undefined;
}

const parseRequest = (request: EgressRequest): Parsed<Hop> => {
  const target = parseTarget(request.url);
  if (!target.ok) return target;
  if (!METHODS.has(request.method))
    return refuse({ code: 'INVALID_PARAMS', message: 'The method is not one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS.' });
  const headers = parseRequestHeaders(request.headers);
  if (!headers.ok) return headers;
  // Whoever reads it as it comes wants it as it is.
  if (request.on_data !== undefined) headers.value.set('accept-encoding', 'identity');
  const hasBody = request.body !== undefined && request.body.length > 0;
  if (hasBody && (request.method === 'GET' || request.method === 'HEAD')) {
    return refuse({ code: 'INVALID_PARAMS', message: `A ${request.method} request has no body.` });
  }
  const body = !hasBody
    ? undefined
    : typeof request.body === 'string'
      ? Buffer.from(request.body)
      : // The same memory: an upload may be large.
        Buffer.from((request.body as Uint8Array).buffer, (request.body as Uint8Array).byteOffset, (request.body as Uint8Array).byteLength);
  return { ok: true, value: { target: target.value, method: request.method, headers: headers.value, body } };
};

/** Waits for a look-up no longer than the request may last. */
const orCancelled = <T>(work: Promise<Parsed<T>>, cancellation: Cancellation): Promise<Parsed<T>> =>
  new Promise((resolve, reject) => {
    if (cancellation.fault !== null) return resolve(refuse(cancellation.fault));
    cancellation.listen((fault) => resolve(refuse(fault)));
    work.then(resolve, reject);
  });

const follow = (
  hop: Hop,
  next: { target: Target; method: string; keepsBody: boolean; leavesOrigin: boolean },
  credentialHeaders: readonly string[],
): Hop => {
  const headers = new Map(hop.headers);
  if (next.leavesOrigin) for (const name of [...ALWAYS_CREDENTIALS, ...credentialHeaders]) headers.delete(name);
  if (!next.keepsBody) for (const name of BODY_HEADERS) headers.delete(name);
  return { target: next.target, method: next.method, headers, body: next.keepsBody ? hop.body : undefined };
};

const answer = async (hop: Hop, result: Extract<ExchangeResult, { ok: true }>, maxBytes: number): Promise<EgressResult> => {
  const headers = collectResponseHeaders(result.headers);
  const encoding = headers['content-encoding'];
  const name = nameTarget(hop.target);
  const tooLarge: EgressResult = {
    ok: false,
    code: 'TOO_LARGE',
    message: `The answer of ${name} is larger than ${maxBytes} bytes.`,
    left: true,
  };
  let body = result.body;
  if (encoding !== undefined && hop.method !== 'HEAD') {
    const decoded = await decodeBody(encoding, body, maxBytes);
    if (!decoded.ok && decoded.reason === 'too_large') return tooLarge;
    if (!decoded.ok)
      return { ok: false, code: 'RESET', message: `The compressed answer of ${name} cannot be read: it is ${decoded.reason}.`, left: true };
    body = decoded.body;
    delete headers['content-encoding'];
    delete headers['content-length'];
  }
  if (body.length > maxBytes) return tooLarge;
  return { ok: true, status: result.status, headers, url: hop.target.url.href, body };
};

const domainsOf = (target: Target, { domains }: EgressRequest): Fault | null =>
  domains === undefined ? null : decideDomains(target, domains());

/** The one door out. Reads no proxy from the environment, never throws, refuses everything once closed. */
export const createEgress = (
  { policy, shut = () => null, resolver = systemResolver, clock = systemClock }: EgressDeps,
  options: EgressOptions = {},
): Egress & SocketEgress & { modeChanged(): void } => {
  const pools = createPools(
    { clock, resolve: (target) => resolveTarget(target, resolver), tls: options.tls ?? {} },
    { ...DEFAULT_POOL_LIMITS, ...options.limits },
  );
  const sockets = createSockets({ policy, resolver, clock, tls: options.tls ?? {} });
  const active = new Map<Cancellation, string>();
  let closed = false;

  const refusedByMode = (method: string): Fault | null => {
    const message = shut(method);
    return message === null ? null : { code: 'NETWORK_MODE_BLOCKED', message };
  };

  const decidePool = (target: Target, found: OriginPool, rules: EgressPolicy): Parsed<OriginPool> =>
    found.isPublic || isAllowedPrivate(target, rules) ? { ok: true, value: found } : refuse(privateAddressFault(target));

  const reach = async (target: Target, cancellation: Cancellation): Promise<Parsed<OriginPool>> => {
    const opened = await orCancelled(pools.open(target), cancellation);
    return opened.ok ? decidePool(target, opened.value, policy()) : opened;
  };

  const run = async (
    request: EgressRequest,
    first: Hop,
    cancellation: Cancellation,
    progress: { left: boolean },
  ): Promise<EgressResult> => {
    const fail = (fault: Fault): EgressResult => ({ ok: false, code: fault.code, message: fault.message, left: progress.left });
    const onLeft = () => {
      if (progress.left) return;
      progress.left = true;
      request.on_left?.();
    };
    let hop = first;
    const redirects: Redirected[] = [];
    for (;;) {
      const { target } = hop;
      const rules = policy();
      // `shut` tells requests apart; whatever it says, nothing at all leaves while the mode is off.
      const refused = refusedByMode(hop.method) ?? decideMode(rules, 'read') ?? decideTarget(target, rules) ?? domainsOf(target, request);
      if (refused !== null) return fail(refused);
      const known = pools.fresh(target);
      const reached = known === undefined ? await reach(target, cancellation) : decidePool(target, known, rules);
      if (!reached.ok) return fail(reached.fault);
      const maxWireBytes = request.max_response_bytes + WIRE_SLACK_BYTES;
      const result = await exchange(reached.value.pool, {
        ...hop,
        maxWireBytes,
        cancellation,
        onLeft,
        onData: request.on_data,
        refused: () => refusedByMode(hop.method),
      });
      if (!result.ok) return fail(result.fault);
      const location = result.headers.location;
      const decision = decideRedirect({
        status: result.status,
        location,
        from: target,
        method: hop.method,
        followed: redirects.length,
        redirect_origins: request.redirect_origins,
      });
      if (decision.effect === 'refuse') return fail({ code: 'REDIRECT_REFUSED', message: decision.message });
      if (decision.effect === 'answer') {
        const answered = await answer(hop, result, request.max_response_bytes);
        return answered.ok && redirects.length > 0 ? { ...answered, redirects } : answered;
      }
      redirects.push({ status: result.status, url: target.url.href });
      hop = follow(hop, decision, request.credential_headers ?? []);
    }
  };

  return {
    async request(request) {
      if (closed) return { ok: false, ...abortedFault, left: false };
      const progress = { left: false };
      let cancellation: Cancellation | null = null;
      try {
        const first = parseRequest(request);
        if (!first.ok) return { ok: false, ...first.fault, left: false };
        cancellation = createCancellation(clock, request.timeout_ms, request.signal);
        active.set(cancellation, request.method);
        return await run(request, first.value, cancellation, progress);
      } catch {
        // A defect, or a policy or callback that threw: whatever it was, the promise of this room is a value.
        return {
          ok: false,
          code: progress.left ? 'RESET' : 'CONNECT_FAILED',
          message: 'The request failed inside the host.',
          left: progress.left,
        };
      } finally {
        if (cancellation !== null) {
          cancellation.dispose();
          active.delete(cancellation);
        }
      }
    },
    openSocket: (request) => sockets.open(request),
    /** Ends reads under way that may not go on: a long poll must not outlive the mode. What was sent waits for its answer. */
    modeChanged() {
      sockets.modeChanged();
      for (const [cancellation, method] of active) {
        const fault = method === 'GET' || method === 'HEAD' ? refusedByMode(method) : null;
        if (fault !== null) cancellation.cancel(fault);
      }
    },
    async close() {
      closed = true;
      sockets.close();
      for (const cancellation of active.keys()) cancellation.cancel(abortedFault);
      await pools.close();
    },
  };
};

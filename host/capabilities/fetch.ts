/** The capability `fetch`: a plugin's request, held to its grants, carried out through egress. */
import { createHash } from 'node:crypto';
import type { FetchResponse } from '../../schemas/message.ts';
import type { DomainRules, Egress, EgressResult } from '../egress/egress.ts';
import { createSlots } from '../lib/slots.ts';
import { type CallOrigin, CapabilityError, type CapabilityHandler, type Json } from '../sandbox/confined.ts';
import type { Attachments } from './attachments.ts';
import { chooseGrant, redirectOrigins } from './choose-grant.ts';
import { applyCredentials, type CredentialedRequest } from './credentials.ts';
import { decodeText } from './decode-text.ts';
import { type PluginRequest, parsePluginRequest } from './fetch-request.ts';
import type { NetworkGrant } from './grants.ts';
import { buildMultipart } from './multipart.ts';
import type { Placeholders } from './placeholders.ts';
import type { LeftRequest, RequestTracker } from './request-tracker.ts';
import { createScrub, type Scrub } from './scrub.ts';

export interface FetchBounds {
  max_response_bytes: number;
  /** What is left of the time of the call that the request is made for. */
  timeout_ms: number;
  /** Asked again before every hop. */
  domains(): DomainRules;
}

export interface FetchDeps {
  egress: Egress;
  /** As `resolveGrants` gives them. */
  grants: readonly NetworkGrant[];
  placeholders: Placeholders;
  tracker: Pick<RequestTracker, 'left' | 'answered'>;
  /** Asked before each request: true, or why the network mode refuses it. */
  allowed: () => boolean | string;
  /** Of the messages that are being sent; without it none can be named. */
  attachments?: Attachments | undefined;
  /** Asked for each request: what holds beside the grant, whoever asked for it. `call_id` is null when that cannot be told. */
  bounds?: ((call_id: string | null) => FetchBounds) | undefined;
  /** Ends what is in flight when the plugin's generation ends. */
  signal?: AbortSignal;
}

const DEFAULT_TIMEOUT_MS = 30_000;
/** Uploads hold their attachments in memory; more of them wait. */
const UPLOADS = 2;

const NO_ATTACHMENTS: Attachments = {
  load: () => Promise.reject(new CapabilityError('ATTACHMENT_UNKNOWN', 'No message is being sent.')),
};
/** Never the plugin's business: the host keeps no cookies either. */
const DROPPED_HEADERS: ReadonlySet<string> = new Set(['set-cookie', 'set-cookie2']);

/** Faults that follow an answer when the request had left: the answer was a redirect, and the next hop was refused. */
const REFUSED_HOP: ReadonlySet<string> = new Set(['REDIRECT_REFUSED', 'SSRF_BLOCKED', 'DOMAIN_BLOCKED']);

const refuseMode = (verdict: boolean | string): void => {
  if (verdict === true) return;
  const reason = typeof verdict === 'string' && verdict !== '' ? verdict : 'The network mode does not allow requests now.';
  throw new CapabilityError('NETWORK_MODE_BLOCKED', reason);
};

/** Byte for byte, except for a secret that the answer repeats. */
const toBase64 = (body: Buffer, scrub: Scrub): string => {
  const text = body.toString('latin1');
  const clean = scrub(text);
  return (clean === text ? body : Buffer.from(clean, 'latin1')).toString('base64');
};

const bodyOf = (body: Buffer, contentType: string | undefined, { response }: PluginRequest, scrub: Scrub) => {
  if (response === 'base64') return { body: toBase64(body, scrub) };
  const { text, charset } = decodeText(body, contentType);
  return { body: scrub(text), charset };
};

const digestOf = (body: Buffer): Pick<FetchResponse, 'sha256' | 'size_bytes'> => ({
  sha256: createHash('sha256').update(body).digest('hex'),
  size_bytes: body.length,
});

const toResponse = (result: Extract<EgressResult, { ok: true }>, request: PluginRequest, scrub: Scrub): FetchResponse => {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(result.headers)) {
    // An own `__proto__` is refused at the bridge; nothing real is called so.
    if (!DROPPED_HEADERS.has(name) && name !== '__proto__') headers[name] = scrub(value);
  }
  const { redirects = [] } = result;
  return {
    status: result.status,
    headers,
    url: scrub(result.url),
    ...bodyOf(result.body, result.headers['content-type'], request, scrub),
    ...(redirects.length > 0 ? { redirects: redirects.map(({ status, url }) => ({ status, url: scrub(url) })) } : {}),
    ...(request.digest ? digestOf(result.body) : {}),
  };
};

/**
 * Args: a `FetchRequest`. Answer: a `FetchResponse`. Rejects with a `CapabilityError` whose codes are
 * those of `PluginFetch`. A request that left without an answer is told to the tracker; a refused redirect is an answer.
 */
export const createFetchCapability = (deps: FetchDeps): CapabilityHandler => {
  const { egress, grants, placeholders, tracker, allowed, attachments = NO_ATTACHMENTS, bounds, signal } = deps;
  const upload = createSlots(UPLOADS);
  const scrub = createScrub(placeholders, grants);

  const send = async (
    request: PluginRequest,
    grant: NetworkGrant,
    ready: CredentialedRequest & { bytes?: Buffer },
    origin: CallOrigin,
  ): Promise<EgressResult> => {
    let left: LeftRequest | null = null;
    const bound = bounds?.(origin.call_id);
    const result = await egress.request({
      url: ready.url,
      method: request.method,
      headers: Object.fromEntries(ready.headers),
      body: ready.bytes ?? ready.body,
      timeout_ms: Math.min(request.timeout_ms ?? DEFAULT_TIMEOUT_MS, bound?.timeout_ms ?? Number.POSITIVE_INFINITY),
      max_response_bytes: Math.min(
        grant.max_response_bytes,
        request.max_bytes ?? Number.POSITIVE_INFINITY,
        bound?.max_response_bytes ?? Number.POSITIVE_INFINITY,
      ),
      domains: bound?.domains,
      redirect_origins: redirectOrigins(request.method, grants, grant, ready.secretInBody),
      credential_headers: ready.credential_headers,
      on_left: () => {
        left = tracker.left(origin.call_id, request.method);
      },
      ...(signal === undefined ? {} : { signal }),
    });
    if (left !== null && (result.ok || REFUSED_HOP.has(result.code))) tracker.answered(left);
    return result;
  };

  /** Every check of the request stands before this: nothing is fetched for one that is refused. */
  const sendParts = async (
    request: PluginRequest,
    grant: NetworkGrant,
    ready: CredentialedRequest,
    origin: CallOrigin,
  ): Promise<EgressResult> => {
    const timeout_ms = request.timeout_ms ?? DEFAULT_TIMEOUT_MS;
    const { content_type, body } = await buildMultipart(ready.parts ?? [], attachments, { call_id: origin.call_id, timeout_ms });
    refuseMode(allowed());
    const headers = new Map([...ready.headers, ['content-type', content_type]]);
    return send(request, grant, { ...ready, headers, bytes: body }, origin);
  };

  return async (args, origin) => {
    refuseMode(allowed());
    const request = parsePluginRequest(args);
    const grant = chooseGrant(request, grants, placeholders);
    const ready = applyCredentials(request, grant, placeholders);
    const result =
      ready.parts === null ? await send(request, grant, ready, origin) : await upload(() => sendParts(request, grant, ready, origin));
    if (!result.ok) throw new CapabilityError(result.code, scrub(result.message));
    return toResponse(result, request, scrub) as unknown as Json;
  };
};

/**
 * The channels' webhooks: size → verify → challenge → record → acknowledge. All of it is declared in the
 * manifest and done here; a plugin is never waited for. The acknowledgement leaves after the commit.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Webhook } from '../../schemas/manifest.ts';
import type { InboundEvent } from '../../schemas/message.ts';
import { type Clock, isoTime } from '../lib/clock.ts';
import type { NewId } from '../lib/ids.ts';
import { acknowledge } from './ack.ts';
import type { Answer } from './answer.ts';
import { readBody } from './body.ts';
import { answerChallenge } from './challenge.ts';
import { deriveEventId } from './event-id.ts';
import { type Payload, readPayload } from './payload.ts';
import { SCHEMES } from './verify/schemes.ts';

/** One channel's route. Everything in it is of the last approved manifest. */
export interface WebhookRoute {
  channel_id: string;
  path: string;
  webhook: Webhook;
  /** Values that prove the sender, any of which is right. Empty only for the scheme `none`. */
  secrets: readonly string[];
  /** Configuration without secrets, for the acknowledgement's text. */
  config: Readonly<Record<string, unknown>>;
  /** Resolves after the commit; rejects when it could not be written. */
  record(event: InboundEvent): Promise<{ duplicate: boolean }>;
}

/** What a path leads to: a route, a channel that cannot take anything yet (503), or nothing (404). */
export type RouteLookup = WebhookRoute | 'unavailable' | null;

export interface WebhookDeps {
  clock: Clock;
  newId: NewId;
  route(path: string): RouteLookup;
  /** Base that the platforms see; null: each request's own. */
  public_url: string | null;
  draining(): boolean;
  /** Counted and logged (sampled), never stored. */
  on_refused(channel_id: string | null, reason: string): void;
  on_recorded(channel_id: string, duplicate: boolean): void;
  on_error(error: unknown, what: string): void;
  probe?: ((point: 'event.committed', id: string) => void) | undefined;
}

const DEFAULT_MAX_BODY = 1_048_576;
const RETRY_AFTER_SECONDS = '5';

const send = (response: ServerResponse, answer: Answer, headers: Record<string, string> = {}): void => {
  const body = Buffer.from(answer.body);
  const type = answer.status === 204 ? {} : { 'content-type': answer.content_type };
  response.writeHead(answer.status, { ...type, 'content-length': body.length, 'x-content-type-options': 'nosniff', ...headers });
  response.end(body);
};

const refusal = (status: number, error: string): Answer => ({ status, content_type: 'application/json', body: JSON.stringify({ error }) });

/** Lower-case names; a header that came twice keeps its first value, as every scheme expects one. */
const flatHeaders = (request: IncomingMessage): Record<string, string> => {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(request.headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) headers[name] = first;
  }
  return headers;
};

const firstQuery = (search: string): Record<string, string> => {
  const query: Record<string, string> = Object.create(null);
  if (search !== '') for (const [name, value] of new URLSearchParams(search)) query[name] ??= value;
  return query;
};

const pick = (headers: Record<string, string>, names: readonly string[] | undefined): Record<string, string> => {
  const picked: Record<string, string> = {};
  for (const name of names ?? []) {
    const value = headers[name.toLowerCase()];
    if (value !== undefined) picked[name.toLowerCase()] = value;
  }
  return picked;
};

export const createWebhooks = (deps: WebhookDeps) => {
  /** Where the platform believes it sent this: what Twilio signs. */
  const addressed = (request: IncomingMessage, url: string): string => {
    if (deps.public_url !== null) return deps.public_url + url;
    const scheme = 'encrypted' in request.socket && request.socket.encrypted ? 'https' : 'http';
    return `${scheme}://${request.headers.host ?? 'localhost'}${url}`;
  };

  const refuse = (
    response: ServerResponse,
    route: WebhookRoute | null,
    status: number,
    reason: string,
    headers?: Record<string, string>,
  ): void => {
    deps.on_refused(route?.channel_id ?? null, reason);
    send(response, refusal(status, reason), headers);
  };

  const verified = (
    request: IncomingMessage,
    url: string,
    headers: Record<string, string>,
    body: Buffer,
    route: WebhookRoute,
  ): 'right' | 'bad' | 'missing' => {
    const options = route.webhook.verify;
    // A channel without a scheme has no proof of anybody: its manifest is not approved without one.
    if (!options) return 'bad';
    const scheme = SCHEMES[options.scheme];
    const verdict = scheme.verify(
      { method: request.method ?? '', url: addressed(request, url), headers, body, now: deps.clock.now() },
      route.secrets,
      options,
    );
    return verdict === true ? 'right' : verdict === 'missing' ? 'missing' : 'bad';
  };

  const challenge = (request: IncomingMessage, query: Record<string, string>, payload: Payload, route: WebhookRoute): Answer | null =>
    route.webhook.challenge
      ? answerChallenge(
          route.webhook.challenge,
          { method: request.method ?? '', query, json: () => (payload.ok ? payload.json?.value : undefined) },
          route.secrets,
        )
      : null;

  const makeEvent = (
    route: WebhookRoute,
    payload: Extract<Payload, { ok: true }>,
    request: { body: Buffer; headers: Record<string, string>; query: Record<string, string>; content_type: string },
  ): InboundEvent => ({
    id: deps.newId(),
    event_id: deriveEventId(route.webhook.event_id, {
      body: request.body,
      form: payload.form,
      json: () => payload.json?.value,
      headers: request.headers,
      query: request.query,
    }),
    channel_id: route.channel_id,
    received_at: isoTime(deps.clock.now()),
    source: 'webhook',
    path: route.path,
    query: request.query,
    headers: pick(request.headers, route.webhook.headers),
    content_type: request.content_type,
    body: payload.text,
    ...(payload.form ? { form: payload.form } : {}),
    ...(payload.json ? { json: payload.json.value } : {}),
  });

  const record = async (response: ServerResponse, route: WebhookRoute, event: InboundEvent, ack: Answer): Promise<void> => {
    try {
      const { duplicate } = await route.record(event);
      deps.probe?.('event.committed', event.id);
      deps.on_recorded(route.channel_id, duplicate);
      send(response, ack);
    } catch (error) {
      deps.on_error(error, 'record an event');
      send(response, refusal(503, 'the message could not be kept; send it again'), { 'retry-after': RETRY_AFTER_SECONDS });
    }
  };

  /** Refusals that need no body, cheapest first. Returns the route when the body is worth reading. */
  const admit = (request: IncomingMessage, response: ServerResponse, path: string): WebhookRoute | null => {
    const route = deps.route(path);
    if (route === null) refuse(response, null, 404, 'no channel has this webhook');
    else if (deps.draining() || route === 'unavailable')
      refuse(response, null, 503, 'the channel is not ready', { 'retry-after': RETRY_AFTER_SECONDS });
    else {
      const methods: readonly string[] =
        route.webhook.methods ?? (route.webhook.challenge === 'hub_challenge' ? ['POST', 'GET'] : ['POST']);
      if (!methods.includes(request.method ?? '')) refuse(response, route, 405, 'method not allowed', { allow: methods.join(', ') });
      else if (request.headers['content-encoding'] !== undefined) refuse(response, route, 415, 'no content encoding is taken');
      else return route;
    }
    return null;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    const route = admit(request, response, mark === -1 ? url : url.slice(0, mark));
    if (!route) return;
    const read = await readBody(request, route.webhook.max_body_bytes ?? DEFAULT_MAX_BODY);
    if (!read.ok) {
      if (read.reason === 'too_large') refuse(response, route, 413, 'the body is too large', { connection: 'close' });
      return;
    }
    const headers = flatHeaders(request);
    const query = mark === -1 ? {} : firstQuery(url.slice(mark + 1));
    const content_type = headers['content-type'] ?? '';
    // The hub's GET carries no signature: its token is the proof, and it records nothing.
    const unsigned = request.method === 'GET' && route.webhook.challenge === 'hub_challenge';
    if (!unsigned) {
      const verdict = verified(request, url, headers, read.body, route);
      if (verdict !== 'right') {
        const status = SCHEMES[route.webhook.verify?.scheme ?? 'none'].refusal_status;
        return refuse(response, route, status, verdict === 'missing' ? 'the signature is missing' : 'the signature is wrong');
      }
    }
    const payload = readPayload(read.body, content_type);
    if (!payload.ok) return refuse(response, route, 400, payload.reason);
    const asked = challenge(request, query, payload, route);
    if (asked) return send(response, asked);
    if (unsigned) return refuse(response, route, 403, 'not a verification request');
    const event = makeEvent(route, payload, { body: read.body, headers, query, content_type });
    const ack = acknowledge(route.webhook.ack, { config: route.config, form: payload.form, json: () => payload.json?.value });
    await record(response, route, event, ack);
  };

  return {
    /** Takes every request below `/webhooks/`. */
    handle(request: IncomingMessage, response: ServerResponse): void {
      handle(request, response).catch((error) => {
        deps.on_error(error, 'answer a webhook');
        if (!response.headersSent) send(response, refusal(500, 'something went wrong here'));
        else response.destroy();
      });
    },
  };
};

export type Webhooks = ReturnType<typeof createWebhooks>;

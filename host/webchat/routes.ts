/** The chat's routes: the page, what a visitor writes, what they read, and the stream of what comes. */
import type { FastifyError, FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors.ts';
import { createOpenStreams } from '../http/open-streams.ts';
import { PROBLEM_TYPE, problem } from '../http/problem.ts';
import { readPageFiles } from '../pages/page-files.ts';
import { SECURITY_HEADERS } from '../pages/page-headers.ts';
import { serveAssets } from '../pages/serve-assets.ts';
import { type Caller, decideFetchSite, decideHost, decideOrigin, type GateRules, isForwarded, isLocal } from './gate.ts';
import { parseHistoryQuery, parseNewMessage } from './new-message.ts';
import { createRateBound } from './rate-bound.ts';
import { createStreamRoute } from './stream-route.ts';
import { newVisitorCookie, parseVisitorCookie, setCookieHeader, userKeyOf } from './visitor.ts';
import type { WebchatDeps } from './webchat-store.ts';

const WRITES = { limit: 30, window_ms: 10_000, max_visitors: 10_000 };
const STREAMS = { per_visitor: 8, total: 1000 };
/** 20,000 characters outside the basic plane, each written as two `\uXXXX`, and the id. */
const MAX_BODY_BYTES = 262_144;

const callerOf = ({ headers, socket }: FastifyRequest): Caller => ({
  host: headers.host,
  remote_address: socket.remoteAddress,
  forwarded: isForwarded(headers),
  encrypted: 'encrypted' in socket && socket.encrypted === true,
  origin: headers.origin,
  fetch_site: headers['sec-fetch-site'] as string | undefined,
});

const refuse = (error: AppError | null): void => {
  if (error) throw error;
};

const visitorOf = (request: FastifyRequest): string => {
  const cookie = parseVisitorCookie(request.headers.cookie);
  if (cookie === null) throw new AppError('UNAUTHORIZED', 'This browser has no chat yet.', 'Open /chat and allow its cookie.');
  return userKeyOf(cookie);
};

/** Fastify's own refusals, in our words; null for a defect. */
const asAppError = (error: FastifyError | AppError): AppError | null => {
  if (error instanceof AppError) return error;
  const status = error.statusCode ?? 500;
  if (status === 413) return new AppError('TOO_LARGE', 'The message is too large.', 'Send it in several messages.');
  if (status === 415) return new AppError('UNSUPPORTED_MEDIA_TYPE', 'The body is not JSON.', 'Send application/json, not compressed.');
  if (status >= 400 && status < 500) return new AppError('INVALID_PARAMS', 'The request cannot be read.', 'Send a JSON object.');
  return null;
};

const sendProblem = (reply: FastifyReply, error: AppError): FastifyReply => {
  const { status, body } = problem(error);
  return reply.code(status).header('cache-control', 'no-store').type(PROBLEM_TYPE).send(JSON.stringify(body));
};

const isJson = ({ headers }: FastifyRequest): boolean =>
  /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '') && headers['content-encoding'] === undefined;

/** Refuses what must not be here before anything of the request is read. */
const guard = (app: FastifyInstance, deps: WebchatDeps, rules: () => GateRules): void => {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    const caller = callerOf(request);
    refuse(decideHost(caller, rules()));
    if (!deps.enabled())
      throw new AppError('CHANNEL_NOT_FOUND', 'The web chat is switched off.', 'Switch it on: agentos channel enable webchat.');
    if (request.method !== 'GET' && request.method !== 'HEAD') refuse(decideOrigin(caller, rules()));
  });
  app.setErrorHandler((error: FastifyError | AppError, _request, reply) => {
    const known = asAppError(error);
    if (!known) deps.on_error(error, 'answer a visitor of the chat');
    return sendProblem(reply, known ?? new AppError('INTERNAL', 'The chat failed for a reason of ours.', 'Try again in a moment.'));
  });
};

const servePage = async (app: FastifyInstance, deps: WebchatDeps, rules: () => GateRules): Promise<void> => {
  const files = await readPageFiles(deps.assets_dir);
  const isSecure = (caller: Caller) => caller.encrypted || (rules().public_url?.protocol === 'https:' && !isLocal(caller));

  app.get('/chat', (request, reply) => {
    if (files === null) throw new AppError('NOT_FOUND', 'The chat page is not built.', 'Run npm run build, then start the host again.');
    const caller = callerOf(request);
    const known = parseVisitorCookie(request.headers.cookie);
    // After a click on another site's link the browser keeps a SameSite=Strict cookie back; a new one would
    // replace it, and the conversation with it. The page gets a 401 then and opens itself again.
    if (known !== null || caller.fetch_site !== 'cross-site') {
      // Set again at each visit: the year counts from the last one.
      reply.header('set-cookie', setCookieHeader(known ?? newVisitorCookie(deps.random_bytes), isSecure(caller)));
    }
    // A shared cache that kept the answer would share the visitor.
    return reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(files.index);
  });
  app.get('/chat/', (_request, reply) => reply.redirect('/chat', 308));
  serveAssets(app, '/chat/assets/', '/chat', files);
};

const serveMessages = (app: FastifyInstance, deps: WebchatDeps): void => {
  const writes = createRateBound(deps.clock, WRITES);
  const admitWrite = async (request: FastifyRequest, reply: FastifyReply) => {
    if (!isJson(request)) throw new AppError('UNSUPPORTED_MEDIA_TYPE', 'The body is not JSON.', 'Send application/json, not compressed.');
    const wait_ms = writes.take(visitorOf(request));
    if (wait_ms === 0) return;
    reply.header('retry-after', String(Math.ceil(wait_ms / 1000)));
    throw new AppError('RATE_LIMITED', 'Too many messages in a short time.', 'Wait a few seconds, then send again.');
  };
  app.post('/chat/messages', { bodyLimit: MAX_BODY_BYTES, onRequest: admitWrite }, async (request, reply) => {
    const message = parseNewMessage(request.body);
    const { id } = await deps.store.record({ user_key: visitorOf(request), ...message });
    return reply.code(202).header('cache-control', 'no-store').send({ id, client_message_id: message.client_message_id });
  });
  app.get('/chat/messages', async (request, reply) => {
    refuse(decideFetchSite(callerOf(request)));
    const page = await deps.store.history({ user_key: visitorOf(request), ...parseHistoryQuery(request.query) });
    return reply.header('cache-control', 'no-store').send(page);
  });
};

const serveStream = (app: FastifyInstance, deps: WebchatDeps, rules: () => GateRules): void => {
  const streams = createOpenStreams(STREAMS);
  const mayGoOn = (request: FastifyRequest) => deps.enabled() && decideHost(callerOf(request), rules()) === null;
  const openStream = createStreamRoute(deps, streams, mayGoOn);
  // A HEAD of a stream would never end.
  app.get('/chat/stream', { exposeHeadRoute: false }, (request, reply) => {
    refuse(decideFetchSite(callerOf(request)));
    openStream(request, reply, visitorOf(request));
  });
  app.addHook('preClose', async () => streams.closeAll());
};

export const webchatRoutes = (deps: WebchatDeps): FastifyPluginAsync => {
  const public_url = deps.public_url === null ? null : new URL(deps.public_url);
  const rules = (): GateRules => ({ public_url, public: deps.public() });
  return async (app) => {
    guard(app, deps, rules);
    await servePage(app, deps, rules);
    serveMessages(app, deps);
    serveStream(app, deps, rules);
  };
};

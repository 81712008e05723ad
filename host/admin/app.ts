/** Everything over HTTP but the webhooks: health, metrics, the API, and what else is mounted. */
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { AppError } from '../errors.ts';
import { hostAllowed } from '../http/allowed-hosts.ts';
import { PROBLEM_TYPE, problem } from '../http/problem.ts';
import type { Metrics } from './metrics.ts';
import type { Operations } from './operations.ts';
import { registerRoutes } from './routes.ts';

export interface AppDeps {
  operations: Operations;
  metrics: Metrics;
  public_url: string | null;
  authenticate(request: import('node:http').IncomingMessage): string;
  fromCommandLine(request: import('node:http').IncomingMessage): boolean;
  ready(): boolean;
  draining(): boolean;
  on_error(error: unknown, what: string): void;
  /** Mounts further rooms (web chat). */
  mount(app: FastifyInstance): void;
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** Fastify's own refusals, in our words. */
const asAppError = (error: unknown): AppError | null => {
  if (error instanceof AppError) return error;
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  if (statusCode === 413) return new AppError('TOO_LARGE', 'The body is too large.', 'Send at most 1 MiB.');
  if (statusCode === 415) return new AppError('UNSUPPORTED_MEDIA_TYPE', 'This content type is not taken.', 'Send application/json.');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new AppError('INVALID_PARAMS', message ?? 'The request is not valid.', 'docs/api.md describes each route.');
  return null;
};

const registerHealth = (app: FastifyInstance, deps: AppDeps): void => {
  app.get('/health', async (_request, reply) => {
    const health = await deps.operations.health();
    return reply.status(health.status === 'unhealthy' ? 503 : 200).send(health);
  });
  app.get('/health/live', () => ({ status: 'live' }));
  app.get('/health/ready', (_request, reply) => {
    const ready = deps.ready() && !deps.draining();
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' });
  });
};

const registerMetrics = (app: FastifyInstance, deps: AppDeps): void => {
  app.get('/metrics', async (request, reply) => {
    // Open on loopback; from elsewhere with a token.
    if (!LOOPBACK.has(request.socket.remoteAddress ?? '')) deps.authenticate(request.raw);
    return reply.type(deps.metrics.content_type).send(await deps.metrics.text());
  });
};

export const createApp = (deps: AppDeps): FastifyInstance => {
  const refuse = (error: unknown, reply: FastifyReply) => {
    const known = asAppError(error);
    if (!known) deps.on_error(error, 'answer a request');
    const { status, body } = problem(
      known ?? new AppError('INTERNAL', 'The request failed for a reason of ours; the log says more.', 'Try again.'),
    );
    return reply.status(status).type(PROBLEM_TYPE).send(body);
  };
  const app = Fastify({
    // Addresses that do not even parse never reach a route or a hook.
    frameworkErrors: (error, _request, reply) => void refuse(error, reply),
    logger: false,
    bodyLimit: 1_048_576,
    // A dotted key of a channel's field may be longer than Fastify's 100.
    routerOptions: { maxParamLength: 255 },
    forceCloseConnections: false,
    // Fastify would drop unknown keys: a misspelt filter would then answer with everything.
    ajv: { customOptions: { coerceTypes: true, useDefaults: true, removeAdditional: false } },
  });
  // A page of somebody else's may post text/plain without asking first; everything here is JSON.
  app.removeContentTypeParser('text/plain');
  app.decorateRequest('actor', '');
  app.decorateRequest('role', 'viewer');
  app.addHook('onRequest', async (request) => {
    const identify = (): void => {
      request.actor = deps.authenticate(request.raw);
      // The bootstrap token and the command line are an admin's.
      request.role = 'admin';
    };
    if (deps.fromCommandLine(request.raw)) identify();
    // The route that was matched, never the address as written: `/%61pi/status` leads to `/api/status` too.
    const route = request.routeOptions.url ?? request.url;
    if (route.startsWith('/health')) return;
    if (request.actor === '' && !hostAllowed(request.headers.host, deps.public_url)) {
      throw new AppError(
        'HOST_NOT_ALLOWED',
        `The host ${request.headers.host ?? ''} is not known here.`,
        'Use localhost, or set PUBLIC_URL to the address you use.',
      );
    }
    if (route.startsWith('/api') && request.actor === '') identify();
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer');
  });
  app.setErrorHandler((error, _request, reply) => refuse(error, reply));
  registerHealth(app, deps);
  registerMetrics(app, deps);
  registerRoutes(app, deps.operations);
  deps.mount(app);
  return app;
};

/** Everything over HTTP but the webhooks: the table of routes, and what else is mounted. */
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { AppError } from '../errors.ts';
import { PROBLEM_TYPE, problem } from '../http/problem.ts';
import { createGuard, type GuardDeps } from './guard.ts';
import { machineFault } from './machine-fault.ts';
import { registerRoutes } from './register-routes.ts';
import type { RouteGroup } from './route.ts';

export interface AppDeps extends GuardDeps {
  routes: readonly RouteGroup[];
  /** Whose word on where a request came from is taken. */
  trusted_proxies: readonly string[];
  on_error(error: unknown, what: string): void;
  /** Before connections are closed: what would hold them open ends. */
  on_closing(): void;
  /** Mounts further rooms (web chat). */
  mount(app: FastifyInstance): void;
}

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

export const createApp = (deps: AppDeps): FastifyInstance => {
  const refuse = (error: unknown, reply: FastifyReply) => {
    const known = asAppError(error);
    if (!known) deps.on_error(error, 'answer a request');
    const { status, body } = problem(
      known ?? machineFault(error) ?? new AppError('INTERNAL', 'The request failed for a reason of ours; the log says more.', 'Try again.'),
    );
    // https://www.rfc-editor.org/rfc/rfc9110#name-401-unauthorized
    if (status === 401) reply.header('www-authenticate', 'Bearer realm="CommunicationOS"');
    return reply.status(status).type(PROBLEM_TYPE).send(body);
  };
  const app = Fastify({
    // Addresses that do not even parse never reach a route or a hook.
    frameworkErrors: (error, _request, reply) => void refuse(error, reply),
    logger: false,
    bodyLimit: 1_048_576,
    trustProxy: deps.trusted_proxies.length > 0 ? [...deps.trusted_proxies] : false,
    // A dotted key of a channel's field may be longer than Fastify's 100.
    routerOptions: { maxParamLength: 255 },
    forceCloseConnections: false,
    // Fastify would drop unknown keys: a misspelt filter would then answer with everything.
    ajv: { customOptions: { coerceTypes: true, useDefaults: true, removeAdditional: false } },
  });
  // A page of somebody else's may post text/plain without asking first; everything here is JSON.
  app.removeContentTypeParser('text/plain');
  app.decorateRequest('caller', null);
  const guard = createGuard(deps);
  app.addHook('onRequest', async (request) => guard(request));
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer');
    if (request.routeOptions.url?.startsWith('/api') && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
  app.addHook('preClose', async () => deps.on_closing());
  app.setErrorHandler((error, _request, reply) => refuse(error, reply));
  app.setNotFoundHandler((request) => {
    throw new AppError('NOT_FOUND', `There is no ${request.method} ${request.url.split('?', 1)[0]}.`, 'docs/api.md lists the routes.');
  });
  registerRoutes(app, deps.routes);
  deps.mount(app);
  return app;
};

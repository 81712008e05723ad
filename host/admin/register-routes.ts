/** Makes Fastify routes of the table. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { compile } from '../../schemas/compile.ts';
import { AppError } from '../errors.ts';
import type { Caller } from './access/roles.ts';
import { isWrite, type Route, type RouteGroup } from './route.ts';

const NOBODY: Caller = { actor: 'anonymous', role: 'viewer', by: 'token', credential: 'nobody' };

/** Bodies are taken as they are: a number is no text, and nothing is added. */
const createBodyCheck = ({ body, body_optional }: Route): ((request: FastifyRequest) => void) => {
  if (!body) {
    return ({ body: given }) => {
      if (given !== undefined && given !== null && !(typeof given === 'object' && Object.keys(given).length === 0))
        throw new AppError('INVALID_PARAMS', 'This request takes no body.', 'Leave it out, or send {}.');
    };
  }
  const check = compile(body);
  return ({ body: given }) => {
    if (given === undefined && body_optional) return;
    if (given === undefined) throw new AppError('INVALID_PARAMS', 'The request has no body.', 'Send a JSON object.');
    const checked = check(given);
    if (checked.ok) return;
    const [first] = checked.errors;
    const known = (first?.params.known_keys ?? first?.params.allowedValues) as string[] | undefined;
    throw new AppError(
      'INVALID_PARAMS',
      `The body${first?.pointer ? ` at ${first.pointer}` : ''} ${first?.message ?? 'is not valid'}.`,
      known ? `Known: ${known.join(', ')}.` : 'docs/api.md and /api/openapi.json describe each route.',
    );
  };
};

/** Without a caller: that there is another method is no secret. */
const refuseOthers = (app: FastifyInstance, { method, path }: Route): void => {
  const others = (['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).filter((other) => other !== method);
  app.route({
    method: others,
    url: path,
    exposeHeadRoute: false,
    handler: async (_request, reply) => {
      reply.header('allow', method);
      throw new AppError('METHOD_NOT_ALLOWED', `${path} takes ${method}.`, 'docs/api.md describes each route.');
    },
  });
};

const register = (app: FastifyInstance, route: Route): void => {
  const { params, query, headers, answer } = route;
  const checkBody = createBodyCheck(route);
  app.route({
    method: route.method,
    url: route.path,
    // A HEAD of a stream would never end.
    exposeHeadRoute: route.method === 'GET' && answer.content_type !== 'text/event-stream',
    config: { route },
    schema: { ...(params ? { params } : {}), ...(query ? { querystring: query } : {}), ...(headers ? { headers } : {}) },
    handler: async (request, reply) => {
      if (isWrite(route)) checkBody(request);
      if (answer.status !== 200) reply.status(answer.status);
      return route.handle({
        params: request.params,
        query: request.query,
        body: request.body,
        caller: request.caller ?? NOBODY,
        request,
        reply,
      });
    },
  });
};

/** A scope of its own: other rooms parse their bodies themselves. */
export const registerRoutes = (app: FastifyInstance, groups: readonly RouteGroup[]): void => {
  void app.register(async (api) => {
    const parse = api.getDefaultJsonParser('error', 'error');
    api.removeContentTypeParser('application/json');
    api.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
      // A console's request without a body still says that it is JSON.
      if (text === '') done(null, undefined);
      else parse(request, text as string, done);
    });
    for (const route of groups.flatMap(({ routes }) => routes)) {
      register(api, route);
      if (route.only_method) refuseOthers(api, route);
    }
  });
};

/** Sessions: a person may close one, take its conversation over, and give it back. */
import { ById } from '../../../schemas/api/common.ts';
import { SessionAnswer, SessionPage, SessionsQuery } from '../../../schemas/api/messages.ts';
import { type Route, type RouteGroup, route } from '../route.ts';
import type { RouteDeps } from '../routes.ts';

const acting = (verb: 'close' | 'takeover' | 'release', summary: string, { operations }: RouteDeps): Route =>
  route({
    method: 'POST',
    path: `/api/sessions/:id/${verb}`,
    role: 'operator',
    operation: `${verb}_session`,
    summary,
    params: ById,
    answer: { status: 200, description: 'The session as it is now.', schema: SessionAnswer },
    refuses: ['SESSION_NOT_FOUND', 'STATE_CONFLICT'],
    handle: ({ params, caller }) => operations.sessions[verb](params.id, caller.actor),
  });

export const sessionRoutes = (deps: RouteDeps): RouteGroup => ({
  name: 'sessions',
  description: 'The context of each conversation.',
  routes: [
    route({
      method: 'GET',
      path: '/api/sessions',
      role: 'viewer',
      operation: 'list_sessions',
      summary: 'Newest first',
      query: SessionsQuery,
      answer: { status: 200, description: 'A page.', schema: SessionPage },
      handle: ({ query: { cursor, limit = 50, ...filter } }) =>
        deps.operations.sessions.list({ ...filter, before: cursor === undefined ? undefined : Number(cursor), limit }),
    }),
    route({
      method: 'GET',
      path: '/api/sessions/:id',
      role: 'viewer',
      operation: 'get_session',
      summary: 'One session',
      params: ById,
      answer: { status: 200, description: 'The session.', schema: SessionAnswer },
      refuses: ['SESSION_NOT_FOUND'],
      handle: ({ params }) => deps.operations.sessions.show(params.id),
    }),
    acting('close', 'Ends it; the next message begins a new one', deps),
    acting('takeover', 'A person answers from now on: messages are recorded, not run', deps),
    acting('release', 'Gives the conversation back', deps),
  ],
});

/** What is stored of one user of a channel: everything of it in one answer, or gone. */
import { ByUser, ErasureAnswer, UserAnswer } from '../../../schemas/api/users.ts';
import { type RouteGroup, route } from '../route.ts';
import type { RouteDeps } from '../routes.ts';

export const userRoutes = (deps: RouteDeps): RouteGroup => ({
  name: 'users',
  description: 'What is stored of one user of a channel.',
  routes: [
    route({
      method: 'GET',
      path: '/api/users/:channel_id/:user_key',
      role: 'admin',
      operation: 'export_user',
      summary: 'Everything that is stored of one person',
      params: ByUser,
      answer: { status: 200, description: 'All of it, messages oldest first.', schema: UserAnswer },
      refuses: ['NOT_FOUND'],
      handle: ({ params: { channel_id, user_key } }) => deps.people.exportUser(channel_id, user_key),
    }),
    route({
      method: 'DELETE',
      path: '/api/users/:channel_id/:user_key',
      role: 'admin',
      operation: 'erase_user',
      summary: 'Erases the person for good; answers with what was done and what is not reached',
      params: ByUser,
      answer: { status: 200, description: 'What was done.', schema: ErasureAnswer },
      refuses: ['NOT_FOUND'],
      handle: ({ params: { channel_id, user_key }, caller }) => deps.people.eraseUser(channel_id, user_key, caller.actor),
    }),
  ],
});

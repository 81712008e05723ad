/** What happens, as it happens. */
import Type from 'typebox';
import { FEED_KINDS } from '../../lib/feed.ts';
import { type RouteGroup, route } from '../route.ts';
import type { RouteDeps } from '../routes.ts';

export const streamRoutes = ({ stream }: RouteDeps): RouteGroup => ({
  name: 'stream',
  description: 'What happens, as it happens.',
  routes: [
    route({
      method: 'GET',
      path: '/api/stream',
      role: 'viewer',
      operation: 'open_stream',
      summary:
        'Server-sent events: messages, sessions, plugins, approvals, pairings and modes that change. Last-Event-ID goes on from there',
      headers: Type.Object({
        'last-event-id': Type.Optional(Type.String({ maxLength: 64, description: 'The id of the last event that was read.' })),
      }),
      answer: {
        status: 200,
        description: `Events ${FEED_KINDS.map((kind) => `\`${kind}\``).join(', ')}: {kind, id, state, channel_id, direction, conversation_key, at}. \`reset\`: something was missed; read the lists again.`,
        content_type: 'text/event-stream',
      },
      refuses: ['RATE_LIMITED'],
      handle: ({ caller, request, reply }) => stream.open(caller, request.headers['last-event-id'], reply),
    }),
  ],
});

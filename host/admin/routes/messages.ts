/** Messages: what came, what went, and sending one. */
import { ById } from '../../../schemas/api/common.ts';
import {
  MessageAnswer,
  MessagePage,
  MessagesQuery,
  PostedMessage,
  PostMessageBody,
  PostMessageHeaders,
  TraceAnswer,
} from '../../../schemas/api/messages.ts';
import { type RouteGroup, route } from '../route.ts';
import type { RouteDeps } from '../routes.ts';

export const messageRoutes = ({ operations }: RouteDeps): RouteGroup => ({
  name: 'messages',
  description: 'Messages of people and to people.',
  routes: [
    route({
      method: 'GET',
      path: '/api/messages',
      role: 'viewer',
      operation: 'list_messages',
      summary: 'Newest first',
      query: MessagesQuery,
      answer: { status: 200, description: 'A page.', schema: MessagePage },
      handle({ query: { cursor, limit = 50, state, ...filter } }) {
        const states = state === undefined ? undefined : [state];
        return operations.listMessages({ ...filter, states, before: cursor === undefined ? undefined : Number(cursor), limit });
      },
    }),
    route({
      method: 'POST',
      path: '/api/messages',
      role: 'operator',
      operation: 'post_message',
      summary: 'Sends a message; with in_reply_to a later reply to that message',
      headers: PostMessageHeaders,
      body: PostMessageBody,
      answer: {
        status: 202,
        description: 'It is recorded and goes out in its turn. The first part, with the ids of all.',
        schema: PostedMessage,
      },
      refuses: ['CHANNEL_NOT_FOUND', 'MESSAGE_NOT_FOUND', 'SESSION_NOT_FOUND', 'STATE_CONFLICT'],
      handle({ body, caller, request }) {
        const key = request.headers['idempotency-key'] as string | undefined;
        return operations.postMessage(body, { actor: caller.actor, idempotency_key: key ?? null });
      },
    }),
    route({
      method: 'GET',
      path: '/api/messages/:id',
      role: 'viewer',
      operation: 'get_message',
      summary: 'One message',
      params: ById,
      answer: { status: 200, description: 'The message.', schema: MessageAnswer },
      refuses: ['MESSAGE_NOT_FOUND'],
      handle: ({ params }) => operations.showMessage(params.id),
    }),
    route({
      method: 'GET',
      path: '/api/messages/:id/trace',
      role: 'viewer',
      operation: 'trace_message',
      summary: 'Its whole life: event, decision, requests to connectors, deliveries, audit',
      params: ById,
      answer: { status: 200, description: 'The trace.', schema: TraceAnswer },
      refuses: ['MESSAGE_NOT_FOUND'],
      handle: ({ params }) => operations.trace(params.id),
    }),
  ],
});

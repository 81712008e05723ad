/** Messages to people, and what an operator does with those that ended badly or wait. */
import { ById } from '../../../schemas/api/common.ts';
import { DeliveriesQuery, DroppedAnswer, MessagePage, RetriedAnswer } from '../../../schemas/api/messages.ts';
import { type RouteGroup, route } from '../route.ts';
import type { RouteDeps } from '../routes.ts';

export const deliveryRoutes = ({ operations }: RouteDeps): RouteGroup => ({
  name: 'deliveries',
  description: 'Messages to people, and what became of them.',
  routes: [
    route({
      method: 'GET',
      path: '/api/deliveries',
      role: 'viewer',
      operation: 'list_deliveries',
      summary: 'Newest first',
      query: DeliveriesQuery,
      answer: { status: 200, description: 'A page.', schema: MessagePage },
      handle({ query: { cursor, limit = 50, state, channel_id } }) {
        const states = state === undefined ? undefined : [state];
        const before = cursor === undefined ? undefined : Number(cursor);
        return operations.listMessages({ direction: 'outbound', channel_id, states, before, limit });
      },
    }),
    route({
      method: 'POST',
      path: '/api/deliveries/:id/retry',
      role: 'operator',
      operation: 'retry_delivery',
      summary: 'Sends it again, with the later parts that fell with it',
      params: ById,
      answer: { status: 200, description: 'What is sent again.', schema: RetriedAnswer },
      refuses: ['DELIVERY_NOT_FOUND', 'STATE_CONFLICT'],
      handle: ({ params, caller }) => operations.retryDelivery(params.id, caller.actor),
    }),
    route({
      method: 'POST',
      path: '/api/deliveries/:id/drop',
      role: 'operator',
      operation: 'drop_delivery',
      summary: 'Gives it up, with the later parts that wait',
      params: ById,
      answer: { status: 200, description: 'What is given up.', schema: DroppedAnswer },
      refuses: ['DELIVERY_NOT_FOUND', 'STATE_CONFLICT'],
      handle: ({ params, caller }) => operations.dropDelivery(params.id, caller.actor),
    }),
  ],
});

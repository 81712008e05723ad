/** The administration API: `/api/…`, the same on the network and on the command line's socket. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import type { InboundState, OutboundState } from '../db/unit.ts';
import { AppError } from '../errors.ts';
import { registerAuditRoutes } from './audit-routes.ts';
import type { Operations } from './operations.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks: `token:admin` or `cli:<os user>`. Set by the authentication, before any route runs. */
    actor: string;
  }
}

const Id = Type.Object({ id: Type.String({ minLength: 1, maxLength: 255 }) });
type Id = Static<typeof Id>;
const Digest = Type.Object(
  { digest: Type.Optional(Type.Union([Type.String({ maxLength: 100 }), Type.Null()])) },
  { additionalProperties: false },
);
const Page = {
  cursor: Type.Optional(Type.String({ pattern: '^[0-9]{1,16}$' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
};
const INBOUND: readonly InboundState[] = ['received', 'dispatched', 'answered', 'ignored', 'rejected', 'failed'];
const OUTBOUND: readonly OutboundState[] = ['pending', 'sending', 'sent', 'delivered', 'read', 'held', 'unknown', 'expired', 'dead'];
const MessagesQuery = Type.Object(
  {
    ...Page,
    channel_id: Type.Optional(Type.String({ maxLength: 64 })),
    session_id: Type.Optional(Type.String({ maxLength: 64 })),
    direction: Type.Optional(Type.Enum(['inbound', 'outbound'] as const)),
    state: Type.Optional(Type.Enum([...INBOUND, ...OUTBOUND])),
  },
  { additionalProperties: false },
);
type MessagesQuery = Static<typeof MessagesQuery>;
const DeliveriesQuery = Type.Object(
  { ...Page, channel_id: Type.Optional(Type.String({ maxLength: 64 })), state: Type.Optional(Type.Enum([...OUTBOUND])) },
  { additionalProperties: false },
);
type DeliveriesQuery = Static<typeof DeliveriesQuery>;

const id = (request: FastifyRequest): string => (request.params as Id).id;

export const registerRoutes = (app: FastifyInstance, operations: Operations): void => {
  app.get('/api/status', () => operations.status());
  app.get('/api/config', () => ({ items: operations.listConfig(), next_cursor: null }));
  app.get('/api/config/:id', { schema: { params: Id } }, (request) => operations.getConfig(id(request)));

  app.get('/api/channels', () => ({ items: operations.listChannels(), next_cursor: null }));
  app.get('/api/channels/:id', { schema: { params: Id } }, (request) => operations.showChannel(id(request)));
  app.post('/api/channels/:id/enable', { schema: { params: Id } }, (request) => operations.enableChannel(id(request), request.actor));
  app.post('/api/channels/:id/disable', { schema: { params: Id } }, (request) => operations.disableChannel(id(request), request.actor));
  app.post('/api/channels/:id/reload', { schema: { params: Id } }, (request) => operations.reloadChannel(id(request)));
  app.post('/api/channels/:id/approve', { schema: { params: Id, body: Digest } }, (request) =>
    operations.approveChannel(id(request), (request.body as Static<typeof Digest>).digest ?? null, request.actor),
  );

  app.get('/api/messages', { schema: { querystring: MessagesQuery } }, (request) => {
    const { cursor, limit = 50, state, ...filter } = request.query as MessagesQuery;
    return operations.listMessages({
      ...filter,
      ...(state ? { states: [state] } : {}),
      before: cursor ? Number(cursor) : undefined,
      limit,
    });
  });
  app.get('/api/messages/:id', { schema: { params: Id } }, (request) => operations.showMessage(id(request)));
  app.get('/api/messages/:id/trace', { schema: { params: Id } }, (request) => operations.trace(id(request)));

  app.get('/api/deliveries', { schema: { querystring: DeliveriesQuery } }, (request) => {
    const { cursor, limit = 50, state, channel_id } = request.query as DeliveriesQuery;
    return operations.listMessages({
      direction: 'outbound',
      channel_id,
      ...(state ? { states: [state] } : {}),
      before: cursor ? Number(cursor) : undefined,
      limit,
    });
  });
  app.post('/api/deliveries/:id/retry', { schema: { params: Id } }, (request) => operations.retryDelivery(id(request), request.actor));
  app.post('/api/deliveries/:id/drop', { schema: { params: Id } }, (request) => operations.dropDelivery(id(request), request.actor));

  registerAuditRoutes(app, operations.audit);

  app.setNotFoundHandler((request) => {
    throw new AppError('NOT_FOUND', `There is no ${request.method} ${request.url.split('?', 1)[0]}.`, 'docs/api.md lists the routes.');
  });
};

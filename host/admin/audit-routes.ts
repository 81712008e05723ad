/** `GET /api/audit`, `GET /api/audit/verify`. */
import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import { AppError } from '../errors.ts';
import { timeOf } from '../ledger/audit-view.ts';
import type { AuditOperations } from './audit-operations.ts';

const word = (maxLength: number) => Type.Optional(Type.String({ minLength: 1, maxLength }));
const cursor = () => Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$' }));
const AuditQuery = Type.Object(
  {
    /** Newest first, before this one. */
    cursor: cursor(),
    /** Oldest first, after this one; `0` begins with the oldest. Not together with `cursor`. */
    after: cursor(),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
    action: word(100),
    actor: word(255),
    subject: word(255),
    person_id: word(64),
    channel_id: word(64),
    from: word(40),
    to: word(40),
  },
  { additionalProperties: false },
);

export const registerAuditRoutes = (app: FastifyInstance, audit: AuditOperations): void => {
  app.get('/api/audit', { schema: { querystring: AuditQuery } }, (request) => {
    const { cursor: before, after, limit = 50, from, to, ...filter } = request.query as Static<typeof AuditQuery>;
    if (before !== undefined && after !== undefined)
      throw new AppError(
        'INVALID_PARAMS',
        'cursor and after exclude each other.',
        'cursor goes back from the newest entry, after goes on from an old one.',
      );
    return audit.list({
      ...filter,
      from: timeOf('from', from),
      to: timeOf('to', to),
      before: before === undefined ? undefined : Number(before),
      after: after === undefined ? undefined : Number(after),
      limit,
    });
  });
  app.get('/api/audit/verify', () => audit.verify());
};

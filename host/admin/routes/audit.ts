/** The audit trail: who did what, and whether it is as it was written. */
import { AuditEntryAnswer, AuditQuery, VerdictAnswer } from '../../../schemas/api/audit.ts';
import { page } from '../../../schemas/api/common.ts';
import { AppError } from '../../errors.ts';
import { timeOf } from '../../ledger/audit-view.ts';
import { type RouteGroup, route } from '../route.ts';
import type { RouteDeps } from '../routes.ts';

export const auditRoutes = ({ operations }: RouteDeps): RouteGroup => ({
  name: 'audit',
  description: 'Who did what, and whether the trail is as it was written.',
  routes: [
    route({
      method: 'GET',
      path: '/api/audit',
      role: 'viewer',
      operation: 'list_audit',
      summary: 'Newest first; with after instead of cursor on from an old entry, oldest first',
      query: AuditQuery,
      answer: { status: 200, description: 'A page; it may be short, or empty, and still name a next one.', schema: page(AuditEntryAnswer) },
      handle({ query: { cursor, after, limit = 50, from, to, ...filter } }) {
        if (cursor !== undefined && after !== undefined)
          throw new AppError(
            'INVALID_PARAMS',
            'cursor and after exclude each other.',
            'cursor goes back from the newest entry, after goes on from an old one.',
          );
        return operations.audit.list({
          ...filter,
          from: timeOf('from', from),
          to: timeOf('to', to),
          before: cursor === undefined ? undefined : Number(cursor),
          after: after === undefined ? undefined : Number(after),
          limit,
        });
      },
    }),
    route({
      method: 'GET',
      path: '/api/audit/verify',
      role: 'viewer',
      operation: 'verify_audit',
      summary: 'Recomputes the trail, off the main loop, and compares it with the signed heads',
      answer: { status: 200, description: 'Whether it is whole, and else the first place where it is not.', schema: VerdictAnswer },
      handle: () => operations.audit.verify(),
    }),
  ],
});

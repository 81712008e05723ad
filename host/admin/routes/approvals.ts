/** Requests that wait for a person's consent, and senders whom nobody knows yet. */
import { ApprovalAnswer, ApprovalsQuery, ByCode, PairingAnswer } from '../../../schemas/api/approvals.ts';
import { ById, page } from '../../../schemas/api/common.ts';
import { ByUser } from '../../../schemas/api/users.ts';
import { AppError } from '../../errors.ts';
import { covers } from '../access/roles.ts';
import { type Route, type RouteGroup, route } from '../route.ts';
import type { RouteDeps } from '../routes.ts';

/** Kinds of approvals that only an admin decides; operators decide the others. */
const ADMIN_KINDS: ReadonlySet<string> = new Set(['network_mode', 'execution_phase']);

const deciding = (verb: 'approve' | 'deny', summary: string, deps: RouteDeps): Route =>
  route({
    method: 'POST',
    path: `/api/approvals/:id/${verb}`,
    role: 'operator',
    operation: `${verb}_request`,
    summary,
    params: ById,
    answer: { status: 200, description: 'The request as it is now.', schema: ApprovalAnswer },
    refuses: ['NOT_FOUND', 'STATE_CONFLICT'],
    async handle({ params: { id }, caller }) {
      const { approvals } = deps.governance;
      const { kind } = await approvals.show(id);
      if (ADMIN_KINDS.has(kind) && !covers(caller.role, 'admin'))
        throw new AppError('FORBIDDEN', 'A change of a mode is decided by an admin.', 'Use a token with the role admin.');
      return approvals[verb](id, caller.actor);
    },
  });

const approvalsOf = (deps: RouteDeps): Route[] => [
  route({
    method: 'GET',
    path: '/api/approvals',
    role: 'viewer',
    operation: 'list_approvals',
    summary: 'Newest first; state: pending, approved, denied, used, expired',
    query: ApprovalsQuery,
    answer: { status: 200, description: 'A page.', schema: page(ApprovalAnswer) },
    async handle({ query: { cursor, limit = 50 } }) {
      const items = await deps.governance.approvals.list({ before: cursor === undefined ? null : Number(cursor), limit });
      return { items, next_cursor: items.length === limit ? String(items.at(-1)?.seq) : null };
    },
  }),
  deciding('approve', 'Lets exactly this request happen, once; a change of a mode needs an admin', deps),
  deciding('deny', 'Refuses it; a change of a mode needs an admin', deps),
];

const pairingsOf = (deps: RouteDeps): Route[] => [
  route({
    method: 'GET',
    path: '/api/pairings',
    role: 'viewer',
    operation: 'list_pairings',
    summary: 'Senders who wait with a code, and those who were approved',
    answer: { status: 200, description: 'All of them, in one page.', schema: page(PairingAnswer) },
    handle: () => ({ items: deps.governance.pairings.list(), next_cursor: null }),
  }),
  route({
    method: 'POST',
    path: '/api/pairings/:code/approve',
    role: 'operator',
    operation: 'approve_pairing',
    summary: 'Lets the sender with this code write',
    params: ByCode,
    answer: { status: 200, description: 'The sender.', schema: PairingAnswer },
    refuses: ['NOT_FOUND'],
    handle: ({ params: { code }, caller }) => deps.governance.pairings.approve(code, caller.actor),
  }),
  route({
    method: 'DELETE',
    path: '/api/pairings/:channel_id/:user_key',
    role: 'operator',
    operation: 'revoke_pairing',
    summary: 'Takes the right to write back, or the code that waits: the sender is a stranger again',
    params: ByUser,
    answer: { status: 200, description: 'What it was.', schema: PairingAnswer },
    refuses: ['NOT_FOUND'],
    handle: ({ params: { channel_id, user_key }, caller }) => deps.governance.pairings.revoke(channel_id, user_key, caller.actor),
  }),
];

export const approvalRoutes = (deps: RouteDeps): RouteGroup => ({
  name: 'approvals',
  description: "What waits for a person's word.",
  routes: [...approvalsOf(deps), ...pairingsOf(deps)],
});

/** The routes of modes, approvals, pairings and the policy. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { ConversationType, MESSAGE_TYPES } from '../../schemas/message.ts';
import type { Approvals, ApprovalView } from '../approvals/approvals.ts';
import type { Pairings } from '../approvals/pairings.ts';
import type { ModeOperations, Role, Who } from './mode-operations.ts';
import { need } from './need-role.ts';
import type { PolicyOperations } from './policy-operations.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the one who asks may do. Set by the authentication, before any route runs. */
    role: Role;
  }
}

export interface Governance {
  modes: ModeOperations;
  approvals: Approvals;
  pairings: Pairings;
  policy: PolicyOperations;
}

const closed = { additionalProperties: false } as const;
const Word = Type.String({ minLength: 1, maxLength: 64 });
const Reason = Type.Optional(Type.Union([Type.String({ maxLength: 1000 }), Type.Null()]));
const ModeBody = Type.Object({ mode: Word, reason: Reason }, closed);
const PhaseBody = Type.Object({ phase: Word, reason: Reason }, closed);
const Id = Type.Object({ id: Word });
const Code = Type.Object({ code: Word });
const Page = Type.Object(
  {
    cursor: Type.Optional(Type.String({ pattern: '^[0-9]{1,16}$' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
  },
  closed,
);
const Key = Type.String({ minLength: 1, maxLength: 255 });
const ExplainBody = Type.Object(
  {
    channel_id: Word,
    user_key: Key,
    text: Type.Optional(Type.Union([Type.String({ maxLength: 10_000 }), Type.Null()])),
    type: Type.Optional(Type.Enum([...MESSAGE_TYPES])),
    conversation_key: Type.Optional(Key),
    conversation_type: Type.Optional(ConversationType),
    thread_key: Type.Optional(Type.Union([Key, Type.Null()])),
    mentions_bot: Type.Optional(Type.Boolean()),
    at: Type.Optional(Word),
    network_mode: Type.Optional(Type.Enum(['on', 'readonly', 'off'] as const)),
    phase: Type.Optional(Type.Enum(['planning', 'execution'] as const)),
    policy: Type.Optional(Type.Unknown()),
  },
  closed,
);
const ReplayBody = Type.Object({ policy: Type.Optional(Type.Unknown()), last: Type.Integer({ minimum: 1, maximum: 10_000 }) }, closed);

const whoAsks = ({ actor, role }: FastifyRequest): Who => ({ actor, role });

/** Kinds of approvals that only an admin decides; operators decide the others. */
const ADMIN_KINDS: ReadonlySet<string> = new Set(['network_mode', 'execution_phase']);

const registerModes = (app: FastifyInstance, modes: ModeOperations): void => {
  app.get('/api/network-mode', () => modes.networkMode());
  app.post('/api/network-mode', { schema: { body: ModeBody } }, async (request, reply) => {
    const { mode, reason = null } = request.body as Static<typeof ModeBody>;
    const answer = await modes.setNetworkMode(mode, reason, whoAsks(request));
    return reply.status('approval_id' in answer ? 202 : 200).send(answer);
  });
  app.get('/api/phase', () => modes.phase());
  app.post('/api/phase', { schema: { body: PhaseBody } }, async (request, reply) => {
    const { phase, reason = null } = request.body as Static<typeof PhaseBody>;
    const answer = await modes.setPhase(phase, reason, whoAsks(request));
    return reply.status('approval_id' in answer ? 202 : 200).send(answer);
  });
};

const registerApprovals = (app: FastifyInstance, approvals: Approvals): void => {
  app.get('/api/approvals', { schema: { querystring: Page } }, async (request) => {
    const { cursor, limit = 50 } = request.query as Static<typeof Page>;
    const items = await approvals.list({ before: cursor ? Number(cursor) : null, limit });
    return { items, next_cursor: items.length === limit ? String(items.at(-1)?.seq) : null };
  });
  const decide = async (request: FastifyRequest, work: (id: string, actor: string) => Promise<ApprovalView>): Promise<ApprovalView> => {
    need(request, 'operator');
    const { id } = request.params as Static<typeof Id>;
    if (ADMIN_KINDS.has((await approvals.show(id)).kind)) need(request, 'admin');
    return work(id, request.actor);
  };
  app.post('/api/approvals/:id/approve', { schema: { params: Id } }, (request) => decide(request, approvals.approve));
  app.post('/api/approvals/:id/deny', { schema: { params: Id } }, (request) => decide(request, approvals.deny));
};

const registerPairings = (app: FastifyInstance, pairings: Pairings): void => {
  app.get('/api/pairings', () => ({ items: pairings.list(), next_cursor: null }));
  app.post('/api/pairings/:code/approve', { schema: { params: Code } }, (request) => {
    need(request, 'operator');
    return pairings.approve((request.params as Static<typeof Code>).code, request.actor);
  });
};

const registerPolicy = (app: FastifyInstance, policy: PolicyOperations): void => {
  app.get('/api/policy', () => policy.current());
  app.put('/api/policy', (request) => {
    need(request, 'admin');
    return policy.replace(request.body, request.actor);
  });
  app.post('/api/policy/explain', { schema: { body: ExplainBody } }, (request) =>
    policy.explain(request.body as Static<typeof ExplainBody>),
  );
  app.post('/api/policy/check', { schema: { body: ReplayBody } }, (request) => {
    const { policy: changed, last } = request.body as Static<typeof ReplayBody>;
    return policy.replay(changed, last);
  });
};

export const registerGovernance = (app: FastifyInstance, { modes, approvals, pairings, policy }: Governance): void => {
  registerModes(app, modes);
  registerApprovals(app, approvals);
  registerPairings(app, pairings);
  registerPolicy(app, policy);
};

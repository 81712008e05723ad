/**
 * A person's consent to one exact request: bound to its hash, used once, expiring. The request is kept with the
 * approval, so what is carried out is what was read; the row judges, in the commit that acts.
 */
import { createHash } from 'node:crypto';
import type { ApprovalRow, ApprovalState, ApprovalUse, AuditEntry } from '../db/unit.ts';
import { AppError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { canonical } from '../lib/canonical.ts';
import { type Clock, isoTime } from '../lib/clock.ts';
import type { NewId } from '../lib/ids.ts';

/** Carries out a request in the turn in which it is approved. `use` belongs into the commit of what it does. */
export type Executor = (request: unknown, use: ApprovalUse, by: { requested_by: string; decided_by: string }) => Promise<unknown>;

export interface ApprovalsDeps {
  ledger: Ledger;
  clock: Clock;
  newId: NewId;
  /** By kind. A kind without one is only marked as approved, and used later by whoever asked. */
  executors: Readonly<Record<string, Executor>>;
  /** By kind: what is shown of a request that only names what it is about. */
  shown?: Readonly<Record<string, (request: unknown) => Promise<unknown>>>;
}

/** How an approval is shown; `state` is `expired` when nobody decided or used it in time. */
export interface ApprovalView {
  id: string;
  seq: number;
  kind: string;
  request: unknown;
  state: ApprovalState | 'expired';
  requested_by: string;
  requested_at: string;
  expires_at: string;
  decided_by: string | null;
  decided_at: string | null;
  used_at: string | null;
}

export const APPROVAL_TTL_MS = 300_000;

export const hashRequest = (kind: string, request: unknown): string =>
  createHash('sha256')
    .update(canonical([kind, request]))
    .digest('hex');

type Stored = NonNullable<Awaited<ReturnType<Ledger['approvalById']>>>;

const place = (id: string) => ['approvals', id, 'request'] as const;
const time = (ms: number | null): string | null => (ms === null ? null : isoTime(ms));

export const createApprovals = ({ ledger, clock, newId, executors, shown = {} }: ApprovalsDeps) => {
  const stateOf = ({ state, expires_at }: Stored): ApprovalView['state'] =>
    (state === 'pending' || state === 'approved') && expires_at <= clock.now() ? 'expired' : state;

  const view = (row: Stored): ApprovalView => ({
    id: row.id,
    seq: row.seq,
    kind: row.kind,
    request: JSON.parse(ledger.openText(row.request, ...place(row.id))),
    state: stateOf(row),
    requested_by: row.requested_by,
    requested_at: isoTime(row.requested_at),
    expires_at: isoTime(row.expires_at),
    decided_by: row.decided_by,
    decided_at: time(row.decided_at),
    used_at: time(row.used_at),
  });

  const full = async (row: Stored): Promise<ApprovalView> => {
    const plain = view(row);
    const show = Object.hasOwn(shown, row.kind) ? shown[row.kind] : undefined;
    return show === undefined ? plain : { ...plain, request: await show(plain.request) };
  };

  const find = async (id: string): Promise<Stored> => {
    const row = await ledger.approvalById(id);
    if (row) return row;
    throw new AppError('NOT_FOUND', `There is no approval ${id}.`, 'agentos approvals list shows them.');
  };

  const conflict = async (id: string): Promise<AppError> => {
    const state = stateOf(await find(id));
    return new AppError('STATE_CONFLICT', `Approval ${id} is ${state}.`, 'An approval counts once, for a short time: ask for a new one.');
  };

  const audited = (row: Pick<Stored, 'id' | 'kind' | 'request_hash'>, actor: string, decision: string): AuditEntry => ({
    at: clock.now(),
    actor,
    action: 'approval.changed',
    subject: row.id,
    decision,
    detail: { kind: row.kind, request_hash: row.request_hash },
    ...(decision === 'pending' ? {} : { requires_approval: row.id }),
  });

  const useOf = (row: Stored, from: 'pending' | 'approved', actor: string): ApprovalUse => ({
    change: {
      id: row.id,
      request_hash: row.request_hash,
      from: [from],
      state: 'used',
      at: clock.now(),
      decided_by: from === 'pending' ? actor : null,
    },
    audit: [audited(row, actor, from === 'pending' ? 'approved' : 'used')],
  });

  const decide = async (row: Stored, state: 'approved' | 'denied', actor: string): Promise<void> => {
    const change = { id: row.id, request_hash: row.request_hash, from: ['pending'] as const, state, at: clock.now(), decided_by: actor };
    const { approvals } = await ledger.commit({ approval_changes: [change], audit: [audited(row, actor, state)] });
    if (!approvals.has(row.id)) throw await conflict(row.id);
  };

  const draft = (kind: string, request: unknown, requested_by: string, ttl_ms = APPROVAL_TTL_MS) => {
    const id = newId();
    const now = clock.now();
    const row: ApprovalRow = {
      id,
      kind,
      request: ledger.sealText(canonical(request), ...place(id)),
      request_hash: hashRequest(kind, request),
      requested_by,
      requested_at: now,
      expires_at: now + ttl_ms,
    };
    return { row, audit: audited(row, requested_by, 'pending') };
  };

  return {
    /** Asks for consent. `request` is JSON without content that does not concern who approves. */
    async request(kind: string, request: unknown, requested_by: string, ttl_ms = APPROVAL_TTL_MS): Promise<ApprovalView> {
      const { row, audit } = draft(kind, request, requested_by, ttl_ms);
      await ledger.commit({ approvals: [row], audit: [audit] });
      return full(await find(row.id));
    },
    /** The same for a commit of the caller's own. */
    draft,

    /** Throws `STATE_CONFLICT` when it was decided before or is over; nothing has happened then. */
    async approve(id: string, actor: string): Promise<ApprovalView> {
      const row = await find(id);
      if (stateOf(row) !== 'pending') throw await conflict(id);
      const executor = Object.hasOwn(executors, row.kind) ? executors[row.kind] : undefined;
      if (executor === undefined) await decide(row, 'approved', actor);
      else {
        const request: unknown = JSON.parse(ledger.openText(row.request, ...place(id)));
        if (hashRequest(row.kind, request) !== row.request_hash) throw await conflict(id);
        await executor(request, useOf(row, 'pending', actor), { requested_by: row.requested_by, decided_by: actor });
      }
      return full(await find(id));
    },

    async deny(id: string, actor: string): Promise<ApprovalView> {
      const row = await find(id);
      if (stateOf(row) !== 'pending') throw await conflict(id);
      await decide(row, 'denied', actor);
      return full(await find(id));
    },

    /**
     * What must go into the commit that carries out an approved request. Throws `STATE_CONFLICT` unless it was approved,
     * was not used, is not over, and is for exactly this request. The commit's result says whether it counted.
     */
    async use(id: string, kind: string, request: unknown, actor: string): Promise<ApprovalUse> {
      const row = await find(id);
      if (stateOf(row) !== 'approved') throw await conflict(id);
      if (row.request_hash !== hashRequest(kind, request)) {
        throw new AppError(
          'STATE_CONFLICT',
          `Approval ${id} is for another request.`,
          'Approved is one exact request: ask again for this one.',
        );
      }
      return useOf(row, 'approved', actor);
    },

    show: async (id: string): Promise<ApprovalView> => full(await find(id)),
    /** With the request as it was hashed. */
    plain: async (id: string): Promise<ApprovalView> => view(await find(id)),
    async list(page: { before: number | null; limit: number }): Promise<ApprovalView[]> {
      return Promise.all((await ledger.listApprovals(page)).map(full));
    },
  };
};

export type Approvals = ReturnType<typeof createApprovals>;

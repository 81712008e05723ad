/**
 * Outgoing requests of agents, commands and operators: one way, one order of checks, and evidence of each. What leaves
 * was written as `started` before, reads too: an address can carry something out, and the commit costs less than the
 * request.
 */
import { createHash } from 'node:crypto';
import type { Approvals, Executor } from '../approvals/approvals.ts';
import type { StoredEvidence } from '../db/tables/evidence.ts';
import { AppError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { NewId } from '../lib/ids.ts';
import { createSerial } from '../lib/serial.ts';
import type { OperationDecision } from '../policy/decide-operation.ts';
import { type Caller, callerKey } from './caller.ts';
import { CONNECTOR_REQUEST, createConsents } from './consent.ts';
import { createEvidence, type Fate, type Pending } from './evidence.ts';
import { createJudge, type JudgeDeps, NO_REQUESTS, type Verdict, WINDOW_MS } from './judge.ts';
import { type Offered, offeredOperations } from './offered.ts';
import { createPending } from './pending.ts';
import type { ConnectorRequest, ConnectorResponse, RequestStatus } from './request.ts';
import { answerTo, conflict, createRuns, type RunsDeps } from './runs.ts';

/** Requests of each caller to each connector within the last minute. */
export interface RequestTimes {
  /** Oldest first. */ times(key: string, at: number, window_ms: number): readonly number[];
  remember(key: string, at: number): void;
}

export interface ServiceDeps extends JudgeDeps, Pick<RunsDeps, 'clock' | 'deliver' | 'on_error' | 'probe'> {
  ledger: Ledger;
  newId: NewId;
  approvals: Pick<Approvals, 'draft' | 'plain' | 'use'>;
  times: RequestTimes;
}

/** What cannot be done is a failure, what may not be done is denied. */
const CANNOT: ReadonlySet<string> = new Set(['CONNECTOR_NOT_FOUND', 'NOT_SUPPORTED', 'INVALID_PARAMS']);

const statusOf = (decision: Exclude<OperationDecision, { effect: 'allow' }>): RequestStatus => {
  if (decision.effect === 'deny') return CANNOT.has(decision.code) ? 'failed' : 'denied';
  return decision.effect === 'fail' ? 'failed' : decision.effect;
};

export const createCommunicationService = (deps: ServiceDeps) => {
  const { ledger, clock, approvals } = deps;
  const now = (): number => clock.now();
  const judging = createJudge(deps);
  const { judge, limitsOf } = judging;
  const evidence = createEvidence(ledger, now);
  const runs = createRuns({ ...deps, judge: judging, evidence });
  const { commit } = runs;
  const consents = createConsents({ ledger, approvals, directory: deps.directory, evidence, now });
  const prepare = createPending({ ledger, newId: deps.newId, now, sanitizes: (id) => limitsOf(id).sanitize_inputs });
  const alone = createSerial();
  const rateKey = ({ caller, asked }: Pending): string => JSON.stringify([asked.connector_type, callerKey(caller)]);

  /** What is not carried out, or not yet: one commit. */
  const refuse = async (pending: Pending, verdict: Verdict, status: RequestStatus, error: Verdict['error']): Promise<ConnectorResponse> => {
    const { decision, effect } = verdict;
    const draft =
      status === 'requires_approval'
        ? approvals.draft(CONNECTOR_REQUEST, consents.bind(pending, pending.evidence_id), pending.caller.actor)
        : null;
    const told = error && draft ? { ...error, approval_id: draft.row.id } : error;
    const fate: Fate = {
      state: status,
      rule: decision.rule,
      effect,
      counted: status === 'requires_approval',
      approval_id: draft?.row.id ?? null,
      error: told,
    };
    const result = await commit(pending, {
      evidence: [evidence.row(pending, fate)],
      approvals: draft ? [draft.row] : [],
      audit: [
        evidence.audit(pending, 'connector.requested', status, { rule: decision.rule, code: told?.code, approval_id: draft?.row.id }),
        ...(draft ? [draft.audit] : []),
      ],
    });
    if (!result.evidence.has(pending.evidence_id)) throw conflict(pending.evidence_id);
    return answerTo(pending, { status, data: null, error: told, provenance: null });
  };

  const collect = async (pending: Pending, row: StoredEvidence): Promise<ConnectorResponse> => {
    const stored = { ...pending, evidence_id: row.id };
    const { evidence: changed } = await commit(stored, {
      evidence_changes: [{ id: row.id, from: [row.state], state: row.state, code: row.code, collected_at: now() }],
      audit: [evidence.audit(stored, 'connector.collected', row.state, { approval_id: row.approval_id })],
    });
    if (!changed.has(row.id)) throw conflict(stored.evidence_id);
    return evidence.responseOf(row);
  };

  const notApproved = (pending: Pending, verdict: Verdict, message: string, hint: string): Promise<ConnectorResponse> =>
    refuse(pending, verdict, 'denied', { code: 'APPROVAL_REQUIRED', message, hint });

  const decide = async (pending: Pending, approval_id: string | null): Promise<ConnectorResponse> => {
    const consent = approval_id === null ? null : await consents.of(approval_id, pending);
    if (consent?.kind === 'collect') return collect(pending, consent.row);
    // From here to the count one turn: two requests never take the same last place. An approved one counted when it was asked for.
    const at = now();
    const key = rateKey(pending);
    const uses = consent?.kind === 'use';
    const verdict = judge(pending.asked, uses ? NO_REQUESTS : { times: deps.times.times(key, at, WINDOW_MS), at }, uses);
    const { decision, error } = verdict;
    if (decision.effect === 'requires_approval' && consent?.kind === 'refused')
      return notApproved(pending, verdict, consent.message, consent.hint);
    if (!uses && (decision.effect === 'allow' || decision.effect === 'requires_approval')) deps.times.remember(key, at);
    if (decision.effect !== 'allow') return refuse(pending, verdict, statusOf(decision), error);
    if (!uses) return runs.start(pending, verdict);
    const stored = { ...pending, evidence_id: consent.row.id, request_id: consent.row.request_id };
    if (await runs.startApproved(stored, consent.use, pending.caller.actor)) return runs.finish(stored, approval_id, true);
    return notApproved(pending, verdict, `Approval ${approval_id} cannot be used any more.`, 'Ask for a new one.');
  };

  /** The answer that the same request had before under its key. */
  const repeated = async (pending: Pending): Promise<ConnectorResponse | null> => {
    const row = pending.idempotency_key === null ? undefined : await ledger.evidenceByKey(pending.idempotency_key);
    if (row === undefined) return null;
    if (row.request_hash === pending.request_hash) return evidence.responseOf(row);
    throw new AppError(
      'IDEMPOTENCY_KEY_REUSED',
      'This Idempotency-Key was sent with another request.',
      'Choose a new key for each request.',
    );
  };

  /** Carries out what a person has just approved, once. What cannot be carried out now stays approved until it is over. */
  const executor: Executor = (request, use, { decided_by }) =>
    alone(`approval ${use.change.id}`, async () => {
      const { row, pending } = await consents.stored(request);
      const verdict = judge(pending.asked, NO_REQUESTS, true);
      const over = new AppError('STATE_CONFLICT', `Approval ${use.change.id} cannot be used any more.`, 'Ask for a new one.');
      if (verdict.error !== null) {
        const { rule } = verdict.decision;
        const detail = { rule, code: verdict.error.code, approval_id: use.change.id };
        const { requires_evidence: _, ...refused } = evidence.audit(pending, 'connector.requested', 'denied', detail);
        const { approvals: changed } = await commit(pending, {
          approval_changes: [{ ...use.change, state: 'approved' }],
          audit: [...use.audit, { ...refused, actor: decided_by, requires_approval: use.change.id }],
        });
        if (!changed.has(use.change.id)) throw over;
        return;
      }
      if (!(await runs.startApproved({ ...pending, idempotency_key: null }, use, decided_by))) throw over;
      await runs.finish(pending, row.approval_id, false);
    });

  return {
    /**
     * Resolves with an answer of whatever status once its evidence is durable. Rejects with `DATABASE_UNAVAILABLE` when
     * that cannot be written, and with `IDEMPOTENCY_KEY_REUSED`; `idempotency_key` names the request among its actor's.
     */
    async execute(request: ConnectorRequest, caller: Caller, idempotency_key: string | null = null): Promise<ConnectorResponse> {
      const key = idempotency_key === null ? null : createHash('sha256').update(`${caller.actor}\n${idempotency_key}`).digest('base64url');
      const approval_id = typeof request.approval_id === 'string' ? request.approval_id : null;
      const pending = await prepare(request, caller, key);
      const once = async () => (await repeated(pending)) ?? (await decide(pending, approval_id));
      const withApproval = () => (approval_id === null ? once() : alone(`approval ${approval_id}`, once));
      return key === null ? withApproval() : alone(`key ${key}`, withApproval);
    },
    /** What the policy allows to ask for, whatever the mode and the phase. */
    offered: (): readonly Offered[] => offeredOperations(deps),
    executor,
    shown: consents.shown,
    /** Requests of the last minute that an earlier process has answered count on. */
    async remember(): Promise<void> {
      for (const row of (await ledger.recentRequests(now() - WINDOW_MS, 10_000)).reverse()) {
        const { caller_kind, actor, channel_id, user_key, session_id, connector_id } = row;
        const caller = { kind: caller_kind as Caller['kind'], actor, channel_id, user_key, session_id };
        if (connector_id !== null) deps.times.remember(JSON.stringify([connector_id, callerKey(caller)]), row.requested_at);
      }
    },
    /** Resolves when nothing is under way. */
    idle: runs.idle,
  };
};

export type RequestService = ReturnType<typeof createCommunicationService>;

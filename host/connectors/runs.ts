/** From `started` to the end: what a request that may be carried out writes, and the call between. */
import type { ApprovalUse, Unit, UnitResult } from '../db/unit.ts';
import { AppError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Clock } from '../lib/clock.ts';
import type { Caller } from './caller.ts';
import { carryOut, type Result } from './carry-out.ts';
import type { Evidence, Fate, Pending } from './evidence.ts';
import { type Judge, NO_REQUESTS, type Verdict } from './judge.ts';
import type { ConnectorResponse } from './request.ts';

/** What an approved request brought, for the conversation that asked for it. */
export interface Delivered {
  caller: Caller;
  approval_id: string;
  request: { connector_type: string; operation: string };
  response: ConnectorResponse;
}

/** Rows for the commit that records the end of an approved request, and what to do after it (null: it failed). */
export interface Delivery {
  unit: Unit;
  done(result: UnitResult | null): void;
}

export interface RunsDeps {
  ledger: Pick<Ledger, 'commit'>;
  clock: Clock;
  judge: Judge;
  evidence: Evidence;
  deliver?: ((delivered: Delivered) => Promise<Delivery | null>) | undefined;
  on_error(error: unknown, what: string): void;
  probe?: ((point: 'request.started' | 'request.called', evidence_id: string) => void) | undefined;
}

export const conflict = (evidence_id: string): AppError =>
  new AppError('STATE_CONFLICT', `Another request has taken the place of ${evidence_id}.`, 'Ask again.');

export const answerTo = (
  { request_id, evidence_id }: Pending,
  { status, data, error, provenance }: Pick<ConnectorResponse, 'status' | 'data' | 'error' | 'provenance'>,
): ConnectorResponse => ({ request_id, status, data, error, evidence_id, provenance });

export const createRuns = (deps: RunsDeps) => {
  const { ledger, clock, evidence } = deps;
  const { judge, limitsOf } = deps.judge;
  const now = (): number => clock.now();

  const commit = async (pending: Pending, unit: Unit): Promise<UnitResult> => {
    try {
      return await ledger.commit(unit);
    } catch (error) {
      throw new AppError(
        'DATABASE_UNAVAILABLE',
        'The evidence of the request could not be written.',
        `What does not stand there did not leave. Evidence ${pending.evidence_id}, once the database can be written.`,
        { cause: error },
      );
    }
  };

  /** It stands as `started`. What was strict enough before the commit may not be so any more. */
  const carry = async (pending: Pending): Promise<Result> => {
    deps.probe?.('request.started', pending.evidence_id);
    const { asked } = pending;
    const { decision, connector, policy, addresses, error } = judge(asked, NO_REQUESTS, true);
    if (error !== null || connector === null || policy === null || decision.effect !== 'allow') {
      const status = decision.effect === 'fail' ? 'failed' : 'denied';
      return { status, data: null, provenance: null, error: error as NonNullable<typeof error> };
    }
    const domains = { allowed: policy.allowed_domains, blocked: policy.blocked_domains };
    const call = {
      connector,
      operation: asked.operation,
      params: asked.params,
      limits: limitsOf(asked.connector_type),
      domains,
      addresses,
    };
    const result = await carryOut(call, clock);
    deps.probe?.('request.called', pending.evidence_id);
    return result;
  };

  const running = new Set<Promise<unknown>>();
  const tracked = <Value>(work: Promise<Value>): Promise<Value> => {
    running.add(work);
    const over = (): void => void running.delete(work);
    work.then(over, over);
    return work;
  };

  const finish = async (pending: Pending, approval_id: string | null, collects: boolean): Promise<ConnectorResponse> => {
    const result = await carry(pending);
    const ending = evidence.ending(pending, result);
    const response = answerTo(pending, result);
    const { caller, asked } = pending;
    const delivery =
      approval_id === null || collects || pending.session_id === null
        ? null
        : await deps
            .deliver?.({ caller, approval_id, request: { connector_type: asked.connector_type, operation: asked.operation }, response })
            .catch((error) => void deps.on_error(error, 'hand the result of an approved request to its conversation'));
    const change = collects && approval_id !== null ? { ...ending.change, collected_at: now() } : ending.change;
    const unit: Unit = { ...delivery?.unit, evidence_changes: [change], audit: [...(delivery?.unit.audit ?? []), ending.audit] };
    try {
      const result = await commit(pending, unit);
      delivery?.done(result);
    } catch (error) {
      delivery?.done(null);
      throw error;
    }
    return response;
  };

  const start = async (pending: Pending, verdict: Verdict): Promise<ConnectorResponse> => {
    const fate: Fate = {
      state: 'started',
      rule: verdict.decision.rule,
      effect: verdict.effect,
      counted: true,
      approval_id: null,
      error: null,
    };
    const result = await commit(pending, {
      evidence: [evidence.row(pending, fate)],
      audit: [evidence.audit(pending, 'connector.requested', 'started', { rule: fate.rule })],
    });
    if (!result.evidence.has(pending.evidence_id)) throw conflict(pending.evidence_id);
    return finish(pending, null, false);
  };

  /** The approval is consumed in the commit that marks the evidence as started. False: it did not count. */
  const startApproved = async (pending: Pending, use: ApprovalUse, actor: string): Promise<boolean> => {
    const { evidence_id } = pending;
    const approval_id = use.change.id;
    const result = await commit(pending, {
      approval_changes: [use.change],
      evidence_changes: [
        {
          id: evidence_id,
          from: ['requires_approval'],
          state: 'started',
          rule: 'approval',
          started_at: now(),
          idempotency_key: pending.idempotency_key,
          requires_approval: approval_id,
        },
      ],
      audit: [...use.audit, { ...evidence.audit(pending, 'connector.requested', 'started', { rule: 'approval', approval_id }), actor }],
    });
    return result.approvals.has(approval_id) && result.evidence.has(evidence_id);
  };

  return {
    commit,
    /** Resolves with the answer when its end is written too. */
    start: (pending: Pending, verdict: Verdict): Promise<ConnectorResponse> => tracked(start(pending, verdict)),
    startApproved,
    /** `collects`: whoever asked waits for the answer; else it goes to their session. */
    finish: (pending: Pending, approval_id: string | null, collects: boolean): Promise<ConnectorResponse> =>
      tracked(finish(pending, approval_id, collects)),
    /** Resolves when nothing is under way. */
    async idle(): Promise<void> {
      while (running.size > 0) await Promise.allSettled([...running]);
    },
  };
};

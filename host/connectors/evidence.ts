/** The record of each request: its row, its entry in the audit trail, and the answer that is read from it again. */
import { createHash } from 'node:crypto';
import type { StoredEvidence } from '../db/tables/evidence.ts';
import type { AuditEntry, EvidenceChange, EvidenceRow, EvidenceState } from '../db/unit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { canonical } from '../lib/canonical.ts';
import type { Caller, CallerKind } from './caller.ts';
import type { Result } from './carry-out.ts';
import type { Asked } from './judge.ts';
import type { ConnectorResponse, Provenance, RequestError } from './request.ts';

/** A request on its way, its caller resolved. */
export interface Pending {
  evidence_id: string;
  request_id: string;
  asked: Asked;
  caller: Caller;
  session_id: string | null;
  /** Over connector, operation, parameters and session. */
  request_hash: string;
  requested_at: number;
  idempotency_key: string | null;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export const hashOfRequest = ({ connector_type, operation, params }: Asked, session_id: string | null): string =>
  sha256(canonical([connector_type, operation, params, session_id]));

/** Only what a connector or an operation could be called stands in clear: anything else may be content. */
const NAME = /^[a-z][a-z0-9_]{0,63}$/;
const nameOf = (name: string): string | null => (NAME.test(name) ? name : null);

const ownerOf = ({ evidence_id, caller }: Pending) => ({
  id: evidence_id,
  channel_id: caller.channel_id ?? '',
  conversation_key: caller.conversation_key ?? '',
  user_key: caller.user_key ?? null,
});

const resultText = ({ data, provenance, error }: Pick<Result, 'data' | 'provenance' | 'error'>): string =>
  JSON.stringify(error === null ? { data, provenance } : { error });

/** Of what was refused: whoever is over a limit must not fill the disk by it. */
const MOST_OF_A_REFUSAL = 65_536;

const requestText = ({ connector_type, operation, params }: Asked, state: EvidenceState): string => {
  const text = JSON.stringify({ connector_type, operation, params });
  const kept = state === 'started' || state === 'requires_approval' || text.length <= MOST_OF_A_REFUSAL;
  return kept ? text : JSON.stringify({ connector_type, operation, params: null });
};

export interface Fate {
  state: EvidenceState;
  rule: string;
  effect: 'read' | 'write' | null;
  counted: boolean;
  approval_id: string | null;
  error: RequestError | null;
}

export const createEvidence = (ledger: Pick<Ledger, 'sealEvidence' | 'openEvidence'>, now: () => number) => {
  const seal = (pending: Pending, text: string): string => ledger.sealEvidence(ownerOf(pending), 'result', text);

  const audit = (pending: Pending, action: string, decision: string, detail: Record<string, unknown>): AuditEntry => ({
    at: now(),
    actor: pending.caller.actor,
    action,
    person_id: pending.caller.person_id ?? null,
    subject: pending.evidence_id,
    decision,
    detail: {
      connector_id: nameOf(pending.asked.connector_type),
      operation: nameOf(pending.asked.operation),
      caller_kind: pending.caller.kind,
      session_id: pending.session_id,
      request_hash: pending.request_hash,
      ...detail,
    },
    requires_evidence: pending.evidence_id,
  });

  return {
    audit,
    row(pending: Pending, fate: Fate): EvidenceRow {
      const { asked, caller } = pending;
      const owner = ownerOf(pending);
      const result = fate.error === null ? null : resultText({ data: null, provenance: null, error: fate.error });
      const at = now();
      return {
        ...owner,
        request_id: pending.request_id,
        connector_id: nameOf(asked.connector_type),
        operation: nameOf(asked.operation),
        effect: fate.effect,
        caller_kind: caller.kind,
        actor: caller.actor,
        person_id: caller.person_id ?? null,
        session_id: pending.session_id,
        message_id: caller.message_id ?? null,
        approval_id: fate.approval_id,
        // A refusal that may be lifted does not use a key up: the same request may be sent again with it.
        idempotency_key: fate.state === 'started' || fate.state === 'requires_approval' ? pending.idempotency_key : null,
        state: fate.state,
        rule: fate.rule,
        code: fate.error?.code ?? null,
        counted: fate.counted ? 1 : 0,
        request_hash: pending.request_hash,
        result_hash: result === null ? null : sha256(result),
        request: ledger.sealEvidence(owner, 'request', requestText(asked, fate.state)),
        result: result === null ? null : seal(pending, result),
        requested_at: pending.requested_at,
        started_at: fate.state === 'started' ? at : null,
        finished_at: fate.state === 'started' || fate.state === 'requires_approval' ? null : at,
      };
    },
    /** How a request that was started ended. */
    ending(pending: Pending, result: Result): { change: EvidenceChange; audit: AuditEntry } {
      const text = resultText(result);
      const code = result.error?.code ?? null;
      const result_hash = sha256(text);
      return {
        change: {
          id: pending.evidence_id,
          from: ['started'],
          state: result.status,
          code,
          result: seal(pending, text),
          result_hash,
          finished_at: now(),
        },
        audit: audit(pending, 'connector.finished', result.status, { code, result_hash }),
      };
    },
    /** The request of a row that was kept; null when its content is gone. */
    pendingOf(row: StoredEvidence): Pending | null {
      const text = ledger.openEvidence(row, 'request');
      if (text === null) return null;
      const asked = { ...(JSON.parse(text) as Omit<Asked, 'problem'>), problem: null };
      return {
        evidence_id: row.id,
        request_id: row.request_id,
        asked,
        caller: {
          kind: row.caller_kind as CallerKind,
          actor: row.actor,
          session_id: row.session_id,
          message_id: row.message_id,
          channel_id: row.channel_id === '' ? null : row.channel_id,
          conversation_key: row.conversation_key,
          user_key: row.user_key,
          person_id: row.person_id,
        },
        session_id: row.session_id,
        request_hash: row.request_hash,
        requested_at: row.requested_at,
        idempotency_key: row.idempotency_key,
      };
    },
    /** The answer that a row once gave. */
    responseOf(row: StoredEvidence): ConnectorResponse {
      const { request_id, id: evidence_id, state } = row;
      const text = ledger.openEvidence(row, 'result');
      const kept = text === null ? null : (JSON.parse(text) as { data?: unknown; provenance?: Provenance; error?: RequestError });
      if (state === 'success')
        return { request_id, status: state, data: kept?.data ?? null, error: null, evidence_id, provenance: kept?.provenance ?? null };
      const unknown: RequestError = {
        code: 'CONNECTOR_ERROR',
        message: 'The host stopped while the request was under way: whether it was carried out, nobody can say.',
        hint: 'Look at the other side before you ask again.',
      };
      const status = state === 'unknown' || state === 'started' ? 'failed' : state;
      return { request_id, status, data: null, error: kept?.error ?? unknown, evidence_id, provenance: null };
    },
  };
};

export type Evidence = ReturnType<typeof createEvidence>;

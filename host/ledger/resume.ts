/** What the process before left in flight. */
import type { StoredMessage } from '../db/tables/messages.ts';
import type { AuditEntry, MessageChange } from '../db/unit.ts';
import type { Clock } from '../lib/clock.ts';
import type { Ledger } from './ledger.ts';

export interface ResumeDeps {
  ledger: Ledger;
  clock: Clock;
  /** Channels whose unknown deliveries may be sent again. */
  resend(channel_id: string): boolean;
}

const PAGE = 500;

const finished = (row: StoredMessage, action: string, state: string, reason: string, at: number): AuditEntry => ({
  at,
  actor: 'host',
  action,
  person_id: row.person_id,
  subject: row.id,
  decision: state,
  detail: { channel_id: row.channel_id, reason },
  requires_message: row.id,
});

interface Outcome {
  changes: MessageChange[];
  audit: AuditEntry[];
}

const resendIt = (row: StoredMessage, now: number): Outcome => ({
  changes: [{ id: row.id, from: ['sending'], state: 'pending', reason: 'INTERRUPTED', attempts: row.attempts + 1 }],
  audit: [finished(row, 'delivery.retry', 'pending', 'INTERRUPTED', now)],
});

const giveUp = async (ledger: Ledger, row: StoredMessage, now: number): Promise<Outcome> => {
  const parts = row.in_reply_to === null ? [] : await ledger.answersTo(row.in_reply_to);
  const later = parts.filter((part) => (part.part ?? 0) > (row.part ?? 0));
  return {
    changes: [
      { id: row.id, from: ['sending'], state: 'unknown', reason: 'INTERRUPTED', attempts: row.attempts + 1, finished_at: now },
      ...later.map(
        (part): MessageChange => ({
          id: part.id,
          from: ['pending', 'held'],
          state: 'dead',
          reason: 'EARLIER_PART_FAILED',
          held_by: null,
          finished_at: now,
        }),
      ),
    ],
    audit: [
      finished(row, 'delivery.finished', 'unknown', 'INTERRUPTED', now),
      ...later.map((part) => finished(part, 'delivery.finished', 'dead', 'EARLIER_PART_FAILED', now)),
    ],
  };
};

/**
 * A `sending` row found at start is `unknown`: whether the request left, nobody can say any more. It is
 * neither forgotten nor repeated. Later parts of the same answer are not sent. Returns how many there were.
 */
export const failInterrupted = async ({ ledger, clock, resend }: ResumeDeps): Promise<number> => {
  let count = 0;
  for (;;) {
    const rows = await ledger.interruptedOutbound(PAGE);
    if (rows.length === 0) return count;
    const now = clock.now();
    const outcomes = await Promise.all(rows.map((row) => (resend(row.channel_id) ? resendIt(row, now) : giveUp(ledger, row, now))));
    await ledger.commit({ message_changes: outcomes.flatMap(({ changes }) => changes), audit: outcomes.flatMap(({ audit }) => audit) });
    count += rows.length;
  }
};

/** A connector request that was under way: whether it was carried out, nobody can say any more. Returns how many there were. */
export const failInterruptedRequests = async ({ ledger, clock }: Pick<ResumeDeps, 'ledger' | 'clock'>): Promise<number> => {
  let count = 0;
  for (;;) {
    const rows = await ledger.startedEvidence(PAGE);
    if (rows.length === 0) return count;
    const at = clock.now();
    await ledger.commit({
      evidence_changes: rows.map(({ id }) => ({
        id,
        from: ['started'],
        state: 'unknown',
        code: 'INTERRUPTED',
        finished_at: at,
      })),
      audit: rows.map(({ id, person_id, connector_id, operation }) => ({
        at,
        actor: 'host',
        action: 'connector.finished',
        person_id,
        subject: id,
        decision: 'unknown',
        detail: { connector_id, operation, reason: 'INTERRUPTED' },
        requires_evidence: id,
      })),
    });
    count += rows.length;
  }
};

/** One outbound message on its way: what the outbox keeps of it in memory. */
import type { OutboundMessage } from '../../schemas/message.ts';
import type { StoredMessage } from '../db/tables/messages.ts';
import type { AuditEntry, MessageChange, MessageRow } from '../db/unit.ts';
import type { Settlement } from './settle.ts';

export interface Delivery {
  id: string;
  seq: number;
  conversation_key: string;
  in_reply_to: string | null;
  person_id: string | null;
  created_at: number;
  attempts: number;
  next_attempt_at: number | null;
  message: OutboundMessage;
}

export const deliveryOfRow = (row: StoredMessage, message: OutboundMessage): Delivery => ({
  id: row.id,
  seq: row.seq,
  conversation_key: row.conversation_key,
  in_reply_to: row.in_reply_to,
  person_id: row.person_id,
  created_at: row.received_at,
  attempts: row.attempts,
  next_attempt_at: row.next_attempt_at,
  message,
});

/** A delivery whose row was written a moment ago. */
export const newDelivery = (row: MessageRow, seq: number, message: OutboundMessage): Delivery => ({
  id: row.id,
  seq,
  conversation_key: row.conversation_key,
  in_reply_to: row.in_reply_to,
  person_id: row.person_id,
  created_at: row.received_at,
  attempts: 0,
  next_attempt_at: null,
  message,
});

/** Waiting for its turn → under way. Only a row that still waits changes: an operator may have dropped it. */
export const claimChange = (delivery: Delivery): MessageChange => ({
  id: delivery.id,
  from: ['pending', 'held'],
  state: 'sending',
  held_by: null,
  next_attempt_at: null,
});

/** The lane goes on after these; after `pending` and `held` it waits. */
const FREES_LANE: ReadonlySet<string> = new Set(['sent', 'unknown', 'dead']);
export const freesLane = (settlement: Settlement): boolean => FREES_LANE.has(settlement.state);

export const settledChange = (delivery: Delivery, settlement: Settlement, sealed_error: string | null, now: number): MessageChange => ({
  id: delivery.id,
  from: ['sending'],
  state: settlement.state,
  reason: settlement.reason,
  error: sealed_error,
  attempts: settlement.attempts,
  next_attempt_at: settlement.next_attempt_at,
  held_by: settlement.state === 'held' ? 'account' : null,
  ...(settlement.platform_message_id === null ? {} : { platform_message_id: settlement.platform_message_id }),
  ...(settlement.state === 'sent' ? { sent_at: now } : {}),
  ...(freesLane(settlement) ? { finished_at: now } : {}),
});

export const deliveryAudit = (
  delivery: Delivery,
  action: 'delivery.finished' | 'delivery.retry' | 'delivery.held',
  ended: { state: string; reason: string | null; attempts: number },
  now: number,
): AuditEntry => ({
  at: now,
  actor: 'host',
  action,
  person_id: delivery.person_id,
  subject: delivery.id,
  decision: ended.state,
  detail: { channel_id: delivery.message.channel_id, attempts: ended.attempts, ...(ended.reason ? { reason: ended.reason } : {}) },
});

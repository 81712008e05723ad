/** How rows are shown to the outside: times in ISO 8601, sealed values opened, no column that is only ours. */
import type { StoredEvidence } from '../db/tables/evidence.ts';
import type { StoredMessage } from '../db/tables/messages.ts';
import { isoTime } from '../lib/clock.ts';
import { attachmentId } from './attachments.ts';
import type { Ledger } from './ledger.ts';

const time = (ms: number | null): string | null => (ms === null ? null : isoTime(ms));

/** One message or delivery, its text included. */
export const messageView = (ledger: Ledger, row: StoredMessage) => {
  const content = row.direction === 'inbound' ? ledger.inboundMessage(row) : ledger.outboundMessage(row);
  return {
    id: row.id,
    seq: row.seq,
    direction: row.direction,
    channel_id: row.channel_id,
    message_id: row.message_id,
    event_id: row.event_id,
    type: row.type,
    text: content.text,
    attachments:
      row.direction === 'inbound'
        ? content.attachments.map((attachment, index) => ({ id: attachmentId(row.id, index), ...attachment }))
        : content.attachments,
    user_key: row.user_key,
    user_name: 'user_name' in content ? content.user_name : null,
    conversation_key: row.conversation_key,
    conversation_type: row.conversation_type,
    thread_key: row.thread_key,
    session_id: row.session_id,
    in_reply_to: row.in_reply_to,
    part: row.part,
    state: row.state,
    reason: row.reason,
    error: ledger.openError('messages', row.id, row.error),
    attempts: row.attempts,
    next_attempt_at: time(row.next_attempt_at),
    held_by: row.held_by,
    platform_message_id: row.platform_message_id,
    received_at: isoTime(row.received_at),
    dispatched_at: time(row.dispatched_at),
    finished_at: time(row.finished_at),
    sent_at: time(row.sent_at),
    delivered_at: time(row.delivered_at),
    read_at: time(row.read_at),
  };
};

export type MessageView = ReturnType<typeof messageView>;

/** The whole life of one message: its event, itself, what was asked of connectors for it, its deliveries, and what the audit trail says of them. */
export const traceOf = async (ledger: Ledger, id: string) => {
  const row = await ledger.messageById(id);
  if (!row) return null;
  const inbound = row.direction === 'inbound' ? row : row.in_reply_to ? await ledger.messageById(row.in_reply_to) : undefined;
  const event = inbound?.event_id ? await ledger.eventOfMessage(inbound.channel_id, inbound.event_id) : undefined;
  const deliveries = inbound ? await ledger.answersTo(inbound.id) : [row];
  const requests = inbound ? await ledger.evidenceOfMessage(inbound.id) : [];
  const subjects = [event, inbound, ...requests, ...deliveries].flatMap((each) => (each ? [each.id] : []));
  const audit = await ledger.auditOf(subjects);
  return {
    id,
    event: event
      ? {
          id: event.id,
          event_id: event.event_id,
          source: event.source,
          state: event.state,
          deliveries: event.deliveries,
          attempts: event.attempts,
          received_at: isoTime(event.received_at),
          error_code: event.error_code,
          error: ledger.openError('events', event.id, event.error),
        }
      : null,
    message: inbound ? messageView(ledger, inbound) : null,
    // What was asked and what came back is in the evidence itself.
    requests: requests.map((request) => ({
      evidence_id: request.id,
      connector_type: request.connector_id,
      operation: request.operation,
      effect: request.effect,
      state: request.state,
      code: request.code,
      requested_at: isoTime(request.requested_at),
      finished_at: time(request.finished_at),
    })),
    deliveries: deliveries.map((delivery) => messageView(ledger, delivery)),
    audit: audit.map((entry) => ({
      seq: entry.seq,
      at: isoTime(entry.at),
      actor: entry.actor,
      action: entry.action,
      subject: entry.subject,
      decision: entry.decision,
      detail: entry.detail === null ? null : (JSON.parse(entry.detail) as unknown),
    })),
  };
};

export type Trace = NonNullable<Awaited<ReturnType<typeof traceOf>>>;

const json = (text: string | null): Record<string, unknown> | null => (text === null ? null : JSON.parse(text));

/** The record of one connector request: what was asked, how it was decided and what came back, as far as it is kept. */
export const evidenceView = (ledger: Ledger, row: StoredEvidence) => {
  const request = json(ledger.openEvidence(row, 'request'));
  const result = json(ledger.openEvidence(row, 'result'));
  return {
    id: row.id,
    seq: row.seq,
    request_id: row.request_id,
    connector_type: (request?.connector_type ?? row.connector_id) as string | null,
    operation: (request?.operation ?? row.operation) as string | null,
    effect: row.effect,
    params: (request?.params ?? null) as Record<string, unknown> | null,
    caller: { kind: row.caller_kind, actor: row.actor },
    session_id: row.session_id,
    channel_id: row.channel_id === '' ? null : row.channel_id,
    user_key: row.user_key,
    message_id: row.message_id,
    approval_id: row.approval_id,
    state: row.state,
    rule: row.rule,
    code: row.code,
    data: result?.data ?? null,
    error: (result?.error ?? null) as Record<string, unknown> | null,
    provenance: (result?.provenance ?? null) as Record<string, unknown> | null,
    request_hash: row.request_hash,
    result_hash: row.result_hash,
    requested_at: isoTime(row.requested_at),
    started_at: time(row.started_at),
    finished_at: time(row.finished_at),
  };
};

export type EvidenceView = ReturnType<typeof evidenceView>;

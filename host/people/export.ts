/** Everything that is stored of one person, readable. */
import type { StoredEvidence } from '../db/tables/evidence.ts';
import type { StoredMessage } from '../db/tables/messages.ts';
import { AppError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { PersonRecords } from '../ledger/person-records.ts';
import { isoTime } from '../lib/clock.ts';
import { NOT_REACHED } from './erase.ts';

const PAGE = 500;

const everyPage = async <Row extends { seq: number }>(read: (after_seq: number, limit: number) => Promise<Row[]>): Promise<Row[]> => {
  const all: Row[] = [];
  for (let after = 0; ; ) {
    const rows = await read(after, PAGE);
    all.push(...rows);
    if (rows.length < PAGE) return all;
    after = rows.at(-1)?.seq as number;
  }
};

export interface ExportDeps {
  ledger: Ledger;
  records: PersonRecords;
  now(): number;
  view(row: StoredMessage): object;
  viewEvidence(row: StoredEvidence): object;
}

/** Throws `NOT_FOUND` when nothing is stored. Messages in both directions, oldest first. */
export const exportPerson = async ({ records, now, view, viewEvidence, ledger }: ExportDeps, channel_id: string, user_key: string) => {
  const person_id = (await records.personOf(channel_id, user_key)) ?? null;
  const direct = await records.directConversations(channel_id, user_key);
  const messages = await everyPage((after, limit) => records.messages({ channel_id, user_key, direct }, after, limit));
  const evidence = await everyPage((after, limit) => records.evidence({ channel_id, user_key, direct }, after, limit));
  const sessions = await records.sessions(channel_id, user_key);
  const pairing = await records.pairing(channel_id, user_key);
  if (person_id === null && messages.length === 0 && evidence.length === 0 && sessions.length === 0 && pairing === undefined)
    throw new AppError(
      'NOT_FOUND',
      `Nothing is stored of this user of ${channel_id}.`,
      'Channel and user key as GET /api/messages shows them.',
    );
  const events = await records.events(channel_id, [...new Set(messages.flatMap(({ event_id }) => event_id ?? []))]);
  const audit = person_id === null ? [] : await everyPage((after, limit) => records.audit(person_id, after, limit));
  return {
    exported_at: isoTime(now()),
    channel_id,
    user_key,
    person_id,
    sessions: sessions.map(({ id, conversation_key, thread_key, state, created_at, last_active_at }) => ({
      id,
      conversation_key,
      thread_key,
      state,
      created_at: isoTime(created_at),
      last_active_at: isoTime(last_active_at),
    })),
    pairing: pairing
      ? {
          state: pairing.state,
          created_at: isoTime(pairing.created_at),
          decided_by: pairing.decided_by,
          decided_at: pairing.decided_at === null ? null : isoTime(pairing.decided_at),
        }
      : null,
    messages: messages.map(view),
    events: events.map((event) => ({
      id: event.id,
      event_id: event.event_id,
      state: event.state,
      deliveries: event.deliveries,
      received_at: isoTime(event.received_at),
      error_code: event.error_code,
      error: ledger.openError('events', event.id, event.error),
    })),
    evidence: evidence.map(viewEvidence),
    audit: audit.map(({ seq, at, actor, action, subject, decision }) => ({ seq, at: isoTime(at), actor, action, subject, decision })),
    not_included: NOT_REACHED.slice(0, 2),
  };
};

export type PersonExport = Awaited<ReturnType<typeof exportPerson>>;

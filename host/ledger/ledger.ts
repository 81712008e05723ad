/**
 * The one interface to what is durable. `commit` is the only way to write; the rest reads. Sealing and
 * unsealing happen here, so that no other room ever sees a sealed value or a key.
 */
import type { InboundEvent, InboundMessage, OutboundMessage } from '../../schemas/message.ts';
import type { Database } from '../db/database.ts';
import { agedRows } from '../db/tables/aged.ts';
import { approvalById, listApprovals } from '../db/tables/approvals.ts';
import { auditOf, decisionsBefore } from '../db/tables/audit.ts';
import { type AuditFilter, listAudit } from '../db/tables/audit-list.ts';
import { auditTrail } from '../db/tables/audit-trail.ts';
import { countOpenEvents, eventOfMessage, openEvents, type StoredEvent } from '../db/tables/events.ts';
import * as evidence from '../db/tables/evidence.ts';
import { foreignValues, type HostSealed } from '../db/tables/host-sealed.ts';
import * as messages from '../db/tables/messages.ts';
import { allPairings } from '../db/tables/pairings.ts';
import { personOf } from '../db/tables/persons.ts';
import { storedBytes, storedKeys, storedValues } from '../db/tables/plugin-storage.ts';
import { allPlugins } from '../db/tables/plugins.ts';
import { activeSession, listSessions, type SessionFilter, sessionById, sessionsOfKey } from '../db/tables/sessions.ts';
import { setting, settingAt } from '../db/tables/settings.ts';
import { allTokens } from '../db/tables/tokens.ts';
import type { MessageRow, ResealedValue, Unit, UnitResult } from '../db/unit.ts';
import type { Feed } from '../lib/feed.ts';
import type { ContentKeys, ContentOwner } from '../secrets/content-keys.ts';
import { decisionsOf, isDecision } from './announce.ts';
import {
  type InboundFate,
  inboundMessage,
  inboundRow,
  type OutboundFate,
  openError,
  outboundMessage,
  outboundRow,
  sealEventError,
  sealMessageError,
} from './content.ts';
import { eventRow, openRequest, storedEvent } from './event-record.ts';
import { type EvidenceColumn, type EvidenceOwner, openEvidence, sealEvidence } from './evidence-record.ts';

/** An event that waits, as the adapter will see it. */
export interface WaitingEvent {
  seq: number;
  attempts: number;
  event: InboundEvent;
}

export interface LedgerDeps {
  database: Database;
  keys: ContentKeys;
  /** Hears of decisions when they are durable. */
  feed?: Pick<Feed, 'publish'>;
}

export const createLedger = ({ database, keys, feed }: LedgerDeps) => {
  const { reader, writer } = database;
  const announced = async (unit: Unit): Promise<UnitResult> => {
    const result = await writer.commit(unit);
    for (const entry of decisionsOf(unit, result)) feed?.publish(entry);
    return result;
  };
  /** Rows whose content can be opened at once: their keys are in memory. */
  const openable = async <Row extends messages.StoredMessage[]>(reading: Promise<Row>): Promise<Row> => {
    const rows = await reading;
    await keys.load(rows.flatMap(({ content, error }) => [content, error]));
    return rows;
  };
  const openableEvidence = async <Row extends evidence.StoredEvidence | undefined>(reading: Promise<Row>): Promise<Row> => {
    const row = await reading;
    if (row) await keys.load([row.request, row.result]);
    return row;
  };
  const openableOne = async (reading: Promise<messages.StoredMessage | undefined>): Promise<messages.StoredMessage | undefined> => {
    const row = await reading;
    if (row) await keys.load([row.content, row.error]);
    return row;
  };
  return {
    commit: (unit: Unit): Promise<UnitResult> => (isDecision(unit) ? announced(unit) : writer.commit(unit)),
    /** Why the last write failed; null when all is well. */
    fault: (): string | null => writer.fault(),

    eventRow: (event: InboundEvent, received_at: number) => eventRow(keys, event, received_at),
    inboundRow: (message: InboundMessage, requires_event: string, received_at: number, fate: InboundFate): MessageRow =>
      inboundRow(keys, message, requires_event, received_at, fate),
    outboundRow: (message: OutboundMessage, fate: OutboundFate): MessageRow => outboundRow(keys, message, fate),
    sealEventError: (id: string, text: string): string => sealEventError(keys, id, text),
    sealMessageError: (message: ContentOwner & { id: string }, text: string): string => sealMessageError(keys, message, text),
    /** Of rows that were read here: their keys are in memory then. */
    openError: (table: 'messages' | 'events', id: string, sealed: string | null): string | null => openError(keys, table, id, sealed),
    inboundMessage: (row: messages.StoredMessage): InboundMessage => inboundMessage(keys, row),
    outboundMessage: (row: messages.StoredMessage): OutboundMessage => outboundMessage(keys, row),
    /** For rows that were read elsewhere than here: must come before they are opened. */
    loadKeys: (sealed: readonly (string | null)[]): Promise<void> => keys.load(sealed),
    /** Configuration, and what plugins keep: under the host key. */
    sealText: (text: string, table: string, row: string, column: string): string => keys.sealOurs(text, { table, row, column }),
    openText(sealed: string, table: string, row: string, column: string): string {
      const text = keys.open(sealed, { table, row, column });
      if (text === null) throw new Error(`the key of ${table}.${column} was destroyed`);
      return text;
    },

    sealEvidence: (owner: EvidenceOwner, column: EvidenceColumn, text: string): string => sealEvidence(keys, owner, column, text),
    openEvidence: (row: evidence.StoredEvidence, column: EvidenceColumn): string | null => openEvidence(keys, row, column),
    evidenceById: (id: string) => openableEvidence(evidence.evidenceById(reader, id)),
    evidenceByKey: (idempotency_key: string) => openableEvidence(evidence.evidenceByKey(reader, idempotency_key)),
    /** Not to be opened. */
    startedEvidence: (limit: number) => evidence.startedEvidence(reader, limit),
    /** What a run asked of connectors, oldest first; not to be opened. */
    evidenceOfMessage: (message_id: string) => evidence.evidenceOfMessage(reader, message_id),
    recentRequests: (since: number, limit: number) => evidence.recentRequests(reader, since, limit),

    async waitingEvents(channel_id: string, after_seq: number, limit: number): Promise<WaitingEvent[]> {
      const read = async (): Promise<StoredEvent[]> => {
        const found = await openEvents(reader, channel_id, after_seq, limit);
        await keys.load(found.map(({ request }) => request));
        return found;
      };
      let rows = await read();
      // The key of the day was changed between the two: the bodies stand under the new one now.
      if (rows.some((row) => row.request !== null && openRequest(keys, row) === null)) rows = await read();
      return rows.map((row) => ({ seq: row.seq, attempts: row.attempts, event: storedEvent(keys, row) }));
    },
    openInbound: (after_seq: number, limit: number) => openable(messages.openInbound(reader, after_seq, limit)),
    waitingOutbound: (channel_id: string, after_seq: number, limit: number) =>
      openable(messages.waitingOutbound(reader, channel_id, after_seq, limit)),
    interruptedOutbound: (limit: number) => openable(messages.interruptedOutbound(reader, limit)),
    messageById: (id: string) => openableOne(messages.messageById(reader, id)),
    messageByPlatformId: (channel_id: string, message_id: string) =>
      openableOne(messages.messageByPlatformId(reader, channel_id, message_id)),
    outboundByPlatformId: (channel_id: string, platform_message_id: string) =>
      openableOne(messages.outboundByPlatformId(reader, channel_id, platform_message_id)),
    answersTo: (id: string) => openable(messages.answersTo(reader, id)),
    messagesByKey: (idempotency_key: string) => openable(messages.messagesByKey(reader, idempotency_key)),
    listMessages: (filter: messages.MessageFilter) => openable(messages.listMessages(reader, filter)),
    recentSenders: (since: number) => messages.recentSenders(reader, since),
    countOpenMessages: () => messages.countOpenMessages(reader),
    countOpenEvents: () => countOpenEvents(reader),
    async eventOfMessage(channel_id: string, event_id: string): Promise<StoredEvent | undefined> {
      const row = await eventOfMessage(reader, channel_id, event_id);
      if (row) await keys.load([row.request, row.error]);
      return row;
    },
    /** Who is looked up is about to be written about: the key is fetched on the way. */
    async personOf(channel_id: string, user_key: string): Promise<string | undefined> {
      const [person_id] = await Promise.all([personOf(reader, channel_id, user_key), keys.expect(channel_id, user_key)]);
      return person_id;
    },
    activeSession: (session_key: string) => activeSession(reader, session_key),
    sessionsOfKey: (session_key: string, limit: number) => sessionsOfKey(reader, session_key, limit),
    sessionById: (id: string) => sessionById(reader, id),
    storedValues: (channel_id: string, keys: readonly { key: string; wanted: boolean }[]) => storedValues(reader, channel_id, keys),
    storedBytes: (channel_id: string) => storedBytes(reader, channel_id),
    storedKeys: (channel_id: string, page: { prefix: string; after: string; limit: number }) => storedKeys(reader, channel_id, page),
    /** What another host key than this one sealed, beside configurations. */
    foreignValues: (table: ResealedValue['table'], key_id: string, after: readonly string[] | null, limit: number): Promise<HostSealed[]> =>
      foreignValues(reader, table, key_id, after, limit),
    listSessions: (filter: SessionFilter) => listSessions(reader, filter),
    tokens: () => allTokens(reader),
    plugins: () => allPlugins(reader),
    setting: (name: string) => setting(reader, name),
    settingAt: (name: string, at: number) => settingAt(reader, name, at),
    approvalById: (id: string) => approvalById(reader, id),
    listApprovals: (page: { before: number | null; limit: number }) => listApprovals(reader, page),
    pairings: () => allPairings(reader),
    decisionsBefore: (before_seq: number | null, limit: number) => decisionsBefore(reader, before_seq, limit),
    auditOf: (subjects: readonly string[]) => auditOf(reader, subjects),
    listAudit: (filter: AuditFilter) => listAudit(reader, filter),
    /** Where this process's own chain stands. */
    auditHead: () => writer.head(),
    trail: auditTrail(reader),
    aged: agedRows(reader),
  };
};

export type Ledger = ReturnType<typeof createLedger>;

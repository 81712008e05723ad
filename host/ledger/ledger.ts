/**
 * The one interface to what is durable. `commit` is the only way to write; the rest reads. Sealing and
 * unsealing happen here, so that no other room ever sees a sealed value or a key.
 */
import type { InboundEvent, InboundMessage, OutboundMessage } from '../../schemas/message.ts';
import type { Database } from '../db/database.ts';
import { approvalById, listApprovals } from '../db/tables/approvals.ts';
import { auditOf, decisionsBefore } from '../db/tables/audit.ts';
import { countOpenEvents, eventOfMessage, openEvents, type StoredEvent } from '../db/tables/events.ts';
import * as messages from '../db/tables/messages.ts';
import { allPairings } from '../db/tables/pairings.ts';
import { personOf } from '../db/tables/persons.ts';
import { storedBytes, storedKeys, storedValues } from '../db/tables/plugin-storage.ts';
import { allPlugins } from '../db/tables/plugins.ts';
import { activeSession, listSessions, type SessionFilter, sessionById, sessionsOfKey } from '../db/tables/sessions.ts';
import { setting, settingAt } from '../db/tables/settings.ts';
import { allTokens } from '../db/tables/tokens.ts';
import type { MessageRow, Unit, UnitResult } from '../db/unit.ts';
import type { Seal } from '../secrets/seal.ts';
import {
  type InboundFate,
  inboundMessage,
  inboundRow,
  type OutboundFate,
  openError,
  outboundMessage,
  outboundRow,
  sealError,
} from './content.ts';
import { eventRow, storedEvent } from './event-record.ts';

/** An event that waits, as the adapter will see it. */
export interface WaitingEvent {
  seq: number;
  attempts: number;
  event: InboundEvent;
}

export const createLedger = ({ database, seal }: { database: Database; seal: Seal }) => {
  const { reader, writer } = database;
  return {
    commit: (unit: Unit): Promise<UnitResult> => writer.commit(unit),
    /** Why the last write failed; null when all is well. */
    fault: (): string | null => writer.fault(),

    eventRow: (event: InboundEvent, received_at: number) => eventRow(seal, event, received_at),
    inboundRow: (message: InboundMessage, requires_event: string, received_at: number, fate: InboundFate): MessageRow =>
      inboundRow(seal, message, requires_event, received_at, fate),
    outboundRow: (message: OutboundMessage, fate: OutboundFate): MessageRow => outboundRow(seal, message, fate),
    sealError: (table: 'messages' | 'events', id: string, text: string): string => sealError(seal, table, id, text),
    openError: (table: 'messages' | 'events', id: string, sealed: string | null): string | null => openError(seal, table, id, sealed),
    inboundMessage: (row: messages.StoredMessage): InboundMessage => inboundMessage(seal, row),
    outboundMessage: (row: messages.StoredMessage): OutboundMessage => outboundMessage(seal, row),
    sealText: (text: string, table: string, row: string, column: string): string => seal.seal(text, { table, row, column }),
    openText: (sealed: string, table: string, row: string, column: string): string => seal.open(sealed, { table, row, column }),

    async waitingEvents(channel_id: string, after_seq: number, limit: number): Promise<WaitingEvent[]> {
      const rows = await openEvents(reader, channel_id, after_seq, limit);
      return rows.map((row) => ({ seq: row.seq, attempts: row.attempts, event: storedEvent(seal, row) }));
    },
    openInbound: (after_seq: number, limit: number) => messages.openInbound(reader, after_seq, limit),
    waitingOutbound: (channel_id: string, after_seq: number, limit: number) =>
      messages.waitingOutbound(reader, channel_id, after_seq, limit),
    interruptedOutbound: (limit: number) => messages.interruptedOutbound(reader, limit),
    messageById: (id: string) => messages.messageById(reader, id),
    messageByPlatformId: (channel_id: string, message_id: string) => messages.messageByPlatformId(reader, channel_id, message_id),
    outboundByPlatformId: (channel_id: string, platform_message_id: string) =>
      messages.outboundByPlatformId(reader, channel_id, platform_message_id),
    answersTo: (id: string) => messages.answersTo(reader, id),
    messagesByKey: (idempotency_key: string) => messages.messagesByKey(reader, idempotency_key),
    listMessages: (filter: messages.MessageFilter) => messages.listMessages(reader, filter),
    recentSenders: (since: number) => messages.recentSenders(reader, since),
    countOpenMessages: () => messages.countOpenMessages(reader),
    countOpenEvents: () => countOpenEvents(reader),
    eventOfMessage: (channel_id: string, event_id: string): Promise<StoredEvent | undefined> =>
      eventOfMessage(reader, channel_id, event_id),
    personOf: (channel_id: string, user_key: string) => personOf(reader, channel_id, user_key),
    activeSession: (session_key: string) => activeSession(reader, session_key),
    sessionsOfKey: (session_key: string, limit: number) => sessionsOfKey(reader, session_key, limit),
    sessionById: (id: string) => sessionById(reader, id),
    storedValues: (channel_id: string, keys: readonly { key: string; wanted: boolean }[]) => storedValues(reader, channel_id, keys),
    storedBytes: (channel_id: string) => storedBytes(reader, channel_id),
    storedKeys: (channel_id: string, page: { prefix: string; after: string; limit: number }) => storedKeys(reader, channel_id, page),
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
  };
};

export type Ledger = ReturnType<typeof createLedger>;

/** What the database holds of one person, for whoever exports or erases them. Content comes opened. */
import type { Database } from '../db/database.ts';
import * as erasures from '../db/tables/erasures.ts';
import type { StoredEvent } from '../db/tables/events.ts';
import { evidenceOfPerson, type StoredEvidence } from '../db/tables/evidence.ts';
import type { StoredMessage } from '../db/tables/messages.ts';
import { pairingOf } from '../db/tables/pairings.ts';
import { personOf } from '../db/tables/persons.ts';
import type { ResealedEvent } from '../db/unit.ts';
import type { ContentKeys } from '../secrets/content-keys.ts';
import { openError, sealEventError } from './content.ts';
import { openRequest, sealRequest } from './event-record.ts';

export interface SealedEvent {
  seq: number;
  id: string;
  event_id: string;
  channel_id: string;
  state: string;
  /** The request as JSON text; null when there is none, or its key is gone. */
  request: string | null;
  /** Its values under today's key, in the place of what stands now. */
  resealed(): ResealedEvent;
}

export const createPersonRecords = ({ database: { reader }, keys }: { database: Database; keys: ContentKeys }) => ({
  personOf: (channel_id: string, user_key: string) => personOf(reader, channel_id, user_key),
  directConversations: (channel_id: string, user_key: string) => erasures.directConversations(reader, channel_id, user_key),
  async messages(query: erasures.PersonQuery, after_seq: number, limit: number): Promise<StoredMessage[]> {
    const rows = await erasures.messagesOfPerson(reader, query, after_seq, limit);
    await keys.load(rows.flatMap(({ content, error }) => [content, error]));
    return rows;
  },
  async events(channel_id: string, event_ids: readonly string[]): Promise<StoredEvent[]> {
    const rows = await erasures.eventsOfKeys(reader, channel_id, event_ids);
    await keys.load(rows.flatMap(({ request, error }) => [request, error]));
    return rows;
  },
  async evidence(query: erasures.PersonQuery, after_seq: number, limit: number): Promise<StoredEvidence[]> {
    const rows = await evidenceOfPerson(reader, query, after_seq, limit);
    await keys.load(rows.flatMap(({ request, result }) => [request, result]));
    return rows;
  },
  sessions: (channel_id: string, user_key: string) => erasures.sessionsOfPerson(reader, channel_id, user_key),
  pairing: (channel_id: string, user_key: string) => pairingOf(reader, channel_id, user_key),
  users: (channel_id: string) => erasures.usersOfChannel(reader, channel_id),
  audit: (person_id: string, after_seq: number, limit: number) => erasures.auditOfPerson(reader, person_id, after_seq, limit),
  /** Events with a body or an error text, whoever they speak of. */
  async sealedEvents(after_seq: number, limit: number): Promise<SealedEvent[]> {
    const rows = await erasures.sealedEvents(reader, after_seq, limit);
    await keys.load(rows.flatMap(({ request, error }) => [request, error]));
    return rows.map((row) => ({
      seq: row.seq,
      id: row.id,
      event_id: row.event_id,
      channel_id: row.channel_id,
      state: row.state,
      request: openRequest(keys, row),
      resealed() {
        const request = openRequest(keys, row);
        const error = openError(keys, 'events', row.id, row.error);
        return {
          id: row.id,
          was_request: row.request,
          was_error: row.error,
          request: request === null ? null : sealRequest(keys, row.id, request),
          error: error === null ? null : sealEventError(keys, row.id, error),
        };
      },
    }));
  },
});

export type PersonRecords = ReturnType<typeof createPersonRecords>;

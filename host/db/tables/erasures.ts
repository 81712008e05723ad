/** What an erasure reads and blanks: everything of one user of one channel, over all tables. */
import { rowsFrom, tuples } from '../batch-statement.ts';
import type { Connection } from '../connection.ts';
import type { ErasedEvent, ErasedMessage, Erasure, ResealedEvent, SessionRow } from '../unit.ts';
import type { StoredEvent } from './events.ts';
import type { StoredMessage } from './messages.ts';
import { deletePairings } from './pairings.ts';

const MESSAGE = ['id', 'message_id', 'event_id', 'conversation_key'] as const;
const UNFINISHED = `messages.state IN ('received', 'dispatched', 'pending', 'held', 'unknown', 'expired', 'dead')`;
/** What was not finished ends here; a delivery that is being sent keeps its state, which its receipt will end. */
const BLANK_MESSAGES = `UPDATE messages SET
    message_id = j.message_id, event_id = j.event_id, conversation_key = j.conversation_key,
    thread_key = CASE j.conversation_key WHEN '' THEN NULL ELSE messages.thread_key END,
    user_key = NULL, content = NULL, error = NULL, platform_message_id = NULL, held_by = NULL,
    reason = CASE WHEN ${UNFINISHED} THEN 'ERASED' ELSE messages.reason END,
    finished_at = CASE WHEN ${UNFINISHED} THEN coalesce(messages.finished_at, ?2) ELSE messages.finished_at END,
    state = CASE WHEN NOT (${UNFINISHED}) THEN messages.state WHEN direction = 'inbound' THEN 'ignored' ELSE 'dead' END
  FROM (${rowsFrom(MESSAGE).replace('?', '?1')}) AS j WHERE messages.id = j.id`;
const BLANK_EVENTS = `UPDATE events SET event_id = j.event_id, request = NULL, error = NULL
  FROM (${rowsFrom(['id', 'event_id'])}) AS j WHERE events.id = j.id`;
const BLANK_SESSIONS = `UPDATE sessions SET session_key = 'erased:' || id, user_key = NULL, conversation_key = '', thread_key = NULL,
    state = 'closed', active = 0, held_by = NULL
  WHERE id IN (SELECT value FROM json_each(?))`;
/** A request that waits for consent ends here: nobody can approve what cannot be read. */
const BLANK_EVIDENCE = `UPDATE evidence SET conversation_key = '', user_key = NULL, idempotency_key = NULL, request = NULL, result = NULL,
    code = CASE state WHEN 'requires_approval' THEN 'ERASED' ELSE code END,
    state = CASE state WHEN 'requires_approval' THEN 'denied' ELSE state END
  WHERE id IN (SELECT value FROM json_each(?))`;
const RESEALED = ['id', 'was_request', 'was_error', 'request', 'error'] as const;
const RESEAL = `UPDATE events SET request = j.request, error = j.error FROM (${rowsFrom(RESEALED)}) AS j
  WHERE events.id = j.id AND events.request IS j.was_request AND events.error IS j.was_error`;

export const writeErasure = async (db: Connection, erasure: Erasure): Promise<void> => {
  const { at, messages = [], events = [], evidence = [], sessions = [], resealed = [], pairing, person_id } = erasure;
  if (messages.length > 0) await db.run(BLANK_MESSAGES, [tuples<ErasedMessage>(MESSAGE, messages), at]);
  if (events.length > 0) await db.run(BLANK_EVENTS, [tuples<ErasedEvent>(['id', 'event_id'], events)]);
  if (evidence.length > 0) await db.run(BLANK_EVIDENCE, [JSON.stringify(evidence)]);
  if (sessions.length > 0) await db.run(BLANK_SESSIONS, [JSON.stringify(sessions)]);
  if (resealed.length > 0) await db.run(RESEAL, [tuples<ResealedEvent>(RESEALED, resealed)]);
  if (pairing) await deletePairings(db, [pairing]);
  if (person_id !== undefined) await db.run('DELETE FROM persons WHERE person_id = ?', [person_id]);
};

const STANDING = {
  events: `SELECT events.event_id AS key FROM (${rowsFrom(['channel_id', 'erased_key'])}) AS j
    JOIN events ON events.channel_id = j.channel_id AND events.event_id = j.erased_key`,
  messages: `SELECT messages.message_id AS key FROM (${rowsFrom(['channel_id', 'erased_key'])}) AS j
    JOIN messages ON messages.channel_id = j.channel_id AND messages.message_id = j.erased_key AND direction = 'inbound'`,
};
type MayBeErased = { channel_id: string; erased_key?: string | null };
const NONE: ReadonlySet<string> = new Set();

/** Which of these rows stand already, under the hashed key of an erasure. Asks nothing where nobody was erased. */
export const erasedOf = async (
  db: Connection,
  table: keyof typeof STANDING,
  rows: readonly MayBeErased[],
): Promise<ReadonlySet<string>> => {
  const asked = rows.filter((row) => row.erased_key != null);
  if (asked.length === 0) return NONE;
  const found = await db.all<{ key: string }>(STANDING[table], [tuples<MayBeErased>(['channel_id', 'erased_key'], asked)]);
  return new Set(found.map(({ key }) => key));
};

export interface PersonQuery {
  channel_id: string;
  user_key: string;
  /** Conversations that nobody else is part of. */
  direct: readonly string[];
}

/** Direct conversations of a user. */
export const directConversations = async (db: Connection, channel_id: string, user_key: string): Promise<string[]> =>
  (
    await db.all<{ conversation_key: string }>(
      `SELECT DISTINCT conversation_key FROM messages WHERE channel_id = ? AND user_key = ? AND conversation_type = 'direct'`,
      [channel_id, user_key],
    )
  ).map((row) => row.conversation_key);

/** Messages of a user both ways, oldest first; in direct conversations also those that name nobody. */
export const messagesOfPerson = (db: Connection, query: PersonQuery, after_seq: number, limit: number): Promise<StoredMessage[]> =>
  db.all<StoredMessage>(
    `SELECT * FROM messages WHERE channel_id = ?1 AND seq > ?4
       AND (user_key = ?2 OR (user_key IS NULL AND conversation_key IN (SELECT value FROM json_each(?3))))
     ORDER BY seq LIMIT ?5`,
    [query.channel_id, query.user_key, JSON.stringify(query.direct), after_seq, limit],
  );

export const sessionsOfPerson = (db: Connection, channel_id: string, user_key: string): Promise<SessionRow[]> =>
  db.all<SessionRow>('SELECT * FROM sessions WHERE channel_id = ? AND user_key = ? ORDER BY seq', [channel_id, user_key]);

export const eventsOfKeys = (db: Connection, channel_id: string, event_ids: readonly string[]): Promise<StoredEvent[]> =>
  db.all<StoredEvent>('SELECT * FROM events WHERE channel_id = ? AND event_id IN (SELECT value FROM json_each(?)) ORDER BY seq', [
    channel_id,
    JSON.stringify(event_ids),
  ]);

/** Events with a sealed value: they wait, were given up, or were refused in part. */
export const sealedEvents = (db: Connection, after_seq: number, limit: number): Promise<StoredEvent[]> =>
  db.all<StoredEvent>('SELECT * FROM events WHERE (request IS NOT NULL OR error IS NOT NULL) AND seq > ? ORDER BY seq LIMIT ?', [
    after_seq,
    limit,
  ]);

/** Every user that a channel's rows name. */
export const usersOfChannel = async (db: Connection, channel_id: string): Promise<string[]> =>
  (
    await db.all<{ user_key: string }>(
      `SELECT user_key FROM persons WHERE channel_id = ?1
       UNION SELECT user_key FROM messages WHERE channel_id = ?1 AND user_key IS NOT NULL
       UNION SELECT user_key FROM sessions WHERE channel_id = ?1 AND user_key IS NOT NULL
       UNION SELECT user_key FROM evidence WHERE channel_id = ?1 AND user_key IS NOT NULL
       UNION SELECT user_key FROM pairings WHERE channel_id = ?1`,
      [channel_id],
    )
  ).map((row) => row.user_key);

export const auditOfPerson = (db: Connection, person_id: string, after_seq: number, limit: number) =>
  db.all<{ seq: number; at: number; actor: string; action: string; subject: string | null; decision: string | null }>(
    'SELECT seq, at, actor, action, subject, decision FROM audit WHERE person_id = ? AND seq > ? ORDER BY seq LIMIT ?',
    [person_id, after_seq, limit],
  );

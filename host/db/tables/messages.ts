/** `messages`: one row, one life, inbound and outbound. */
import { inRounds, rowsFrom, tuples } from '../batch-statement.ts';
import type { Connection, Value } from '../connection.ts';
import type { MessageChange, MessageRow, MessageState } from '../unit.ts';
import { erasedOf } from './erasures.ts';

export interface StoredMessage {
  seq: number;
  id: string;
  direction: 'inbound' | 'outbound';
  channel_id: string;
  message_id: string | null;
  event_id: string | null;
  type: string;
  user_key: string | null;
  person_id: string | null;
  conversation_key: string;
  conversation_type: string | null;
  thread_key: string | null;
  session_id: string | null;
  in_reply_to: string | null;
  part: number | null;
  content: string | null;
  state: MessageState;
  reason: string | null;
  error: string | null;
  attempts: number;
  next_attempt_at: number | null;
  held_by: string | null;
  platform_message_id: string | null;
  idempotency_key: string | null;
  received_at: number;
  dispatched_at: number | null;
  finished_at: number | null;
  sent_at: number | null;
  delivered_at: number | null;
  read_at: number | null;
}

/** What every row has; inbound and outbound rows each add their own, because every column of a batch costs. */
const COMMON = [
  'id',
  'channel_id',
  'type',
  'user_key',
  'person_id',
  'conversation_key',
  'thread_key',
  'session_id',
  'content',
  'state',
  'reason',
  'received_at',
] as const;
const INBOUND = [...COMMON, 'message_id', 'event_id', 'conversation_type', 'dispatched_at', 'finished_at'] as const;
const OUTBOUND = [...COMMON, 'in_reply_to', 'part', 'next_attempt_at', 'held_by', 'idempotency_key'] as const;

/** An inbound row needs the event it came from. */
const INSERT_INBOUND = `INSERT INTO messages (${INBOUND.join(', ')}, direction)
  SELECT ${INBOUND.join(', ')}, 'inbound' FROM (${rowsFrom([...INBOUND, 'requires_event'])}) AS j
  WHERE j.requires_event IS NULL OR EXISTS (SELECT 1 FROM events WHERE events.id = j.requires_event)
  ON CONFLICT DO NOTHING RETURNING id, seq`;

/** An answer needs the message it answers, and nobody is answered who was erased meanwhile. */
const INSERT_OUTBOUND = `INSERT INTO messages (${OUTBOUND.join(', ')}, direction)
  SELECT ${OUTBOUND.join(', ')}, 'outbound' FROM (${rowsFrom(OUTBOUND)}) AS j
  WHERE j.in_reply_to IS NULL OR EXISTS (SELECT 1 FROM messages AS asked WHERE asked.id = j.in_reply_to AND asked.reason IS NOT 'ERASED')
  ON CONFLICT DO NOTHING RETURNING id, seq`;

/** Inbound rows first: an answer may stand in the same batch as what it answers. */
export const insertMessages = async (db: Connection, rows: readonly MessageRow[]): Promise<Map<string, number>> => {
  const inserted: { id: string; seq: number }[] = [];
  const erased = await erasedOf(db, 'messages', rows);
  const inbound = rows.filter((row) => row.direction === 'inbound' && !(row.erased_key != null && erased.has(row.erased_key)));
  if (inbound.length > 0)
    inserted.push(
      ...(await db.all<{ id: string; seq: number }>(INSERT_INBOUND, [tuples<MessageRow>([...INBOUND, 'requires_event'], inbound)])),
    );
  const outbound = rows.filter((row) => row.direction === 'outbound');
  if (outbound.length > 0)
    inserted.push(...(await db.all<{ id: string; seq: number }>(INSERT_OUTBOUND, [tuples<MessageRow>(OUTBOUND, outbound)])));
  return new Map(inserted.map((row) => [row.id, row.seq]));
};

/** Columns that a change may set; each carries a flag, because null is a value. */
const SETTABLE = [
  'reason',
  'error',
  'attempts',
  'next_attempt_at',
  'held_by',
  'platform_message_id',
  'session_id',
  'dispatched_at',
  'sent_at',
  'delivered_at',
  'read_at',
  'finished_at',
] as const;

const CHANGE = `UPDATE messages SET state = j.state,
    ${SETTABLE.map((column) => `${column} = CASE WHEN json_type(j.fields, '$.${column}') IS NULL THEN messages.${column} ELSE j.fields->>'${column}' END`).join(',\n    ')}
  FROM (SELECT value->>0 AS id, value->>1 AS states, value->>2 AS state, jsonb_extract(value, '$[3]') AS fields FROM jsonb_each(?)) AS j
  WHERE messages.id = j.id AND instr(j.states, ',' || messages.state || ',') > 0
  RETURNING messages.id AS id`;

const changeRow = ({ id, from, state, ...fields }: MessageChange) => [id, `,${from.join(',')},`, state, fields];

/** Changes of different rows go in one statement; several of one row one after the other. Returns those that were made. */
export const changeMessages = async (db: Connection, changes: readonly MessageChange[]): Promise<Set<MessageChange>> => {
  const made = new Set<MessageChange>();
  for (const round of inRounds(changes)) {
    const rows = await db.all<{ id: string }>(CHANGE, [JSON.stringify(round.map(changeRow))]);
    const ids = new Set(rows.map((row) => row.id));
    for (const change of round) if (ids.has(change.id)) made.add(change);
  }
  return made;
};

export const messageById = (db: Connection, id: string): Promise<StoredMessage | undefined> =>
  db.get<StoredMessage>('SELECT * FROM messages WHERE id = ?', [id]);

export const INBOUND_BY_PLATFORM_ID = `SELECT * FROM messages WHERE channel_id = ? AND message_id = ? AND direction = 'inbound'`;

export const messageByPlatformId = (db: Connection, channel_id: string, message_id: string): Promise<StoredMessage | undefined> =>
  db.get<StoredMessage>(INBOUND_BY_PLATFORM_ID, [channel_id, message_id]);

export const OUTBOUND_BY_PLATFORM_ID = `SELECT * FROM messages WHERE channel_id = ? AND platform_message_id = ? AND direction = 'outbound'`;

export const outboundByPlatformId = (db: Connection, channel_id: string, platform_message_id: string): Promise<StoredMessage | undefined> =>
  db.get<StoredMessage>(OUTBOUND_BY_PLATFORM_ID, [channel_id, platform_message_id]);

export const ANSWERS = 'SELECT * FROM messages WHERE in_reply_to = ? ORDER BY part';

export const answersTo = (db: Connection, id: string): Promise<StoredMessage[]> => db.all<StoredMessage>(ANSWERS, [id]);

/** The parts of one request that named a key: `<key>#1`, `<key>#2`, … */
export const MESSAGES_BY_KEY = `SELECT * FROM messages WHERE idempotency_key IS NOT NULL AND idempotency_key >= ?1 || '#' AND idempotency_key < ?1 || '$' ORDER BY seq`;

export const messagesByKey = (db: Connection, idempotency_key: string): Promise<StoredMessage[]> =>
  db.all<StoredMessage>(MESSAGES_BY_KEY, [idempotency_key]);

/*
 * A partial index serves a query that repeats the index's own condition word for word; what follows from it
 * (`state = 'sending'`) is not enough for SQLite (https://www.sqlite.org/partialindex.html, section 3).
 */
const OPEN_INBOUND_ROWS = `direction = 'inbound' AND state IN ('received', 'dispatched')`;
const OPEN_OUTBOUND_ROWS = `direction = 'outbound' AND state IN ('pending', 'sending', 'held')`;
const FAILED_OUTBOUND_ROWS = `direction = 'outbound' AND state IN ('unknown', 'expired', 'dead')`;

export const OPEN_INBOUND = `SELECT * FROM messages WHERE ${OPEN_INBOUND_ROWS} AND seq > ? ORDER BY seq LIMIT ?`;

/** Inbound messages that are not final, oldest first. */
export const openInbound = (db: Connection, after_seq: number, limit: number): Promise<StoredMessage[]> =>
  db.all<StoredMessage>(OPEN_INBOUND, [after_seq, limit]);

export const WAITING_OUTBOUND = `SELECT * FROM messages INDEXED BY messages_open_outbound
  WHERE channel_id = ? AND ${OPEN_OUTBOUND_ROWS} AND state <> 'sending' AND seq > ? ORDER BY seq LIMIT ?`;

/** Deliveries of a channel that wait, oldest first. */
export const waitingOutbound = (db: Connection, channel_id: string, after_seq: number, limit: number): Promise<StoredMessage[]> =>
  db.all<StoredMessage>(WAITING_OUTBOUND, [channel_id, after_seq, limit]);

export const INTERRUPTED = `SELECT * FROM messages INDEXED BY messages_open_outbound WHERE ${OPEN_OUTBOUND_ROWS} AND state = 'sending' ORDER BY seq LIMIT ?`;

/** Deliveries that some process was sending when it died. */
export const interruptedOutbound = (db: Connection, limit: number): Promise<StoredMessage[]> => db.all<StoredMessage>(INTERRUPTED, [limit]);

export interface MessageFilter {
  direction?: 'inbound' | 'outbound' | undefined;
  channel_id?: string | undefined;
  session_id?: string | undefined;
  conversation_key?: string | undefined;
  states?: readonly string[] | undefined;
  /** `seq` of the last row of the page before. */
  before?: number | undefined;
  after?: number | undefined;
  limit: number;
}

const DIRECTIONS = { inbound: `direction = 'inbound'`, outbound: `direction = 'outbound'` } as const;
const FAILED: ReadonlySet<string> = new Set(['unknown', 'expired', 'dead']);
const OPEN: ReadonlySet<string> = new Set(['pending', 'sending', 'held']);

/** Few deliveries of many are open or failed: the condition of their index is named, so that a rare state is not looked for row by row. */
const rareStates = ({ direction, states }: MessageFilter): string | null => {
  if (direction !== 'outbound' || !states || states.length === 0) return null;
  if (states.every((state) => FAILED.has(state))) return FAILED_OUTBOUND_ROWS;
  return states.every((state) => OPEN.has(state)) ? OPEN_OUTBOUND_ROWS : null;
};

/** The statement of a page by key, newest first (oldest first with `after`); never OFFSET. */
export const listStatement = (filter: MessageFilter): { sql: string; params: Value[] } => {
  const where: string[] = [];
  const params: Value[] = [];
  const add = (sql: string, value: Value | undefined) => {
    if (value === undefined) return;
    where.push(sql);
    params.push(value);
  };
  const rare = rareStates(filter);
  if (filter.direction) where.push(rare ?? DIRECTIONS[filter.direction]);
  add('channel_id = ?', filter.channel_id);
  add('session_id = ?', filter.session_id);
  add('conversation_key = ?', filter.conversation_key);
  if (filter.states) add('state IN (SELECT value FROM json_each(?))', JSON.stringify(filter.states));
  add('seq < ?', filter.before);
  add('seq > ?', filter.after);
  const order = filter.after === undefined ? 'DESC' : 'ASC';
  const sql = `SELECT * FROM messages ${where.length ? `WHERE ${where.join(' AND ')}` : ''} ORDER BY seq ${order} LIMIT ?`;
  return { sql, params: [...params, filter.limit] };
};

export const listMessages = (db: Connection, filter: MessageFilter): Promise<StoredMessage[]> => {
  const { sql, params } = listStatement(filter);
  return db.all<StoredMessage>(sql, params);
};

/** Three walks over small indices: one condition joined by OR, or a free choice of the index, walks over every message. */
export const COUNT_OPEN = [
  ['messages_open_inbound', OPEN_INBOUND_ROWS],
  ['messages_open_outbound', OPEN_OUTBOUND_ROWS],
  ['messages_failed_outbound', FAILED_OUTBOUND_ROWS],
]
  .map(
    ([index, rows]) =>
      `SELECT channel_id, direction, state, count(*) AS waiting FROM messages INDEXED BY ${index} WHERE ${rows} GROUP BY channel_id, direction, state`,
  )
  .join(' UNION ALL ');

/** Counts of the rows that are not final, and of those that a person should look at. */
export const countOpenMessages = (db: Connection): Promise<{ channel_id: string; direction: string; state: string; waiting: number }[]> =>
  db.all(COUNT_OPEN);

/** A place in a rate window is taken by what passed the limit and by nothing else; what is still `received` takes its own when it is decided. */
const NEWEST = `SELECT seq, channel_id, user_key, received_at,
    direction = 'inbound' AND user_key IS NOT NULL AND state IN ('dispatched', 'answered', 'failed') AS counted
  FROM messages WHERE seq < ? ORDER BY seq DESC LIMIT ?`;
const SENDERS_PAGE = 5000;
const SENDERS_PAGES = 40;

export interface Sender {
  channel_id: string;
  user_key: string;
  received_at: number;
}

/**
 * When each message that took a place in a rate window came in, since a time, oldest first. No index is kept
 * for this one look at the start: it walks back from the newest row until a page has nothing of that time.
 */
export const recentSenders = async (db: Connection, since: number): Promise<Sender[]> => {
  const senders: Sender[] = [];
  let before = Number.MAX_SAFE_INTEGER;
  for (let page = 0; page < SENDERS_PAGES; page++) {
    const rows = await db.all<Sender & { seq: number; counted: 0 | 1 }>(NEWEST, [before, SENDERS_PAGE]);
    const recent = rows.filter((row) => row.received_at > since);
    for (const { channel_id, user_key, received_at, counted } of recent) if (counted) senders.push({ channel_id, user_key, received_at });
    if (rows.length < SENDERS_PAGE || recent.length === 0) break;
    before = rows.at(-1)?.seq as number;
  }
  return senders.sort((a, b) => a.received_at - b.received_at);
};

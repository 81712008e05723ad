/** `sessions`: our context of a conversation, found by its key; one of a key is active. */
import { rowsFrom, tuples } from '../batch-statement.ts';
import type { Connection, Value } from '../connection.ts';
import type { SessionHold, SessionRow } from '../unit.ts';

const COLUMNS = [
  'id',
  'session_key',
  'channel_id',
  'user_key',
  'conversation_key',
  'thread_key',
  'state',
  'active',
  'held_by',
  'created_at',
  'last_active_at',
] as const;

/** `held_by` is not among what a later row changes: a row that was made before a person took over would give the session back. */
const UPSERT = `INSERT INTO sessions (${COLUMNS.join(', ')})
  SELECT ${COLUMNS.join(', ')} FROM (${rowsFrom(COLUMNS)}) WHERE true
  ON CONFLICT (id) DO UPDATE SET
    state = excluded.state, active = excluded.active, last_active_at = excluded.last_active_at`;

const REPLACED = `UPDATE sessions SET active = 0
  FROM (SELECT value->>0 AS id, value->>1 AS session_key FROM jsonb_each(?)) AS j
  WHERE sessions.session_key = j.session_key AND sessions.active = 1 AND sessions.id <> j.id`;

/** Of each key, the last row that says it is active is the one. */
const lastActive = (rows: readonly SessionRow[]): Map<string, string> => {
  const active = new Map<string, string>();
  for (const { session_key, id, active: is } of rows) if (is === 1) active.set(session_key, id);
  return active;
};

/**
 * The last word wins: a session that becomes active ends the activity of whatever stood for its key. Rows come
 * from lanes that do not wait for each other, and a session out of date must not make a message unwritable.
 */
export const upsertSessions = async (db: Connection, rows: readonly SessionRow[]): Promise<void> => {
  const active = lastActive(rows);
  if (active.size > 0) await db.run(REPLACED, [JSON.stringify([...active].map(([session_key, id]) => [id, session_key]))]);
  const settled = rows.map((row) => (row.active === 1 && active.get(row.session_key) !== row.id ? { ...row, active: 0 as const } : row));
  await db.run(UPSERT, [tuples<SessionRow>(COLUMNS, settled)]);
};

/** The last word on a session wins. */
export const holdSessions = async (db: Connection, holds: readonly SessionHold[]): Promise<void> => {
  const last = new Map(holds.map((hold) => [hold.id, hold]));
  const columns = ['id', 'held_by'] as const;
  await db.run(`UPDATE sessions SET held_by = j.held_by FROM (${rowsFrom(columns)}) AS j WHERE sessions.id = j.id`, [
    tuples<SessionHold>(columns, [...last.values()]),
  ]);
};

export const ACTIVE_SESSION = 'SELECT * FROM sessions WHERE session_key = ? AND active = 1';

export const activeSession = (db: Connection, session_key: string): Promise<SessionRow | undefined> =>
  db.get<SessionRow>(ACTIVE_SESSION, [session_key]);

export const SESSIONS_OF_KEY = 'SELECT * FROM sessions WHERE session_key = ? ORDER BY seq DESC LIMIT ?';

export const sessionsOfKey = (db: Connection, session_key: string, limit: number): Promise<SessionRow[]> =>
  db.all<SessionRow>(SESSIONS_OF_KEY, [session_key, limit]);

export const sessionById = (db: Connection, id: string): Promise<SessionRow | undefined> =>
  db.get<SessionRow>('SELECT * FROM sessions WHERE id = ?', [id]);

export interface StoredSession extends SessionRow {
  seq: number;
}

export interface SessionFilter {
  channel_id?: string | undefined;
  state?: 'open' | 'closed' | undefined;
  /** `seq` of the last row of the page before. */
  before?: number | undefined;
  limit: number;
}

/** A page by key, newest first. */
export const listSessions = (db: Connection, { channel_id, state, before, limit }: SessionFilter): Promise<StoredSession[]> => {
  const where: string[] = [];
  const params: Value[] = [];
  const add = (sql: string, value: Value | undefined) => {
    if (value === undefined) return;
    where.push(sql);
    params.push(value);
  };
  add('channel_id = ?', channel_id);
  add('state = ?', state);
  add('seq < ?', before);
  const sql = `SELECT * FROM sessions ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''} ORDER BY seq DESC LIMIT ?`;
  return db.all<StoredSession>(sql, [...params, limit]);
};

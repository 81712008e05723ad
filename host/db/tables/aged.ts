/**
 * What retention takes away. It is found by walking from the oldest row, in the order of `seq`, which is
 * nearly that of time: an index by time would cost every message. Whether a row may go is judged by the
 * statements that remove it, in the transaction that removes it: what is not final stays, whatever was read.
 */
import type { Connection } from '../connection.ts';
import type { Retirement } from '../unit.ts';

export interface AgedMessage {
  seq: number;
  id: string;
  received_at: number;
  /** 1: nothing happens to it any more. */
  final: 0 | 1;
}

export interface AgedSession {
  seq: number;
  id: string;
  channel_id: string;
  last_active_at: number;
}

export interface AgedEvidence {
  seq: number;
  id: string;
  channel_id: string;
  requested_at: number;
}

const FINAL = `state IN ('answered', 'ignored', 'rejected', 'failed', 'sent', 'delivered', 'read', 'unknown', 'expired', 'dead')`;

const CHANNELS = `WITH RECURSIVE each(id) AS (SELECT min(channel_id) FROM messages
    UNION ALL SELECT (SELECT min(channel_id) FROM messages WHERE channel_id > each.id) FROM each WHERE each.id IS NOT NULL)
  SELECT id FROM each WHERE id IS NOT NULL`;
const EVIDENCE_CHANNELS = `WITH RECURSIVE each(id) AS (SELECT min(channel_id) FROM evidence WHERE request IS NOT NULL
    UNION ALL SELECT (SELECT min(channel_id) FROM evidence WHERE request IS NOT NULL AND channel_id > each.id)
    FROM each WHERE each.id IS NOT NULL)
  SELECT id FROM each WHERE id IS NOT NULL`;
const AGED_EVIDENCE = 'SELECT seq, id, channel_id, requested_at FROM evidence';
/** Those whose content is kept. */
export const KEPT_EVIDENCE = `${AGED_EVIDENCE} WHERE request IS NOT NULL AND channel_id = ? AND seq > ? ORDER BY seq LIMIT ?`;
export const OLDEST_MESSAGES = `SELECT seq, id, received_at, ${FINAL} AS final FROM messages
  WHERE channel_id = ? AND seq > ? ORDER BY seq LIMIT ?`;

/** The name of the key in `v1.<key>.…`. */
const keyIn = (column: string): string => `substr(${column}, 4, instr(substr(${column}, 4), '.') - 1)`;
const EVENT_KEYS = `SELECT seq, ${keyIn('request')} AS request_key, ${keyIn('error')} AS error_key FROM events
  WHERE (request IS NOT NULL OR error IS NOT NULL) AND seq > ? ORDER BY seq LIMIT ?`;

/** Walks, a page at a time. */
export const agedRows = (db: Connection) => ({
  channels: async (): Promise<string[]> => (await db.all<{ id: string }>(CHANNELS)).map(({ id }) => id),
  messages: (channel_id: string, after_seq: number, limit: number): Promise<AgedMessage[]> =>
    db.all<AgedMessage>(OLDEST_MESSAGES, [channel_id, after_seq, limit]),
  events: (after_seq: number, limit: number): Promise<{ seq: number; received_at: number }[]> =>
    db.all('SELECT seq, received_at FROM events WHERE seq > ? ORDER BY seq LIMIT ?', [after_seq, limit]),
  /** Events with a sealed value, and the keys that these name. */
  eventKeys: (after_seq: number, limit: number): Promise<{ seq: number; request_key: string | null; error_key: string | null }[]> =>
    db.all(EVENT_KEYS, [after_seq, limit]),
  evidenceChannels: async (): Promise<string[]> => (await db.all<{ id: string }>(EVIDENCE_CHANNELS)).map(({ id }) => id),
  keptEvidence: (channel_id: string, after_seq: number, limit: number): Promise<AgedEvidence[]> =>
    db.all<AgedEvidence>(KEPT_EVIDENCE, [channel_id, after_seq, limit]),
  evidence: (after_seq: number, limit: number): Promise<AgedEvidence[]> =>
    db.all<AgedEvidence>(`${AGED_EVIDENCE} WHERE seq > ? ORDER BY seq LIMIT ?`, [after_seq, limit]),
  sessions: (after_seq: number, limit: number): Promise<AgedSession[]> =>
    db.all<AgedSession>('SELECT seq, id, channel_id, last_active_at FROM sessions WHERE seq > ? ORDER BY seq LIMIT ?', [after_seq, limit]),
});

export type AgedRows = ReturnType<typeof agedRows>;

const IDS = 'IN (SELECT value FROM json_each(?))';

const BLANK = `UPDATE messages SET content = NULL, error = NULL
  WHERE id ${IDS} AND ${FINAL} AND (content IS NOT NULL OR error IS NOT NULL) RETURNING 1 AS one`;
const DELETE_OUTBOUND = `DELETE FROM messages WHERE id ${IDS} AND direction = 'outbound' AND ${FINAL} RETURNING 1 AS one`;
/** A message stays as long as one of its answers does: the answer's unique key names it. */
const DELETE_INBOUND = `DELETE FROM messages WHERE id ${IDS} AND direction = 'inbound' AND ${FINAL}
  AND NOT EXISTS (SELECT 1 FROM messages AS answer WHERE answer.in_reply_to = messages.id) RETURNING 1 AS one`;
const DELETE_EVENTS = `DELETE FROM events WHERE seq ${IDS} AND state IN ('parsed', 'dead') RETURNING 1 AS one`;
const DELETE_SESSIONS = `DELETE FROM sessions WHERE id ${IDS} AND held_by IS NULL AND last_active_at < ?
  AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.session_id = sessions.id) RETURNING 1 AS one`;
/** What is under way keeps its content until it has ended. */
const BLANK_EVIDENCE = `UPDATE evidence SET request = NULL, result = NULL, idempotency_key = NULL
  WHERE id ${IDS} AND state <> 'started' AND request IS NOT NULL RETURNING 1 AS one`;
const DELETE_EVIDENCE = `DELETE FROM evidence WHERE id ${IDS} AND state <> 'started' RETURNING 1 AS one`;
const DELETE_AUDIT = `DELETE FROM audit WHERE seq IN (SELECT seq FROM audit INDEXED BY audit_by_commit
  WHERE chain_id = ? AND commit_seq <= ? ORDER BY commit_seq, seq LIMIT ?) RETURNING 1 AS one`;
const DELETE_COMMITS = `DELETE FROM audit_commits WHERE chain_id = ?1 AND seq IN (SELECT seq FROM audit_commits
  WHERE chain_id = ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3) RETURNING 1 AS one`;

/** Takes away what a unit names. Returns how many rows that were. */
export const retireRows = async (db: Connection, retirement: Retirement): Promise<number> => {
  const count = async (sql: string, ...params: (string | number)[]): Promise<number> => (await db.all(sql, params)).length;
  switch (retirement.what) {
    case 'message_contents':
      return count(BLANK, JSON.stringify(retirement.ids));
    case 'messages': {
      const ids = JSON.stringify(retirement.ids);
      return (await count(DELETE_OUTBOUND, ids)) + (await count(DELETE_INBOUND, ids));
    }
    case 'evidence_contents':
      return count(BLANK_EVIDENCE, JSON.stringify(retirement.ids));
    case 'evidence':
      return count(DELETE_EVIDENCE, JSON.stringify(retirement.ids));
    case 'events':
      return count(DELETE_EVENTS, JSON.stringify(retirement.seqs));
    case 'sessions':
      return count(DELETE_SESSIONS, JSON.stringify(retirement.ids), retirement.idle_since);
    case 'audit': {
      const { chain_id, through_seq, limit } = retirement;
      return (await count(DELETE_AUDIT, chain_id, through_seq, limit)) + (await count(DELETE_COMMITS, chain_id, through_seq, limit));
    }
  }
};

/** What a restored database no longer knows: what became of the rows that were not final. */
import type { Connection } from '../connection.ts';
import type { Restoration } from '../unit.ts';

const OPEN_OUTBOUND = `direction = 'outbound' AND state IN ('pending', 'sending', 'held')`;
const OPEN_INBOUND = `direction = 'inbound' AND state IN ('received', 'dispatched')`;
const SETTLE = [
  `UPDATE messages SET state = 'unknown', reason = 'RESTORED', held_by = NULL, next_attempt_at = NULL, finished_at = ? WHERE ${OPEN_OUTBOUND}`,
  `UPDATE messages SET state = 'failed', reason = 'RESTORED', finished_at = ? WHERE ${OPEN_INBOUND}`,
  `UPDATE events SET state = 'dead', error_code = 'RESTORED', finished_at = ? WHERE state = 'received'`,
  // A consent may have been used after the backup was made: it does not count a second time.
  `UPDATE approvals SET expires_at = min(expires_at, ?) WHERE state IN ('pending', 'approved')`,
  `UPDATE evidence SET state = 'unknown', code = 'RESTORED', finished_at = ? WHERE state = 'started'`,
];

const CHOSEN = `(?2 IS NULL OR id IN (SELECT value FROM json_each(?2)))`;
/** Handed back means wanted now: their age counts anew. */
const RESUME = [
  `UPDATE messages SET state = 'pending', reason = NULL, attempts = 0, finished_at = NULL, received_at = ?1
   WHERE direction = 'outbound' AND state = 'unknown' AND reason = 'RESTORED' AND content IS NOT NULL AND ${CHOSEN}`,
  `UPDATE messages SET state = 'received', reason = NULL, finished_at = NULL, received_at = ?1
   WHERE direction = 'inbound' AND state = 'failed' AND reason = 'RESTORED' AND content IS NOT NULL AND ${CHOSEN}`,
  `UPDATE events SET state = 'received', error_code = NULL, finished_at = NULL, received_at = ?1
   WHERE state = 'dead' AND error_code = 'RESTORED' AND request IS NOT NULL AND ${CHOSEN}`,
];

export const writeRestoration = async (db: Connection, restoration: Restoration): Promise<void> => {
  if (restoration.effect === 'settle') for (const sql of SETTLE) await db.run(sql, [restoration.at]);
  else for (const sql of RESUME) await db.run(sql, [restoration.at, restoration.ids === null ? null : JSON.stringify(restoration.ids)]);
};

export interface RestoredRow {
  kind: 'delivery' | 'message' | 'event';
  id: string;
  channel_id: string;
  state: string;
}

/** What was not final when the backup was made, and was not handed back. */
export const restoredRows = (db: Connection): Promise<RestoredRow[]> =>
  db.all<RestoredRow>(
    `SELECT CASE direction WHEN 'inbound' THEN 'message' ELSE 'delivery' END AS kind, id, channel_id, state FROM messages
       WHERE reason = 'RESTORED' AND content IS NOT NULL AND state IN ('unknown', 'failed')
     UNION ALL SELECT 'event', id, channel_id, state FROM events WHERE error_code = 'RESTORED' AND state = 'dead' AND request IS NOT NULL`,
  );

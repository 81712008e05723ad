/** `pairings`: senders with a code that waits for an operator, and those who were approved. One row a sender. */
import { rowsFrom, tuples } from '../batch-statement.ts';
import type { Connection } from '../connection.ts';
import type { PairingRow, Unpaired } from '../unit.ts';

const COLUMNS = ['channel_id', 'user_key', 'person_id', 'code', 'state', 'created_at', 'expires_at', 'decided_by', 'decided_at'] as const;
/** A code that is written late never takes away what an operator has given. */
const UPSERT = `INSERT INTO pairings (${COLUMNS.join(', ')}) SELECT ${COLUMNS.join(', ')} FROM (${rowsFrom(COLUMNS)}) WHERE true
  ON CONFLICT (channel_id, user_key) DO UPDATE SET ${COLUMNS.slice(2)
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')} WHERE pairings.state = 'pending' OR excluded.state = 'approved'`;

export const upsertPairings = (db: Connection, rows: readonly PairingRow[]): Promise<void> =>
  db.run(UPSERT, [tuples<PairingRow>(COLUMNS, rows)]);

export const deletePairings = async (db: Connection, rows: readonly Unpaired[]): Promise<void> => {
  for (const { channel_id, user_key } of rows)
    await db.run('DELETE FROM pairings WHERE channel_id = ? AND user_key = ?', [channel_id, user_key]);
};

export const pairingOf = (db: Connection, channel_id: string, user_key: string): Promise<PairingRow | undefined> =>
  db.get<PairingRow>('SELECT * FROM pairings WHERE channel_id = ? AND user_key = ?', [channel_id, user_key]);

export const allPairings = (db: Connection): Promise<PairingRow[]> =>
  db.all<PairingRow>('SELECT * FROM pairings ORDER BY created_at, code');

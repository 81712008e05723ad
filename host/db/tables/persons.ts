/** `persons`: a random name for each user of a channel, so that the audit trail never holds a platform id. */
import { rowsFrom, tuples } from '../batch-statement.ts';
import type { Connection } from '../connection.ts';
import type { PersonRow } from '../unit.ts';

const COLUMNS = ['person_id', 'channel_id', 'user_key', 'created_at'] as const;
const INSERT = `INSERT INTO persons (${COLUMNS.join(', ')}) SELECT ${COLUMNS.join(', ')} FROM (${rowsFrom(COLUMNS)}) WHERE true
  ON CONFLICT DO NOTHING`;

export const insertPersons = (db: Connection, rows: readonly PersonRow[]): Promise<void> =>
  db.run(INSERT, [tuples<PersonRow>(COLUMNS, rows)]);

export const personOf = async (db: Connection, channel_id: string, user_key: string): Promise<string | undefined> =>
  (await db.get<{ person_id: string }>('SELECT person_id FROM persons WHERE channel_id = ? AND user_key = ?', [channel_id, user_key]))
    ?.person_id;

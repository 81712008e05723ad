/** `tokens`: who may use the administration API, by the hash of what they show. */
import { rowsFrom, tuples } from '../batch-statement.ts';
import type { Connection } from '../connection.ts';
import type { TokenRow } from '../unit.ts';

const COLUMNS = ['id', 'name', 'role', 'hash', 'created_at', 'created_by', 'expires_at', 'last_used_at', 'revoked_at'] as const;
/** What is revoked stays so, whatever a row says that was made before. */
const UPSERT = `INSERT INTO tokens (${COLUMNS.join(', ')}) SELECT ${COLUMNS.join(', ')} FROM (${rowsFrom(COLUMNS)}) WHERE true
  ON CONFLICT (id) DO UPDATE SET last_used_at = excluded.last_used_at, revoked_at = coalesce(tokens.revoked_at, excluded.revoked_at)`;

export const upsertTokens = (db: Connection, rows: readonly TokenRow[]): Promise<void> => db.run(UPSERT, [tuples<TokenRow>(COLUMNS, rows)]);

export const allTokens = (db: Connection): Promise<TokenRow[]> => db.all<TokenRow>('SELECT * FROM tokens ORDER BY created_at, id');

/** `plugins`: what was decided at run time about a channel or connector, keyed `(kind, id)`. */
import { rowsFrom, tuples } from '../batch-statement.ts';
import type { Connection } from '../connection.ts';
import type { PluginRow, ResealedConfig } from '../unit.ts';

const COLUMNS = ['kind', 'id', 'enabled', 'digest', 'grants', 'approved_by', 'approved_at', 'config', 'ran'] as const;
const UPSERT = `INSERT INTO plugins (${COLUMNS.join(', ')}) SELECT ${COLUMNS.join(', ')} FROM (${rowsFrom(COLUMNS)}) WHERE true
  ON CONFLICT (kind, id) DO UPDATE SET ${COLUMNS.slice(2)
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')}`;

export const upsertPlugins = (db: Connection, rows: readonly PluginRow[]): Promise<void> =>
  db.run(UPSERT, [tuples<PluginRow>(COLUMNS, rows)]);

const RESEALED = ['kind', 'id', 'was', 'config'] as const;
const RESEAL = `UPDATE plugins SET config = j.config FROM (${rowsFrom(RESEALED)}) AS j
  WHERE plugins.kind = j.kind AND plugins.id = j.id AND plugins.config = j.was`;

export const resealConfigs = (db: Connection, rows: readonly ResealedConfig[]): Promise<void> =>
  db.run(RESEAL, [tuples<ResealedConfig>(RESEALED, rows)]);

export const allPlugins = (db: Connection): Promise<PluginRow[]> => db.all<PluginRow>('SELECT * FROM plugins ORDER BY kind, id');

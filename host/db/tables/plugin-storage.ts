/** `plugin_storage`: the values that a channel's plugin keeps, each under a key of its own. */
import { rowsFrom, tuples } from '../batch-statement.ts';
import type { Connection } from '../connection.ts';
import type { StorageChange } from '../unit.ts';

const COLUMNS = ['channel_id', 'key', 'value', 'bytes'] as const;
const UPSERT = `INSERT INTO plugin_storage (${COLUMNS.join(', ')}) SELECT ${COLUMNS.join(', ')} FROM (${rowsFrom(COLUMNS)}) WHERE true
  ON CONFLICT (channel_id, key) DO UPDATE SET value = excluded.value, bytes = excluded.bytes`;
const REMOVE = `DELETE FROM plugin_storage WHERE (channel_id, key) IN (${rowsFrom(['channel_id', 'key'])})`;

/** The last word on a key wins. */
export const changeStorage = async (db: Connection, changes: readonly StorageChange[]): Promise<void> => {
  const last = new Map(changes.map((change) => [`${change.channel_id}\n${change.key}`, change]));
  const removed = [...last.values()].filter(({ value }) => value === null);
  const kept = [...last.values()].filter(({ value }) => value !== null);
  if (removed.length > 0) await db.run(REMOVE, [tuples<StorageChange>(['channel_id', 'key'], removed)]);
  if (kept.length > 0) await db.run(UPSERT, [tuples<StorageChange>(COLUMNS, kept)]);
};

export interface StoredValue {
  key: string;
  /** Sealed; null when only its size was asked for. */
  value: string | null;
  bytes: number;
}

export const STORED_VALUES = `SELECT stored.key AS key, stored.bytes AS bytes, CASE WHEN json_each.value->>1 THEN stored.value END AS value
  FROM json_each(?) CROSS JOIN plugin_storage AS stored ON stored.channel_id = ? AND stored.key = json_each.value->>0`;

/** Of the keys that exist, sizes, and values where `wanted`. */
export const storedValues = (
  db: Connection,
  channel_id: string,
  keys: readonly { key: string; wanted: boolean }[],
): Promise<StoredValue[]> =>
  db.all<StoredValue>(STORED_VALUES, [JSON.stringify(keys.map(({ key, wanted }) => [key, wanted ? 1 : 0])), channel_id]);

export const STORED_BYTES = 'SELECT coalesce(sum(bytes), 0) AS bytes FROM plugin_storage WHERE channel_id = ?';

export const storedBytes = async (db: Connection, channel_id: string): Promise<number> =>
  (await db.get<{ bytes: number }>(STORED_BYTES, [channel_id]))?.bytes ?? 0;

/** A key has at most 255 UTF-16 units: no key that begins with a prefix stands behind this. */
const BEHIND_ALL = '\u{10ffff}'.repeat(128);

export const STORED_KEYS = 'SELECT key FROM plugin_storage WHERE channel_id = ? AND key >= ? AND key <= ? AND key > ? ORDER BY key LIMIT ?';

/** Keys in the order of their UTF-8 bytes, behind `after`. */
export const storedKeys = async (
  db: Connection,
  channel_id: string,
  { prefix, after, limit }: { prefix: string; after: string; limit: number },
): Promise<string[]> => {
  const rows = await db.all<{ key: string }>(STORED_KEYS, [channel_id, prefix, prefix + BEHIND_ALL, after, limit]);
  return rows.map(({ key }) => key);
};

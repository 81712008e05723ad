/** Values that the host key sealed beside configurations: what plugins keep, requests that wait for consent, and evidence without a session. */
import type { Connection } from '../connection.ts';
import type { ResealedValue } from '../unit.ts';

export interface HostSealed {
  table: ResealedValue['table'];
  /** The keys of the row, as the statements here take them; the last one of a page is where the next begins. */
  row: readonly string[];
  /** As it was sealed for: table, row, column. */
  place: { table: string; row: string; column: string };
  sealed: string;
}

const STORAGE = `SELECT channel_id, key, value FROM plugin_storage
  WHERE substr(value, 1, length(?1)) <> ?1 AND (channel_id, key) > (?2, ?3) ORDER BY channel_id, key LIMIT ?4`;
const APPROVALS = `SELECT id, request FROM approvals WHERE substr(request, 1, length(?1)) <> ?1 AND id > ?2 ORDER BY id LIMIT ?3`;

/** An answer may have megabytes. */
const MOST_ANSWERS = 10;
const column = (name: 'request' | 'result'): string => `SELECT id, '${name}' AS name, ${name} AS sealed FROM evidence
  WHERE channel_id = '' AND substr(${name}, 1, length(?1)) <> ?1 AND (id, '${name}') > (?2, ?3)`;
const EVIDENCE = `SELECT * FROM (${column('request')} UNION ALL ${column('result')}) ORDER BY id, name LIMIT ?4`;

/** A page of those that another key than this one sealed; empty at the end. */
export const foreignValues = async (
  db: Connection,
  table: ResealedValue['table'],
  key_id: string,
  after: readonly string[] | null,
  limit: number,
): Promise<HostSealed[]> => {
  const prefix = `v1.${key_id}.`;
  if (table === 'approvals') {
    const rows = await db.all<{ id: string; request: string }>(APPROVALS, [prefix, after?.[0] ?? '', limit]);
    return rows.map(({ id, request }) => ({ table, row: [id], place: { table, row: id, column: 'request' }, sealed: request }));
  }
  if (table === 'evidence') {
    const [id, name] = after ?? ['', ''];
    const params = [prefix, id ?? '', name ?? '', Math.min(limit, MOST_ANSWERS)];
    const rows = await db.all<{ id: string; name: string; sealed: string }>(EVIDENCE, params);
    return rows.map((row) => ({
      table,
      row: [row.id, row.name],
      place: { table, row: row.id, column: row.name },
      sealed: row.sealed,
    }));
  }
  const [channel_id, key] = after ?? ['', ''];
  const rows = await db.all<{ channel_id: string; key: string; value: string }>(STORAGE, [prefix, channel_id ?? '', key ?? '', limit]);
  return rows.map((row) => ({
    table,
    row: [row.channel_id, row.key],
    place: { table, row: `${row.channel_id}\n${row.key}`, column: 'value' },
    sealed: row.value,
  }));
};

const RESEAL = {
  plugin_storage: 'UPDATE plugin_storage SET value = ?1 WHERE value = ?2 AND channel_id = ?3 AND key = ?4',
  evidence: `UPDATE evidence SET request = iif(?4 = 'request', ?1, request), result = iif(?4 = 'result', ?1, result)
    WHERE id = ?3 AND iif(?4 = 'request', request, result) = ?2`,
  approvals: 'UPDATE approvals SET request = ?1 WHERE request = ?2 AND id = ?3',
} as const;

export const resealValues = async (db: Connection, values: readonly ResealedValue[]): Promise<void> => {
  for (const { table, row, was, sealed } of values) await db.run(RESEAL[table], [sealed, was, ...row]);
};

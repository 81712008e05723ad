/** Entries of the trail as an operator looks for them: a page by key, newest or oldest first. */
import type { Connection, Value } from '../connection.ts';
import type { StoredAuditRow } from './audit.ts';

export interface AuditFilter {
  action?: string | undefined;
  actor?: string | undefined;
  subject?: string | undefined;
  person_id?: string | undefined;
  channel_id?: string | undefined;
  /** ms since 1970, both included. */
  from?: number | undefined;
  to?: number | undefined;
  /** `seq` of the last row of the page before, newest first; `after` turns the order round. */
  before?: number | undefined;
  after?: number | undefined;
  limit: number;
}

export interface AuditPage {
  rows: StoredAuditRow[];
  /** Where to go on; null at the end. A page may have fewer rows than were asked for, even none, and still go on. */
  next: number | null;
}

/**
 * No index is kept for every filter; each would cost every message. A page looks at no more than this many
 * rows instead, so that a rare filter on a long trail takes several pages and never a long read.
 */
const WINDOW = 20_000;

const conditions = (filter: AuditFilter): { sql: string[]; params: Value[] } => {
  const sql: string[] = [];
  const params: Value[] = [];
  const add = (condition: string, ...values: (Value | undefined)[]) => {
    if (values.some((value) => value === undefined)) return;
    sql.push(condition);
    params.push(...(values as Value[]));
  };
  add('action = ?', filter.action);
  add('actor = ?', filter.actor);
  add('subject = ?', filter.subject);
  add('person_id = ?', filter.person_id);
  add(
    `(CASE WHEN json_valid(detail) THEN detail->>'channel_id' = ? END OR (subject = ? AND action LIKE 'channel.%'))`,
    filter.channel_id,
    filter.channel_id,
  );
  add('at >= ?', filter.from);
  add('at <= ?', filter.to);
  return { sql, params };
};

const edge = async (db: Connection, sql: string): Promise<number | null> => (await db.get<{ seq: number | null }>(sql))?.seq ?? null;

export const listAudit = async (db: Connection, filter: AuditFilter): Promise<AuditPage> => {
  const { sql, params } = conditions(filter);
  const where = (bounds: string): string => ['SELECT * FROM audit WHERE', [bounds, ...sql].join(' AND ')].join(' ');
  if (filter.after !== undefined) {
    const last = await edge(db, 'SELECT max(seq) AS seq FROM audit');
    if (last === null || last <= filter.after) return { rows: [], next: null };
    // Removed rows leave a gap that is not worth a page of its own.
    const first = (await edge(db, 'SELECT min(seq) AS seq FROM audit')) ?? 0;
    const begin = Math.max(filter.after, first - 1);
    const end = begin + WINDOW;
    const rows = await db.all<StoredAuditRow>(`${where('seq > ? AND seq <= ?')} ORDER BY seq LIMIT ?`, [
      begin,
      end,
      ...params,
      filter.limit,
    ]);
    return { rows, next: rows.length === filter.limit ? (rows.at(-1)?.seq ?? null) : end < last ? end : null };
  }
  const first = await edge(db, 'SELECT min(seq) AS seq FROM audit');
  const last = await edge(db, 'SELECT max(seq) AS seq FROM audit');
  if (first === null || last === null) return { rows: [], next: null };
  const begin = Math.min(filter.before ?? Number.MAX_SAFE_INTEGER, last + 1);
  const end = begin - WINDOW;
  const rows = await db.all<StoredAuditRow>(`${where('seq < ? AND seq >= ?')} ORDER BY seq DESC LIMIT ?`, [
    begin,
    end,
    ...params,
    filter.limit,
  ]);
  return { rows, next: rows.length === filter.limit ? (rows.at(-1)?.seq ?? null) : end > first ? end : null };
};

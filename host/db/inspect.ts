/** What an operator wants to know of a database file, through a connection of its own that only reads. */
import { type Connection, openConnection } from './connection.ts';
import { MIGRATIONS, schemaVersion } from './migrate.ts';
import { KEPT_EVIDENCE, OLDEST_MESSAGES } from './tables/aged.ts';
import { AUDIT_OF } from './tables/audit.ts';
import { ROWS_OF_CHAIN } from './tables/audit-trail.ts';
import { COUNT_OPEN_EVENTS, OPEN_EVENTS } from './tables/events.ts';
import { EVIDENCE_BY_KEY, EVIDENCE_OF_MESSAGE, EVIDENCE_STARTED } from './tables/evidence.ts';
import {
  ANSWERS,
  COUNT_OPEN,
  INBOUND_BY_PLATFORM_ID,
  INTERRUPTED,
  listStatement,
  MESSAGES_BY_KEY,
  OPEN_INBOUND,
  OUTBOUND_BY_PLATFORM_ID,
  WAITING_OUTBOUND,
} from './tables/messages.ts';
import { STORED_BYTES, STORED_KEYS, STORED_VALUES } from './tables/plugin-storage.ts';
import { ACTIVE_SESSION, SESSIONS_OF_KEY } from './tables/sessions.ts';

export interface DatabaseCheck {
  file: string;
  schema_version: number;
  newest_schema_version: number;
  /** SQLite's own findings; empty when the file is sound. */
  integrity: string[];
  ok: boolean;
}

export interface TableSize {
  table: string;
  rows: number;
  bytes: number | null;
}

const reading = async <Result>(file: string, work: (db: Connection) => Promise<Result>): Promise<Result> => {
  const db = await openConnection(file, { readonly: true });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
};

export const checkDatabase = (file: string): Promise<DatabaseCheck> =>
  reading(file, async (db) => {
    const rows = await db.all<{ integrity_check: string }>('PRAGMA integrity_check(20)');
    const integrity = rows.map((row) => row.integrity_check).filter((line) => line !== 'ok');
    const schema_version = await schemaVersion(db);
    return {
      file,
      schema_version,
      newest_schema_version: MIGRATIONS.length,
      integrity,
      ok: integrity.length === 0 && schema_version === MIGRATIONS.length,
    };
  });

/** Bytes come from the virtual table `dbstat`, where this build of SQLite has it. */
const bytesOf = async (db: Connection, table: string): Promise<number | null> => {
  try {
    return (
      (
        await db.get<{ bytes: number }>(
          'SELECT sum(pgsize) AS bytes FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name = ?)',
          [table],
        )
      )?.bytes ?? 0
    );
  } catch {
    return null;
  }
};

/** Hot queries that must run on an index; what scans a whole table is slow as soon as it grows. */
const HOT_QUERIES: readonly string[] = [
  OPEN_EVENTS,
  COUNT_OPEN_EVENTS,
  INBOUND_BY_PLATFORM_ID,
  OUTBOUND_BY_PLATFORM_ID,
  ANSWERS,
  MESSAGES_BY_KEY,
  OPEN_INBOUND,
  WAITING_OUTBOUND,
  INTERRUPTED,
  COUNT_OPEN,
  listStatement({ direction: 'outbound', states: ['dead'], limit: 50 }).sql,
  ACTIVE_SESSION,
  SESSIONS_OF_KEY,
  AUDIT_OF,
  STORED_VALUES,
  STORED_BYTES,
  STORED_KEYS,
  ROWS_OF_CHAIN,
  OLDEST_MESSAGES,
  EVIDENCE_STARTED,
  EVIDENCE_OF_MESSAGE,
  EVIDENCE_BY_KEY,
  KEPT_EVIDENCE,
];

export interface DatabaseAnalysis {
  file: string;
  tables: TableSize[];
  /** Hot queries that read a whole table. */
  scans: string[];
}

export const analyzeDatabase = (file: string): Promise<DatabaseAnalysis> =>
  reading(file, async (db) => {
    const names = await db.all<{ name: string }>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
    );
    const tables: TableSize[] = [];
    for (const { name } of names) {
      const rows = (await db.get<{ rows: number }>(`SELECT count(*) AS rows FROM "${name}"`))?.rows ?? 0;
      tables.push({ table: name, rows, bytes: await bytesOf(db, name) });
    }
    const scans: string[] = [];
    for (const query of HOT_QUERIES) {
      const plan = await db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${query}`);
      if (plan.some((step) => /^SCAN (?!json_each|jsonb_each)/.test(step.detail) && !/USING (COVERING )?INDEX/.test(step.detail)))
        scans.push(query);
    }
    return { file, tables, scans };
  });

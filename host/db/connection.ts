/**
 * One SQLite connection: the only home of the `sqlite3` package.
 *
 * Statements are prepared once and kept. The driver runs each call on a thread of its own pool and does
 * not keep the order of different prepared statements, not even inside `serialize()`: whoever needs an
 * order awaits each call, and nobody else may use that connection in between.
 */
import sqlite3 from 'sqlite3';

export type Value = string | number | null | Buffer;

export interface Connection {
  all<Row>(sql: string, params?: readonly Value[]): Promise<Row[]>;
  get<Row>(sql: string, params?: readonly Value[]): Promise<Row | undefined>;
  run(sql: string, params?: readonly Value[]): Promise<void>;
  /** Several statements, no parameters. */
  exec(sql: string): Promise<void>;
  close(): Promise<void>;
}

/** The `code` that the driver puts on its errors: `SQLITE_BUSY`, `SQLITE_FULL`, `SQLITE_CONSTRAINT`, … */
export const sqliteCode = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

const settle = <T>(call: (done: (error: Error | null, value?: T) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value as T))));

const openDatabase = (file: string, mode: number): Promise<sqlite3.Database> =>
  new Promise((resolve, reject) => {
    const db = new sqlite3.Database(file, mode, (error) => (error ? reject(error) : resolve(db)));
  });

export const openConnection = async (file: string, options: { readonly?: boolean } = {}): Promise<Connection> => {
  const mode = options.readonly ? sqlite3.OPEN_READONLY : sqlite3.OPEN_READWRITE | sqlite3.OPEN_CREATE;
  const db = await openDatabase(file, mode);
  const statements = new Map<string, Promise<sqlite3.Statement>>();

  const prepare = (sql: string): Promise<sqlite3.Statement> => {
    let statement = statements.get(sql);
    if (!statement) {
      statement = new Promise((resolve, reject) => {
        const prepared = db.prepare(sql, (error: Error | null) => (error ? reject(error) : resolve(prepared)));
      });
      statement.catch(() => statements.delete(sql));
      statements.set(sql, statement);
    }
    return statement;
  };

  return {
    async all<Row>(sql: string, params: readonly Value[] = []) {
      const statement = await prepare(sql);
      return settle<Row[]>((done) => statement.all(params, done as (error: Error | null, rows: unknown[]) => void));
    },
    async get<Row>(sql: string, params: readonly Value[] = []) {
      const statement = await prepare(sql);
      const rows = await settle<Row[]>((done) => statement.all(params, done as (error: Error | null, rows: unknown[]) => void));
      return rows[0];
    },
    async run(sql, params = []) {
      const statement = await prepare(sql);
      await settle<void>((done) => statement.run(params, done));
    },
    exec: (sql) => settle<void>((done) => db.exec(sql, done)),
    async close() {
      const prepared = await Promise.allSettled(statements.values());
      statements.clear();
      for (const statement of prepared) {
        if (statement.status === 'fulfilled') await settle<void>((done) => statement.value.finalize(() => done(null)));
      }
      await settle<void>((done) => db.close(done));
    },
  };
};

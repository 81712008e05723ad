/**
 * `store/keys/keys.db`: the wrapped keys of people, conversations and days, apart from the content they
 * seal, so that a copy of the database says nothing without them and a destroyed key takes every copy
 * along. Also the list of who was erased, to be applied again to an older database.
 */
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { rowsFrom, tuples } from './batch-statement.ts';
import { type Connection, openConnection } from './connection.ts';
import { copyInto } from './copy.ts';

export const KEYS_FILE = 'keys.db';

/** `host`: a former host key, for values that it sealed. `hash`: hashes the keys of what was erased. */
export type KeyKind = 'person' | 'conversation' | 'day' | 'host' | 'hash';

export interface StoredKey {
  key_id: string;
  kind: KeyKind;
  /** Whose key: a digest of channel and user or conversation; the date of a day's key. */
  subject: string;
  /** The key, sealed with the host key. */
  wrapped: string;
  created_at: number;
}

export interface Tombstone {
  person_id: string;
  channel_id: string;
  /** Hash of the user key; the key itself is gone. */
  user_hash: string;
  erased_at: number;
  /** 0 until everything of the person was blanked. */
  done: 0 | 1;
}

const SCHEMA = `
PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA busy_timeout = 5000;
CREATE TABLE IF NOT EXISTS keys (
  key_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  wrapped TEXT NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS keys_by_subject ON keys (subject);
CREATE INDEX IF NOT EXISTS keys_by_kind ON keys (kind, created_at);
CREATE TABLE IF NOT EXISTS tombstones (
  person_id TEXT PRIMARY KEY,
  channel_id TEXT NOT NULL,
  user_hash TEXT NOT NULL,
  erased_at INTEGER NOT NULL,
  done INTEGER NOT NULL
) WITHOUT ROWID;`;

const COLUMNS = ['key_id', 'kind', 'subject', 'wrapped', 'created_at'] as const;
const INSERT = `INSERT INTO keys (${COLUMNS.join(', ')}) SELECT ${COLUMNS.join(', ')} FROM (${rowsFrom(COLUMNS)}) WHERE true
  ON CONFLICT (key_id) DO NOTHING`;
const REWRAP = `UPDATE keys SET wrapped = j.wrapped FROM (${rowsFrom(['key_id', 'wrapped'])}) AS j WHERE keys.key_id = j.key_id`;
const LISTED = 'IN (SELECT value FROM json_each(?))';

export interface KeyStore {
  /** What is there already stays. */
  add(keys: readonly StoredKey[]): Promise<void>;
  byId(key_ids: readonly string[]): Promise<StoredKey[]>;
  bySubject(subjects: readonly string[]): Promise<StoredKey[]>;
  ofKind(kind: KeyKind): Promise<StoredKey[]>;
  /** Keys that another key than `host_key_id` wraps. */
  foreign(host_key_id: string, limit: number): Promise<StoredKey[]>;
  rewrap(keys: readonly Pick<StoredKey, 'key_id' | 'wrapped'>[]): Promise<void>;
  /** Removes keys for good, in the same transaction as the tombstone that says whose they were. Returns how many there were. */
  destroy(what: { subjects?: readonly string[]; key_ids?: readonly string[]; tombstone?: Tombstone }): Promise<number>;
  tombstones(): Promise<Tombstone[]>;
  finish(person_id: string): Promise<void>;
  /** Writes a copy beside `file` and puts it in its place: at no moment is there half of one. */
  copyTo(file: string): Promise<void>;
  close(): Promise<void>;
}

/** Whoever begins a transaction has the connection for itself until it ends. */
const createTurns = () => {
  let last: Promise<unknown> = Promise.resolve();
  return <Result>(work: () => Promise<Result>): Promise<Result> => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
};

const inTransaction = async <Result>(db: Connection, work: () => Promise<Result>): Promise<Result> => {
  await db.run('BEGIN IMMEDIATE');
  try {
    const result = await work();
    await db.run('COMMIT');
    return result;
  } catch (error) {
    await db.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
};

const removeKeys = async (db: Connection, column: 'subject' | 'key_id', values: readonly string[]): Promise<number> =>
  (await db.all<{ key_id: string }>(`DELETE FROM keys WHERE ${column} ${LISTED} RETURNING key_id`, [JSON.stringify(values)])).length;

const addTombstone = (db: Connection, { person_id, channel_id, user_hash, erased_at, done }: Tombstone): Promise<void> =>
  db.run(
    `INSERT INTO tombstones (person_id, channel_id, user_hash, erased_at, done) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (person_id) DO UPDATE SET erased_at = excluded.erased_at, done = excluded.done`,
    [person_id, channel_id, user_hash, erased_at, done],
  );

/** Makes the file when there is none, readable by its owner only. */
export const openKeyStore = async (keys_dir: string): Promise<KeyStore> => {
  await mkdir(keys_dir, { recursive: true, mode: 0o700 });
  const file = path.join(keys_dir, KEYS_FILE);
  await (await open(file, 'a', 0o600)).close();
  const db = await openConnection(file);
  await db.exec(SCHEMA).catch(async (error) => {
    await db.close();
    throw error;
  });
  const turn = createTurns();
  const list = <Row>(sql: string, values: readonly string[]): Promise<Row[]> =>
    values.length === 0 ? Promise.resolve([]) : db.all<Row>(sql, [JSON.stringify(values)]);
  return {
    add: (keys) => turn(() => db.run(INSERT, [tuples<StoredKey>(COLUMNS, keys)])),
    byId: (key_ids) => list<StoredKey>(`SELECT * FROM keys WHERE key_id ${LISTED}`, key_ids),
    bySubject: (subjects) => list<StoredKey>(`SELECT * FROM keys WHERE subject ${LISTED} ORDER BY created_at`, subjects),
    ofKind: (kind) => db.all<StoredKey>('SELECT * FROM keys WHERE kind = ? ORDER BY created_at', [kind]),
    foreign: (host_key_id, limit) =>
      db.all<StoredKey>(`SELECT * FROM keys WHERE substr(wrapped, 1, ?) <> ? LIMIT ?`, [
        host_key_id.length + 4,
        `v1.${host_key_id}.`,
        limit,
      ]),
    rewrap: (keys) => turn(() => db.run(REWRAP, [tuples<Pick<StoredKey, 'key_id' | 'wrapped'>>(['key_id', 'wrapped'], keys)])),
    destroy: ({ subjects = [], key_ids = [], tombstone }) =>
      turn(async () => {
        const removed = await inTransaction(db, async () => {
          if (tombstone) await addTombstone(db, tombstone);
          return (await removeKeys(db, 'subject', subjects)) + (await removeKeys(db, 'key_id', key_ids));
        });
        // The write-ahead log still holds the pages as they were.
        await db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
        return removed;
      }),
    tombstones: () => db.all<Tombstone>('SELECT * FROM tombstones ORDER BY erased_at'),
    finish: (person_id) => turn(() => db.run('UPDATE tombstones SET done = 1 WHERE person_id = ?', [person_id])),
    copyTo: (to) => turn(() => copyInto(db, to)),
    close: () => turn(() => db.close()),
  };
};

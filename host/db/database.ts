/** Opens a home's database: one connection that writes, one that reads, one for checkpoints. */
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { type ChainHead, GENESIS } from '../audit/chain.ts';
import { AppError } from '../errors.ts';
import { type Connection, openConnection } from './connection.ts';
import { migrate } from './migrate.ts';
import { lastAuditCommit } from './tables/audit.ts';
import { type AuditTrail, auditTrail } from './tables/audit-trail.ts';
import type { Unit } from './unit.ts';
import { createWriter, type Writer } from './writer.ts';

/**
 * FULL: a commit is on the disk before it is acknowledged; that is the promise. `secure_delete` overwrites
 * what is deleted. The automatic checkpoint is off: it would run inside somebody's commit.
 */
const WRITE_PRAGMAS = `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;
  PRAGMA busy_timeout = 5000; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -16000;`;
const READ_PRAGMAS = 'PRAGMA busy_timeout = 5000; PRAGMA cache_size = -8000; PRAGMA query_only = ON;';

/** The write-ahead log is folded into the database after this many batches, when nobody is writing. */
const BATCHES_PER_CHECKPOINT = 500;

export interface Database {
  writer: Writer;
  /** For reading only. */
  reader: Connection;
  migrated: readonly string[];
  /** Folds the write-ahead log into the file and empties it, as far as nobody reads: what was blanked stands nowhere then. */
  fold(): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  file: string;
  /** Names this chain when the database has none yet. */
  new_chain_id: string;
  /** Whether the chain may go on after its newest commit. False begins a new one: after a restore, going on would fork it. */
  continues?: (last: ChainHead, trail: AuditTrail) => Promise<boolean>;
  /** The trail goes on in a chain of its own: the database was restored. */
  begin_chain?: boolean;
  on_batch?: (units: number, took_ms: number) => void;
  before_batch?: () => Promise<void>;
  probe?: (point: 'batch.begin' | 'batch.committed', units: readonly Unit[]) => void;
}

const createCheckpoints = (db: Connection) => {
  let batches = 0;
  let running: Promise<void> | null = null;
  return {
    count() {
      if (++batches < BATCHES_PER_CHECKPOINT || running) return;
      batches = 0;
      // PASSIVE never waits for readers or the writer; what it could not move, the next one does.
      running = db.exec('PRAGMA wal_checkpoint(PASSIVE)').then(
        () => void (running = null),
        () => void (running = null),
      );
    },
    async finish() {
      await running;
    },
  };
};

interface Opened {
  write: Connection;
  reader: Connection;
  background: Connection;
  migrated: readonly string[];
  head: ChainHead;
  options: DatabaseOptions;
}

const assemble = ({ write, reader, background, migrated, head, options }: Opened): Database => {
  const checkpoints = createCheckpoints(background);
  const writer = createWriter(write, {
    head,
    probe: options.probe,
    before_batch: options.before_batch,
    on_batch(units, took_ms) {
      checkpoints.count();
      options.on_batch?.(units, took_ms);
    },
  });
  return {
    writer,
    reader,
    migrated,
    fold: () => background.exec('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => undefined),
    async close() {
      await writer.close();
      await checkpoints.finish();
      await background.close();
      await reader.close();
      await write.exec('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => undefined);
      await write.close();
    },
  };
};

/** Readable by its owner only; SQLite gives its side files the same mode. */
export const makeDatabaseFile = async (file: string): Promise<void> => {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await (await open(file, 'a', 0o600)).close();
};

const cannotOpen = (file: string, error: unknown): AppError =>
  error instanceof AppError
    ? error
    : new AppError(
        'DATABASE_UNAVAILABLE',
        `The database ${file} cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
        'Check the path, its permissions and the free space; a damaged file is replaced by a backup.',
        { cause: error },
      );

/** Throws `AppError` (`SCHEMA_TOO_NEW`, `DATABASE_UNAVAILABLE`); nothing is left open then. */
export const openDatabase = async (options: DatabaseOptions): Promise<Database> => {
  const opened: Connection[] = [];
  const connect = async (pragmas: string): Promise<Connection> => {
    const connection = await openConnection(options.file);
    opened.push(connection);
    await connection.exec(pragmas);
    return connection;
  };
  try {
    await makeDatabaseFile(options.file);
    const write = await connect(WRITE_PRAGMAS);
    const migrated = await migrate(write);
    const last = options.begin_chain ? undefined : await lastAuditCommit(write);
    const goes_on = last !== undefined && ((await options.continues?.(last, auditTrail(write))) ?? true);
    const head = goes_on
      ? { chain_id: last.chain_id, seq: last.seq, hash: last.hash }
      : { chain_id: options.new_chain_id, seq: 0, hash: GENESIS };
    const reader = await connect(READ_PRAGMAS);
    const background = await connect('PRAGMA busy_timeout = 0');
    return assemble({ write, reader, background, migrated, head, options });
  } catch (error) {
    for (const connection of opened) await connection.close().catch(() => undefined);
    throw cannotOpen(options.file, error);
  }
};

/**
 * Puts a backup in the place of the database. It is made ready beside it (keys, unfinished rows, erasures,
 * a new chain of the trail) and takes its place in one step: whatever happens before leaves the old one.
 */
import { chmod, copyFile, link, rename, rm } from 'node:fs/promises';
import { openConnection } from '../db/connection.ts';
import { settleFile } from '../db/copy.ts';
import { type Database, openDatabase } from '../db/database.ts';
import { checkDatabase } from '../db/inspect.ts';
import { MIGRATIONS } from '../db/migrate.ts';
import { auditHeads } from '../db/tables/audit.ts';
import { type RestoredRow, restoredRows } from '../db/tables/restorations.ts';
import type { Unit } from '../db/unit.ts';
import { AppError } from '../errors.ts';
import { type OpenedKeys, openKeys } from '../secrets/open-keys.ts';
import { refreshKeyCheck, takeBackupKeys } from '../secrets/restored-keys.ts';
import { findBackup, type Manifest } from './manifest.ts';

export interface HomeFiles {
  db_file: string;
  keys_dir: string;
  master_key: Buffer | null;
}

export interface OpenedHome {
  database: Database;
  keys: OpenedKeys;
  commit(unit: Unit): Promise<unknown>;
}

export interface RestoreDeps {
  now(): number;
  new_chain_id: string;
  actor: string;
  /** Erases again whoever was erased since; answers with how many. */
  eraseAgain(home: OpenedHome): Promise<number>;
}

export interface Restored {
  file: string;
  created_at: string;
  /** The database that stood here; null when there was none. */
  kept: string | null;
  /** The keys came from the backup: the home had none. */
  keys_taken: boolean;
  erased_again: number;
  resumed: number;
  /** What was not finished when the backup was made, and was not handed back. */
  unfinished: RestoredRow[];
}

/** Opens database and keys of a home that nobody runs, for the length of `work`. */
export const withHome = async <Result>(
  home: HomeFiles,
  options: { now(): number; new_chain_id: string; begin_chain: boolean },
  work: (home: OpenedHome) => Promise<Result>,
): Promise<Result> => {
  let keys: OpenedKeys | null = null;
  const database = await openDatabase({
    file: home.db_file,
    new_chain_id: options.new_chain_id,
    begin_chain: options.begin_chain,
    before_batch: async () => keys?.keyring.prepare(),
  });
  try {
    keys = await openKeys(database.reader, { ...home, now: options.now });
    const commit = (unit: Unit) => database.writer.commit(unit);
    if (keys.settings.length > 0) await commit({ settings: keys.settings });
    return await work({ database, keys, commit });
  } finally {
    await database.close();
    await keys?.keyring.close();
  }
};

/** Hands back rows that a restore ended: these, or all. Answers with how many. */
export const resumeRestored = async (
  { database, commit }: OpenedHome,
  ids: readonly string[] | null,
  at: number,
  actor: string,
): Promise<number> => {
  const before = await restoredRows(database.reader);
  const chosen = ids === null ? before : before.filter(({ id }) => ids.includes(id));
  const missing = ids?.find((id) => !before.some((row) => row.id === id));
  if (missing !== undefined)
    throw new AppError(
      'NOT_FOUND',
      `${missing} is not among what a restore has ended.`,
      'agentos restore lists them; --resume without ids hands all back.',
    );
  if (chosen.length === 0) return 0;
  const audit = chosen.map(({ id, kind, channel_id }) => ({
    at,
    actor,
    action: 'restore.resumed',
    subject: id,
    decision: kind,
    detail: { channel_id },
  }));
  await commit({ restorations: [{ effect: 'resume', at, ids: chosen.map(({ id }) => id) }], audit });
  return chosen.length;
};

const verify = async (file: string, manifest: Manifest): Promise<void> => {
  const { integrity, schema_version } = await checkDatabase(file);
  if (integrity.length > 0)
    throw new AppError('DATABASE_UNAVAILABLE', `The backup is damaged: ${integrity.join('; ')}`, 'Take another one.');
  if (schema_version > MIGRATIONS.length)
    throw new AppError(
      'SCHEMA_TOO_NEW',
      `The backup has schema version ${schema_version}; this program knows ${MIGRATIONS.length}.`,
      `Use version ${manifest.version} or a newer one.`,
    );
};

const prepare = async (
  home: HomeFiles,
  manifest: Manifest,
  resume: readonly string[] | 'all' | null,
  deps: RestoreDeps,
): Promise<Pick<Restored, 'erased_again' | 'resumed' | 'unfinished'>> => {
  const at = deps.now();
  const db = await openConnection(home.db_file);
  await refreshKeyCheck(db, home.keys_dir, home.master_key, at).finally(() => db.close());
  return withHome(home, { ...deps, begin_chain: true }, async (opened) => {
    const detail = { created_at: manifest.created_at, heads: await auditHeads(opened.database.reader) };
    const entry = { at, actor: deps.actor, action: 'database.restored', subject: 'database', decision: 'restored', detail };
    await opened.commit({ restorations: [{ effect: 'settle', at }], audit: [entry] });
    const erased_again = await deps.eraseAgain(opened);
    const resumed = resume === null ? 0 : await resumeRestored(opened, resume === 'all' ? null : resume, at, deps.actor);
    return { erased_again, resumed, unfinished: await restoredRows(opened.database.reader) };
  });
};

/** The old database stays under another name. */
const takePlace = async (ready: string, db_file: string, now: number): Promise<string | null> => {
  const kept = `${db_file}.before-${new Date(now).toISOString().replace(/[-:]/g, '').replace('.', '-')}`;
  const had = await link(db_file, kept).then(
    () => true,
    async (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      await copyFile(db_file, kept);
      return true;
    },
  );
  await rename(ready, db_file);
  return had ? kept : null;
};

/** The home's lock must be held. `resume`: ids, or all. Throws `AppError`; the database that stands is then as it was. */
export const restoreBackup = async (
  home: HomeFiles,
  target: string,
  resume: readonly string[] | 'all' | null,
  deps: RestoreDeps,
): Promise<Restored> => {
  const { file, folder, manifest } = await findBackup(target);
  const ready = `${home.db_file}.restoring`;
  const remove = () => Promise.all(['', '-wal', '-shm'].map((end) => rm(ready + end, { force: true })));
  await remove();
  try {
    await copyFile(file, ready);
    await chmod(ready, 0o600);
    await verify(ready, manifest);
    const keys_taken = await takeBackupKeys(home.keys_dir, folder, home.master_key !== null);
    const prepared = await prepare({ ...home, db_file: ready }, manifest, resume, deps);
    await settleFile(ready);
    await settleFile(home.db_file);
    const kept = await takePlace(ready, home.db_file, deps.now());
    await Promise.all(['-wal', '-shm'].map((end) => rm(home.db_file + end, { force: true })));
    return { file, created_at: manifest.created_at, kept, keys_taken, ...prepared };
  } finally {
    await remove();
  }
};

/** A whole copy of a database while others read and write it. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { type Connection, openConnection } from './connection.ts';

/** Writes beside `file` and renames: at no moment is there half of a copy. Readable by its owner only. */
export const copyInto = async (db: Connection, file: string): Promise<void> => {
  const unfinished = `${file}.new`;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await rm(unfinished, { force: true });
  const made = await open(unfinished, 'wx', 0o600);
  await made.close();
  await db.run('VACUUM INTO ?', [unfinished]);
  await chmod(unfinished, 0o600);
  // VACUUM INTO does not wait for the disk.
  const written = await open(unfinished, 'r+');
  await written.sync().finally(() => written.close());
  await rename(unfinished, file);
};

/** Through a connection of its own. */
export const copyDatabase = async (from: string, to: string): Promise<void> => {
  const db = await openConnection(from);
  try {
    await db.exec('PRAGMA busy_timeout = 5000');
    await copyInto(db, to);
  } finally {
    await db.close();
  }
};

/** Folds the write-ahead log of a database that nobody uses into its file, which is then all there is; makes none. */
export const settleFile = async (file: string): Promise<void> => {
  if (!existsSync(file)) return;
  const db = await openConnection(file);
  try {
    await db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    await db.close();
  }
};

/**
 * One process writes a home. It holds `store/run/lock.db` in an exclusive transaction for its life; the
 * kernel releases that lock when the process dies, however it dies. A pid file could not say so: it
 * survives `kill -9`, and its pid may belong to somebody else by then.
 */
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../errors.ts';
import { openConnection, sqliteCode } from './connection.ts';

/** Who owns the home, for the message that a second process prints. */
export interface Owner {
  pid: number;
  address: string | null;
  started_at: string;
}

export interface HomeLock {
  /** Writes where the owner can be reached. */
  announce(owner: Owner): Promise<void>;
  release(): Promise<void>;
}

export const readOwner = async (run_dir: string): Promise<Owner | null> => {
  try {
    const owner = JSON.parse(await readFile(path.join(run_dir, 'owner.json'), 'utf8')) as Owner | null;
    return typeof owner?.pid === 'number' ? owner : null;
  } catch {
    return null;
  }
};

/** A process of another user answers EPERM: it lives. */
const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** The owner that wrote its name may have died, and the lock be held by a command that names itself nowhere. */
const inUse = (owner: Owner | null): AppError =>
  new AppError(
    'HOME_IN_USE',
    owner && lives(owner.pid)
      ? `Process ${owner.pid}${owner.address ? ` at ${owner.address}` : ''} already runs on this home since ${owner.started_at}.`
      : 'Another process already runs on this home.',
    'Stop it first, or start with another --home.',
  );

export const acquireLock = async (run_dir: string): Promise<HomeLock> => {
  await mkdir(run_dir, { recursive: true, mode: 0o700 });
  await chmod(run_dir, 0o700);
  const connection = await openConnection(path.join(run_dir, 'lock.db'));
  try {
    await connection.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    await connection.close();
    if (sqliteCode(error) === 'SQLITE_BUSY') throw inUse(await readOwner(run_dir));
    throw error;
  }
  const owner_file = path.join(run_dir, 'owner.json');
  let announced = false;
  return {
    async announce(owner) {
      announced = true;
      await writeFile(owner_file, `${JSON.stringify(owner)}\n`, { mode: 0o600 });
    },
    async release() {
      // A file left by a process that was killed tells the next start so; who never announced itself leaves it alone.
      if (announced) await rm(owner_file, { force: true });
      await connection.exec('ROLLBACK');
      await connection.close();
    },
  };
};

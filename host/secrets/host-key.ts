/**
 * The host key: 32 bytes from `AGENTOS_MASTER_KEY`, else from `store/keys/host.key`, which is made for
 * an empty database only. A database whose values another key sealed stops the start: going on with a
 * new key would make everything in it unreadable for good.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Connection } from '../db/connection.ts';
import { anySealed, setting } from '../db/tables/settings.ts';
import type { SettingRow } from '../db/unit.ts';
import { AppError } from '../errors.ts';
import { createSeal, type Seal } from './seal.ts';

const KEY_CHECK = 'key_check';
const PLACE = { table: 'settings', row: KEY_CHECK, column: 'value' };
const FILE = 'host.key';

const readKeyFile = async (keys_dir: string): Promise<Buffer | null> => {
  try {
    const key = Buffer.from((await readFile(path.join(keys_dir, FILE), 'utf8')).trim(), 'base64');
    if (key.length === 32) return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  throw new AppError(
    'KEY_MISMATCH',
    `The key file ${path.join(keys_dir, FILE)} does not hold 32 bytes in base64.`,
    'Restore it from your backup.',
  );
};

/** A new name survives a power cut only when its folder is on the disk too; Windows has no such call. */
const syncFolder = async (folder: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
};

/**
 * The key is on the disk before anything is sealed with it, and has its name only when it is complete: a
 * crash in between leaves no half of a key that would stop every start from then on.
 */
const makeKeyFile = async (keys_dir: string): Promise<Buffer> => {
  await mkdir(keys_dir, { recursive: true, mode: 0o700 });
  await chmod(keys_dir, 0o700);
  const key = randomBytes(32);
  const unfinished = path.join(keys_dir, `${FILE}.new`);
  await rm(unfinished, { force: true });
  const file = await open(unfinished, 'wx', 0o600);
  try {
    await file.writeFile(`${key.toString('base64')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path.join(keys_dir, FILE));
  await syncFolder(keys_dir);
  await syncFolder(path.dirname(keys_dir));
  return key;
};

const mismatch = (detail: string): AppError =>
  new AppError(
    'KEY_MISMATCH',
    `This database was sealed with another key: ${detail}.`,
    'Restore store/keys/host.key from the backup that belongs to this database, or set AGENTOS_MASTER_KEY to the key that was used.',
  );

export interface HostKey {
  seal: Seal;
  /** To be written when the database has no check value yet. */
  key_check: SettingRow | null;
}

const keyNamedBy = (sealed: string): string => sealed.split('.')[1] ?? '?';

/** Throws `KEY_MISMATCH` rather than go on with a key that does not open what is there. */
export const openHostKey = async (
  reader: Connection,
  options: { keys_dir: string; master_key: Buffer | null; now: number },
): Promise<HostKey> => {
  const stored = await setting(reader, KEY_CHECK);
  // Without its check value a database is still not empty when something in it is sealed.
  const sealed = stored?.value ?? (await anySealed(reader));
  const given = options.master_key ?? (await readKeyFile(options.keys_dir));
  if (!given && sealed !== null) throw mismatch(`it names key ${keyNamedBy(sealed)}, and no key was found`);
  const seal = createSeal(given ?? (await makeKeyFile(options.keys_dir)));
  if (sealed !== null && keyNamedBy(sealed) !== seal.key_id) {
    throw mismatch(`it names key ${keyNamedBy(sealed)}, the key here is ${seal.key_id}`);
  }
  if (!stored) {
    return { seal, key_check: { name: KEY_CHECK, value: seal.seal('fits', PLACE), at: options.now, actor: 'host', reason: null } };
  }
  try {
    seal.open(stored.value, PLACE);
  } catch {
    throw mismatch(`its check value cannot be opened with key ${seal.key_id}`);
  }
  return { seal, key_check: null };
};

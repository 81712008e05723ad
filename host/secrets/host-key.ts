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
import { createSeal, keyId, keyNamedBy, type Seal } from './seal.ts';

export const KEY_CHECK = 'key_check';
const PLACE = { table: 'settings', row: KEY_CHECK, column: 'value' };
export const HOST_KEY_FILE = 'host.key';
/** The key that is to follow; there while the host key changes, and after a crash in between. */
const NEXT_FILE = 'host.key.next';
/** The form of a host key's name. Keys of content have longer ones. */
const HOST_KEY_ID = /^[0-9a-f]{8}$/;

export const readKeyFile = async (keys_dir: string, name = HOST_KEY_FILE): Promise<Buffer | null> => {
  const file = path.join(keys_dir, name);
  try {
    const key = Buffer.from((await readFile(file, 'utf8')).trim(), 'base64');
    if (key.length === 32) return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  throw new AppError('KEY_MISMATCH', `The key file ${file} does not hold 32 bytes in base64.`, 'Restore it from your backup.');
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
const writeKeyFile = async (keys_dir: string, key: Buffer, name: string): Promise<void> => {
  await mkdir(keys_dir, { recursive: true, mode: 0o700 });
  await chmod(keys_dir, 0o700);
  const unfinished = path.join(keys_dir, `${HOST_KEY_FILE}.new`);
  await rm(unfinished, { force: true });
  const file = await open(unfinished, 'wx', 0o600);
  try {
    await file.writeFile(`${key.toString('base64')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path.join(keys_dir, name));
  await syncFolder(keys_dir);
  await syncFolder(path.dirname(keys_dir));
};

const makeKeyFile = async (keys_dir: string): Promise<Buffer> => {
  const key = randomBytes(32);
  await writeKeyFile(keys_dir, key, HOST_KEY_FILE);
  return key;
};

export const writeNextKey = (keys_dir: string, key: Buffer): Promise<void> => writeKeyFile(keys_dir, key, NEXT_FILE);

export const dropNextKey = async (keys_dir: string): Promise<void> => {
  await rm(path.join(keys_dir, NEXT_FILE), { force: true });
  await syncFolder(keys_dir);
};

/** The next key becomes the key. */
export const takeNextKey = async (keys_dir: string): Promise<void> => {
  await rename(path.join(keys_dir, NEXT_FILE), path.join(keys_dir, HOST_KEY_FILE));
  await syncFolder(keys_dir);
};

const mismatch = (detail: string): AppError =>
  new AppError(
    'KEY_MISMATCH',
    `This database was sealed with another key: ${detail}.`,
    'Restore store/keys/host.key from the backup that belongs to this database, or set AGENTOS_MASTER_KEY to the key that was used.',
  );

export interface HostKey {
  seal: Seal;
  key: Buffer;
  /** To be written when the database has no check value yet. */
  key_check: SettingRow | null;
  /** The key of a change that did not come about: what it wraps is to be wrapped anew, then `dropNextKey`. */
  pending: Seal | null;
}

/** The check value of a key, which tells whether it fits the database. */
export const keyCheck = (seal: Seal, at: number, actor: string): SettingRow => ({
  name: KEY_CHECK,
  value: seal.seal('fits', PLACE),
  at,
  actor,
  reason: null,
});

/**
 * Which key is in force. The check value is the judge: it is written in the transaction that ends a change
 * of keys, so a crash before it leaves the old key in force and a crash after it the new one.
 */
const keyInForce = async (
  options: { keys_dir: string; master_key: Buffer | null },
  named: string | null,
): Promise<{ key: Buffer | null; pending: Seal | null }> => {
  const { keys_dir, master_key } = options;
  const key = master_key ?? (await readKeyFile(keys_dir));
  const next = await readKeyFile(keys_dir, NEXT_FILE);
  if (!next) return { key, pending: null };
  if (named === null || keyId(next) !== named) return { key, pending: createSeal(next) };
  if (master_key && keyId(master_key) !== named)
    throw new AppError(
      'KEY_MISMATCH',
      `This database was given a new key, ${named}, and AGENTOS_MASTER_KEY is still the former one.`,
      'Set AGENTOS_MASTER_KEY to the key that was given to agentos secrets rotate.',
    );
  await (master_key ? dropNextKey(keys_dir) : takeNextKey(keys_dir));
  return { key: next, pending: null };
};

/** Throws `KEY_MISMATCH` rather than go on with a key that does not open what is there. */
export const openHostKey = async (
  reader: Connection,
  options: { keys_dir: string; master_key: Buffer | null; now: number },
): Promise<HostKey> => {
  const stored = await setting(reader, KEY_CHECK);
  // Without its check value a database is still not empty when something in it is sealed.
  const sealed = stored?.value ?? (await anySealed(reader));
  const named = sealed === null ? null : keyNamedBy(sealed);
  const { key: given, pending } = await keyInForce(options, stored ? named : null);
  if (!given && named !== null) throw mismatch(`it names key ${named}, and no key was found`);
  const key = given ?? (await makeKeyFile(options.keys_dir));
  const seal = createSeal(key);
  if (named !== null && HOST_KEY_ID.test(named) && named !== seal.key_id) {
    throw mismatch(`it names key ${named}, the key here is ${seal.key_id}`);
  }
  if (!stored) return { seal, key, key_check: keyCheck(seal, options.now, 'host'), pending };
  try {
    seal.open(stored.value, PLACE);
  } catch {
    throw mismatch(`its check value cannot be opened with key ${seal.key_id}`);
  }
  return { seal, key, key_check: null, pending };
};

/**
 * The backup of the keys: in one generation only, beside the databases' many. A key that was destroyed
 * must not be found in an older copy, so each backup, each erasure and each new host key overwrites it.
 */
import { chmod, copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { KEYS_FILE } from '../db/key-store.ts';
import { HOST_KEY_FILE } from './host-key.ts';

/** Folders that hold a backup of the keys. */
const LIST = 'backups.json';
/** Inside a folder of backups. */
export const KEYS_FOLDER = 'keys';

const readFolders = async (keys_dir: string): Promise<string[]> => {
  try {
    const listed: unknown = JSON.parse(await readFile(path.join(keys_dir, LIST), 'utf8'));
    return Array.isArray(listed) ? listed.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
};

/** Before the first copy is made: an erasure must know of every one. */
export const rememberFolder = async (keys_dir: string, folder: string): Promise<void> => {
  const folders = new Set(await readFolders(keys_dir)).add(folder);
  const file = path.join(keys_dir, LIST);
  await mkdir(keys_dir, { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, `${JSON.stringify([...folders])}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
};

const copyHostKey = async (keys_dir: string, to: string): Promise<void> => {
  const [from, unfinished] = [path.join(keys_dir, HOST_KEY_FILE), path.join(to, `${HOST_KEY_FILE}.new`)];
  try {
    await copyFile(from, unfinished);
  } catch (error) {
    // The key of the environment is nobody's file.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return rm(path.join(to, HOST_KEY_FILE), { force: true });
    throw error;
  }
  await chmod(unfinished, 0o600);
  await rename(unfinished, path.join(to, HOST_KEY_FILE));
};

export const copyKeysInto = async (keys_dir: string, folder: string, copyTo: (file: string) => Promise<void>): Promise<void> => {
  const to = path.join(folder, KEYS_FOLDER);
  await mkdir(to, { recursive: true, mode: 0o700 });
  await copyTo(path.join(to, KEYS_FILE));
  await copyHostKey(keys_dir, to);
};

/** Overwrites every copy that was ever made. A folder that is not there (a disk that is not mounted) is named, not made. */
export const copyKeysEverywhere = async (
  keys_dir: string,
  copyTo: (file: string) => Promise<void>,
): Promise<{ written: string[]; failed: string[] }> => {
  const done: { written: string[]; failed: string[] } = { written: [], failed: [] };
  for (const folder of await readFolders(keys_dir)) {
    try {
      await readFile(path.join(folder, KEYS_FOLDER, KEYS_FILE));
      await copyKeysInto(keys_dir, folder, copyTo);
      done.written.push(folder);
    } catch {
      done.failed.push(folder);
    }
  }
  return done;
};

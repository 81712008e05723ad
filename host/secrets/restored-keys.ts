/** The keys of a restored database: those of the home, which know who was erased, else those of the backup. */
import { access, copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Connection } from '../db/connection.ts';
import { KEYS_FILE, openKeyStore } from '../db/key-store.ts';
import { setSettings, setting } from '../db/tables/settings.ts';
import { HOST_KEY_FILE, KEY_CHECK, keyCheck, readKeyFile } from './host-key.ts';
import { KEYS_FOLDER } from './keys-backup.ts';
import { createSeal, keyNamedBy } from './seal.ts';

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** Into a home without keys; never over keys that are there. Returns whether any were taken. */
export const takeBackupKeys = async (keys_dir: string, folder: string, key_is_given: boolean): Promise<boolean> => {
  await mkdir(keys_dir, { recursive: true, mode: 0o700 });
  const names = key_is_given ? [KEYS_FILE] : [KEYS_FILE, HOST_KEY_FILE];
  if ((await Promise.all(names.map((name) => exists(path.join(keys_dir, name))))).some(Boolean)) return false;
  let taken = false;
  for (const name of names) {
    const from = path.join(folder, KEYS_FOLDER, name);
    if (!(await exists(from))) continue;
    await copyFile(from, path.join(keys_dir, name));
    taken = true;
  }
  return taken;
};

/**
 * A backup from before a change of the host key names the former key. Who has the present one, which wraps
 * the former, may open it: the check value is written anew. Anything else is left for the start to refuse.
 */
export const refreshKeyCheck = async (db: Connection, keys_dir: string, master_key: Buffer | null, now: number): Promise<boolean> => {
  const stored = await setting(db, KEY_CHECK);
  const key = master_key ?? (await readKeyFile(keys_dir));
  if (!stored || !key) return false;
  const host = createSeal(key);
  const named = keyNamedBy(stored.value);
  if (named === host.key_id) return false;
  const store = await openKeyStore(keys_dir);
  try {
    const [former] = (await store.byId([named])).filter(({ kind }) => kind === 'host');
    // Opened only to see that it can be.
    if (!former || keyNamedBy(former.wrapped) !== host.key_id) return false;
    host.open(former.wrapped, { table: 'keys', row: former.key_id, column: 'wrapped' });
    await setSettings(db, [keyCheck(host, now, 'host')]);
    return true;
  } finally {
    await store.close();
  }
};

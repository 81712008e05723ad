/** Opens the keys of a home together with its database: the host key, and the keys it wraps. */
import type { Connection } from '../db/connection.ts';
import { openKeyStore } from '../db/key-store.ts';
import { setting } from '../db/tables/settings.ts';
import type { SettingRow } from '../db/unit.ts';
import { dropNextKey, openHostKey } from './host-key.ts';
import { type Keyring, openKeyring } from './keyring.ts';

/** Names the store of keys that a database was written with. */
const KEY_STORE = 'key_store';

export interface OpenedKeys {
  keyring: Keyring;
  /** To be committed before anything else. */
  settings: SettingRow[];
}

/** Throws `KEY_MISMATCH`; nothing is left open then. */
export const openKeys = async (
  reader: Connection,
  options: { keys_dir: string; master_key: Buffer | null; now(): number },
): Promise<OpenedKeys> => {
  const { keys_dir, now } = options;
  const { seal, key, key_check, pending } = await openHostKey(reader, { ...options, now: now() });
  const known = await setting(reader, KEY_STORE);
  const store = await openKeyStore(keys_dir);
  try {
    const keyring = await openKeyring({ store, host: { seal, key }, pending, now }, known?.value ?? null);
    if (pending) await dropNextKey(keys_dir);
    const named = { name: KEY_STORE, value: keyring.store_id, at: now(), actor: 'host', reason: null };
    return { keyring, settings: [...(key_check ? [key_check] : []), ...(known ? [] : [named])] };
  } catch (error) {
    await store.close();
    throw error;
  }
};

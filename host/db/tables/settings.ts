/** `settings`: values that outlive a restart (modes, key check), each change kept in the history. */
import type { Connection } from '../connection.ts';
import type { SettingRow } from '../unit.ts';

const REMEMBER = `INSERT INTO settings_history (name, previous, value, at, actor, reason)
  SELECT ?1, (SELECT value FROM settings WHERE name = ?1), ?2, ?3, ?4, ?5`;
const SET = `INSERT INTO settings (name, value, updated_at, updated_by) VALUES (?1, ?2, ?3, ?4)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`;

export const setSettings = async (db: Connection, rows: readonly SettingRow[]): Promise<void> => {
  for (const { name, value, at, actor, reason } of rows) {
    await db.run(REMEMBER, [name, value, at, actor, reason]);
    await db.run(SET, [name, value, at, actor]);
  }
};

export interface StoredSetting {
  name: string;
  value: string;
  updated_at: number;
  updated_by: string;
}

export const setting = (db: Connection, name: string): Promise<StoredSetting | undefined> =>
  db.get<StoredSetting>('SELECT * FROM settings WHERE name = ?', [name]);

/** What a setting was at a time; undefined before it was first decided. */
export const settingAt = async (db: Connection, name: string, at: number): Promise<string | undefined> =>
  (await db.get<{ value: string }>('SELECT value FROM settings_history WHERE name = ? AND at <= ? ORDER BY seq DESC LIMIT 1', [name, at]))
    ?.value;

/** Any value that the host key sealed; null when nothing was sealed yet. */
export const anySealed = async (db: Connection): Promise<string | null> =>
  (
    await db.get<{ sealed: string }>(`SELECT content AS sealed FROM messages WHERE content IS NOT NULL
      UNION ALL SELECT request FROM events WHERE request IS NOT NULL
      UNION ALL SELECT config FROM plugins WHERE config IS NOT NULL
      UNION ALL SELECT value FROM plugin_storage LIMIT 1`)
  )?.sealed ?? null;

/**
 * A copy of the database and the one copy of its keys. The database comes first: what it holds was sealed
 * with keys that were on the disk before, so the keys that are copied after it open all of it.
 */
import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openConnection } from '../db/connection.ts';
import { copyDatabase } from '../db/copy.ts';
import { checkDatabase } from '../db/inspect.ts';
import { openKeyStore } from '../db/key-store.ts';
import { auditHeads } from '../db/tables/audit.ts';
import { AppError } from '../errors.ts';
import { copyKeysInto, KEYS_FOLDER, rememberFolder } from '../secrets/keys-backup.ts';
import { describeFile, type Manifest, manifestOf, newManifest } from './manifest.ts';

export interface BackupOptions {
  db_file: string;
  keys_dir: string;
  folder: string;
  version: string;
  now: number;
}

export interface Backup {
  file: string;
  manifest: Manifest;
  keys: string;
}

/** An erasure that ends while we copy must not leave its key in the copy. */
const copyKeys = async (keys_dir: string, folder: string): Promise<void> => {
  const store = await openKeyStore(keys_dir);
  try {
    for (let before = -1; ; ) {
      const now = (await store.tombstones()).length;
      if (now === before) return;
      before = now;
      await copyKeysInto(keys_dir, folder, (file) => store.copyTo(file));
    }
  } finally {
    await store.close();
  }
};

const headsOf = async (file: string): Promise<Manifest['audit_heads']> => {
  const db = await openConnection(file, { readonly: true });
  return auditHeads(db).finally(() => db.close());
};

/** The host may run meanwhile. What was written is opened and checked before it counts. */
export const makeBackup = async ({ db_file, keys_dir, folder, version, now }: BackupOptions): Promise<Backup> => {
  await access(db_file).catch(() => {
    throw new AppError('NOT_FOUND', `There is no database at ${db_file}.`, 'agentos serve makes one.');
  });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const created_at = new Date(now).toISOString();
  const file = path.join(folder, `agentos-${created_at.replace(/[-:]/g, '').replace('.', '-')}.db`);
  await copyDatabase(db_file, file);
  const check = await checkDatabase(file);
  if (check.integrity.length > 0) {
    await rm(file, { force: true });
    throw new AppError('DATABASE_UNAVAILABLE', `The copy is damaged: ${check.integrity.join('; ')}`, 'agentos db check; look at the disk.');
  }
  await rememberFolder(keys_dir, folder);
  await copyKeys(keys_dir, folder);
  const manifest = newManifest({
    created_at,
    version,
    schema_version: check.schema_version,
    database: await describeFile(file),
    audit_heads: await headsOf(file),
  });
  await writeFile(manifestOf(file), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
  return { file, manifest, keys: path.join(folder, KEYS_FOLDER) };
};

/** The schema's versions, applied in order, each in a transaction of its own. `user_version` counts them. */
import { AppError } from '../errors.ts';
import type { Connection } from './connection.ts';
import { first } from './migrations/001-first.ts';
import { pluginStorage } from './migrations/002-plugin-storage.ts';
import { approvals } from './migrations/003-approvals.ts';
import { auditTrail } from './migrations/004-audit-trail.ts';
import { tokens } from './migrations/005-tokens.ts';
import { evidence } from './migrations/006-evidence.ts';

export const MIGRATIONS: readonly { name: string; sql: string }[] = [
  { name: '001-first', sql: first },
  { name: '002-plugin-storage', sql: pluginStorage },
  { name: '003-approvals', sql: approvals },
  { name: '004-audit-trail', sql: auditTrail },
  { name: '005-tokens', sql: tokens },
  { name: '006-evidence', sql: evidence },
];

export const schemaVersion = async (connection: Connection): Promise<number> =>
  (await connection.get<{ user_version: number }>('PRAGMA user_version'))?.user_version ?? 0;

/** Returns the names of what was applied. Throws `SCHEMA_TOO_NEW` rather than touch a newer database. */
export const migrate = async (connection: Connection): Promise<string[]> => {
  const version = await schemaVersion(connection);
  if (version > MIGRATIONS.length) {
    throw new AppError(
      'SCHEMA_TOO_NEW',
      `The database has schema version ${version}; this program knows ${MIGRATIONS.length}.`,
      'Start the version that wrote it, or restore a backup made before the upgrade.',
    );
  }
  const applied: string[] = [];
  for (const [index, migration] of MIGRATIONS.slice(version).entries()) {
    await connection.exec('BEGIN IMMEDIATE');
    try {
      await connection.exec(migration.sql);
      await connection.exec(`PRAGMA user_version = ${version + index + 1}`);
      await connection.exec('COMMIT');
    } catch (error) {
      // A full disk may have ended the transaction already.
      await connection.exec('ROLLBACK').catch(() => undefined);
      throw error;
    }
    applied.push(migration.name);
  }
  return applied;
};

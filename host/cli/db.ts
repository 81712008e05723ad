/** `agentos db migrate|check|analyze`: migrating needs the home for itself, looking does not. */
import { access } from 'node:fs/promises';
import { loadConfig } from '../config.ts';
import { openConnection } from '../db/connection.ts';
import { makeDatabaseFile } from '../db/database.ts';
import { analyzeDatabase, checkDatabase } from '../db/inspect.ts';
import { acquireLock } from '../db/lock.ts';
import { migrate, schemaVersion } from '../db/migrate.ts';
import { AppError } from '../errors.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { printFields, printTable, show } from './output.ts';

const configOf = (context: CliContext, options: CommonOptions) =>
  loadConfig({ argv: { home: options.home }, env: context.env, cwd: context.cwd }).config;

const existing = async (context: CliContext, options: CommonOptions): Promise<string> => {
  const { db_file } = configOf(context, options);
  try {
    await access(db_file);
  } catch {
    throw new AppError('NOT_FOUND', `There is no database at ${db_file}.`, 'agentos db migrate makes one, and so does agentos serve.');
  }
  return db_file;
};

export const dbMigrate = async (context: CliContext, options: CommonOptions): Promise<void> => {
  const config = configOf(context, options);
  const lock = await acquireLock(config.run_dir);
  try {
    await makeDatabaseFile(config.db_file);
    const db = await openConnection(config.db_file);
    try {
      const applied = await migrate(db);
      const schema_version = await schemaVersion(db);
      show(context.stdout, options, { file: config.db_file, applied, schema_version }, (value) =>
        printFields(context.stdout, [
          ['database', value.file],
          ['applied', value.applied.join(', ') || 'nothing: it is up to date'],
          ['schema version', value.schema_version],
        ]),
      );
    } finally {
      await db.close();
    }
  } finally {
    await lock.release();
  }
};

export const dbCheck = async (context: CliContext, options: CommonOptions): Promise<void> => {
  const check = await checkDatabase(await existing(context, options));
  show(context.stdout, options, check, (value) =>
    printFields(context.stdout, [
      ['database', value.file],
      ['schema version', `${value.schema_version} of ${value.newest_schema_version}`],
      ['integrity', value.integrity.join('; ') || 'ok'],
    ]),
  );
  if (check.ok) return;
  if (check.integrity.length > 0)
    throw new AppError('DATABASE_UNAVAILABLE', 'The database file is damaged.', 'Restore a backup; keep the damaged file.');
  throw new AppError(
    'STATE_CONFLICT',
    `The schema has version ${check.schema_version}, this program needs ${check.newest_schema_version}.`,
    'agentos db migrate',
  );
};

export const dbAnalyze = async (context: CliContext, options: CommonOptions): Promise<void> => {
  const analysis = await analyzeDatabase(await existing(context, options));
  show(context.stdout, options, analysis, (value) => {
    printTable(
      context.stdout,
      ['table', 'rows', 'bytes'],
      value.tables.map((table) => [table.table, table.rows, table.bytes]),
    );
    context.stdout.write(
      value.scans.length === 0 ? '\nevery hot query uses an index\n' : `\nqueries without an index:\n${value.scans.join('\n')}\n`,
    );
  });
};

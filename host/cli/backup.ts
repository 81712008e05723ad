/** `agentos backup DIR`: reads the files itself, so the host may run or not. */
import path from 'node:path';
import { makeBackup } from '../backup/backup.ts';
import { loadConfig } from '../config.ts';
import { VERSION } from '../version.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { printFields, show } from './output.ts';

export const backup = async (context: CliContext, options: CommonOptions, dir: string): Promise<void> => {
  const { config } = loadConfig({ argv: { home: options.home }, env: context.env, cwd: context.cwd });
  const folder = path.resolve(context.cwd, dir);
  const made = await makeBackup({ db_file: config.db_file, keys_dir: config.keys_dir, folder, version: VERSION, now: Date.now() });
  show(context.stdout, options, made, ({ file, manifest, keys }) =>
    printFields(context.stdout, [
      ['database', file],
      ['bytes', manifest.database.bytes],
      ['sha256', manifest.database.sha256],
      ['integrity', 'ok'],
      ['keys', `${keys}: keep this folder apart from the databases`],
    ]),
  );
};

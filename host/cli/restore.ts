/** `agentos restore FILE|DIR [--resume]`: no host may run; the lock of the home says so. */
import os from 'node:os';
import path from 'node:path';
import { type HomeFiles, type OpenedHome, type Restored, restoreBackup, resumeRestored, withHome } from '../backup/restore.ts';
import { loadConfig } from '../config.ts';
import { acquireLock } from '../db/lock.ts';
import { restoredRows } from '../db/tables/restorations.ts';
import { AppError } from '../errors.ts';
import { createLedger } from '../ledger/ledger.ts';
import { createPersonRecords } from '../ledger/person-records.ts';
import { systemClock } from '../lib/clock.ts';
import { createIds } from '../lib/ids.ts';
import { createErase } from '../people/erase.ts';
import { copyKeysEverywhere } from '../secrets/keys-backup.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { printFields, printTable, show } from './output.ts';

export interface RestoreOptions extends CommonOptions {
  resume?: true | string[];
}

const newId = createIds(systemClock);

/** Nobody else has this database open: there is no memory to be told. */
const eraseAgain =
  (keys_dir: string, actor: string) =>
  async ({ database, keys: { keyring } }: OpenedHome): Promise<number> => {
    const { applyTombstones } = createErase({
      ledger: createLedger({ database, keys: keyring.keys }),
      records: createPersonRecords({ database, keys: keyring.keys }),
      keyring,
      clock: systemClock,
      newId,
      people: { drop: () => undefined },
      sessions: { forget: () => undefined },
      pairings: { forget: () => undefined },
      wake: () => undefined,
      fold: () => database.fold(),
      copyKeys: () => copyKeysEverywhere(keys_dir, (file) => keyring.copyTo(file)),
    });
    return (await applyTombstones('all', actor)).length;
  };

const resumeOnly = (home: HomeFiles, ids: readonly string[] | null, actor: string) =>
  withHome(home, { now: systemClock.now, new_chain_id: newId(), begin_chain: false }, async (opened) => ({
    resumed: await resumeRestored(opened, ids, systemClock.now(), actor),
    unfinished: await restoredRows(opened.database.reader),
  }));

const printRestored = (out: CliContext['stdout'], value: Pick<Restored, 'resumed' | 'unfinished'> & Partial<Restored>): void => {
  printFields(out, [
    ...(value.file === undefined
      ? []
      : ([
          ['restored', `${value.file}, made at ${value.created_at}`],
          ['database before', value.kept ?? 'there was none'],
          ['keys', value.keys_taken ? 'taken from the backup' : 'those of this home'],
          ['erased again', value.erased_again],
        ] as const)),
    ['handed back', value.resumed],
    ['not finished', value.unfinished.length],
  ]);
  if (value.unfinished.length === 0) return;
  out.write('\nwhat became of these nobody knows; agentos restore --resume ID … hands them back:\n');
  printTable(
    out,
    ['what', 'id', 'channel', 'state'],
    value.unfinished.map(({ kind, id, channel_id, state }) => [kind, id, channel_id, state]),
  );
};

export const restore = async (context: CliContext, options: RestoreOptions, target: string | undefined): Promise<void> => {
  const { config } = loadConfig({ argv: { home: options.home }, env: context.env, cwd: context.cwd });
  const { resume } = options;
  if (target === undefined && resume === undefined)
    throw new AppError('INVALID_PARAMS', 'No backup is named.', 'agentos restore FILE, or agentos restore --resume ID …');
  const actor = `cli:${os.userInfo().username}`;
  const lock = await acquireLock(config.run_dir);
  try {
    if (target === undefined) {
      const answer = await resumeOnly(config, resume === true ? null : (resume ?? null), actor);
      return show(context.stdout, options, answer, (value) => printRestored(context.stdout, value));
    }
    const answer = await restoreBackup(config, path.resolve(context.cwd, target), resume === true ? 'all' : (resume ?? null), {
      now: systemClock.now,
      new_chain_id: newId(),
      actor,
      eraseAgain: eraseAgain(config.keys_dir, actor),
    });
    show(context.stdout, options, answer, (value) => printRestored(context.stdout, value));
  } finally {
    await lock.release();
  }
};

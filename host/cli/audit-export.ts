/** `agentos audit export`: rows and hashes for somebody who does not trust this host. */
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { EXPORT_FORMATS, exportTrail } from '../audit/export-trail.ts';
import { auditTrail } from '../db/tables/audit-trail.ts';
import { AppError } from '../errors.ts';
import { timeOf } from '../ledger/audit-view.ts';
import { homeWithTrail, readingTrail } from './audit.ts';
import type { CliContext, CommonOptions } from './context.ts';

export interface ExportOptions extends CommonOptions {
  from?: string;
  to?: string;
  format?: string;
  out?: string;
}

type Format = keyof typeof EXPORT_FORMATS;

const formatOf = (text: string | undefined): Format => {
  if (text === undefined || text === 'jsonl') return 'jsonl';
  if (text === 'csv') return 'csv';
  throw new AppError('INVALID_PARAMS', `There is no format ${text.slice(0, 40)}.`, '--format jsonl or --format csv');
};

/** Waits while the reader of our output is behind, so that a long trail does not pile up in memory. */
const toStdout =
  ({ stdout }: CliContext) =>
  async (text: string): Promise<void> => {
    if (stdout.write(text) === false) await once(stdout as NodeJS.WriteStream, 'drain');
  };

/** So much is handed on at once: a call for each line would cost more than the line. */
const CHUNK = 256 * 1024;

export const auditExport = async (context: CliContext, options: ExportOptions): Promise<void> => {
  const format = EXPORT_FORMATS[formatOf(options.format)];
  const filter = { from: timeOf('--from', options.from), to: timeOf('--to', options.to) };
  const config = await homeWithTrail(context, options);
  const file = options.out ? await open(path.resolve(context.cwd, options.out), 'w', 0o600) : null;
  const write = file ? async (text: string) => void (await file.write(text)) : toStdout(context);
  try {
    let count = 0;
    let chunk: string = format.heading;
    await readingTrail(config, async (db) => {
      for await (const row of exportTrail(auditTrail(db), filter)) {
        count++;
        chunk += format.line(row);
        if (chunk.length < CHUNK) continue;
        await write(chunk);
        chunk = '';
      }
    });
    await write(chunk);
    if (file) context.stderr.write(`${count} rows; give ${config.audit_heads_file} along with them\n`);
  } finally {
    await file?.close();
  }
};

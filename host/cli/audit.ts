/** `agentos audit tail|verify|export`: the trail, read through a connection of its own, beside a running host or without one. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '../admin/operations.ts';
import { readAuditKey } from '../audit/audit-key.ts';
import type { Verdict, VerifyProgress } from '../audit/verdict.ts';
import type { Config } from '../config.ts';
import { loadConfig } from '../config.ts';
import { type Connection, openConnection } from '../db/connection.ts';
import { listAudit } from '../db/tables/audit-list.ts';
import { AppError } from '../errors.ts';
import type { VerifyAuditInput } from '../jobs/verify-audit.ts';
import { type AuditView, auditView } from '../ledger/audit-view.ts';
import { createJobs } from '../lib/jobs.ts';
import { withClient } from './client.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { plain, printTable, show } from './output.ts';

/** The configuration of a home that has a database. */
export const homeWithTrail = async (context: CliContext, options: CommonOptions): Promise<Config> => {
  const { config } = loadConfig({ argv: { home: options.home }, env: context.env, cwd: context.cwd });
  try {
    await access(config.db_file);
  } catch {
    throw new AppError('NOT_FOUND', `There is no database at ${config.db_file}.`, 'agentos serve makes one; --home names another home.');
  }
  return config;
};

export const readingTrail = async <Result>(config: Config, work: (db: Connection) => Promise<Result>): Promise<Result> => {
  const db = await openConnection(config.db_file, { readonly: true });
  try {
    await db.exec('PRAGMA busy_timeout = 5000');
    return await work(db);
  } finally {
    await db.close();
  }
};

export interface TailOptions extends CommonOptions {
  follow?: boolean;
  limit?: string;
  channel?: string;
  action?: string;
}

type Ask = (query: { before?: number; after?: number; limit: number }) => Promise<Page<AuditView>>;

const FOLLOW_EVERY_MS = 500;
const LIMIT = 500;

const limitOf = (text: string | undefined): number => {
  const limit = Number(text ?? '20');
  if (Number.isInteger(limit) && limit >= 1 && limit <= 10_000) return limit;
  throw new AppError('INVALID_PARAMS', `--limit is not a number from 1 to 10000: ${String(text).slice(0, 40)}.`, 'Example: --limit 50');
};

/** The newest entries, the oldest of them first. */
const newest = async (ask: Ask, limit: number): Promise<AuditView[]> => {
  const found: AuditView[] = [];
  for (let before: number | undefined; ; ) {
    const { items, next_cursor } = await ask({ ...(before === undefined ? {} : { before }), limit: Math.min(limit - found.length, LIMIT) });
    found.push(...items);
    if (next_cursor === null || found.length >= limit) return found.reverse();
    before = Number(next_cursor);
  }
};

const lineOf = (entry: AuditView): string =>
  `${[entry.seq, entry.at, entry.actor, entry.action, entry.decision, entry.subject, entry.detail].map(plain).join('  ')}\n`;

const print = (context: CliContext, options: TailOptions, items: readonly AuditView[]): void => {
  for (const entry of items) context.stdout.write(options.json ? `${JSON.stringify(entry)}\n` : lineOf(entry));
};

const follow = async (context: CliContext, options: TailOptions, ask: Ask, from: number): Promise<void> => {
  let stopped = false;
  context.on_signal(['SIGINT', 'SIGTERM'], () => {
    stopped = true;
  });
  for (let after = from; !stopped; ) {
    const { items, next_cursor } = await ask({ after, limit: LIMIT });
    print(context, options, items);
    const last = items.at(-1)?.seq ?? after;
    after = Math.max(last, Number(next_cursor ?? 0));
    if (next_cursor === null) await new Promise((resolve) => setTimeout(resolve, FOLLOW_EVERY_MS));
  }
};

const tail = async (context: CliContext, options: TailOptions, ask: Ask): Promise<void> => {
  const limit = limitOf(options.limit);
  const items = await newest(ask, limit);
  if (options.follow) {
    print(context, options, items);
    return follow(context, options, ask, items.at(-1)?.seq ?? 0);
  }
  show(context.stdout, options, items, (rows) =>
    printTable(
      context.stdout,
      ['seq', 'time', 'actor', 'action', 'decision', 'subject', 'detail'],
      rows.map((entry) => [entry.seq, entry.at, entry.actor, entry.action, entry.decision, entry.subject, entry.detail]),
    ),
  );
};

export const auditTail = async (context: CliContext, options: TailOptions): Promise<void> => {
  const filter = { channel_id: options.channel, action: options.action };
  if (options.url)
    return withClient(context, options, (client) =>
      tail(context, options, ({ before, after, limit }) => {
        const query = new URLSearchParams({ limit: String(limit) });
        if (before !== undefined) query.set('cursor', String(before));
        if (after !== undefined) query.set('after', String(after));
        for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, value);
        return client.call<Page<AuditView>>('GET', `/api/audit?${query}`);
      }),
    );
  return readingTrail(await homeWithTrail(context, options), (db) =>
    tail(context, options, async (page) => {
      const { rows, next } = await listAudit(db, { ...filter, ...page });
      return { items: rows.map(auditView), next_cursor: next === null ? null : String(next) };
    }),
  );
};

export interface VerifyOptions extends CommonOptions {
  heads?: string[];
  key?: string[];
}

const progressLine = ({ rows, of }: VerifyProgress): string =>
  `${rows} of about ${of} rows (${Math.min(99, Math.floor((100 * rows) / Math.max(1, of)))} %)`;

/** Nothing for what is over at once; then a line a second. */
const createProgress = (context: CliContext) => {
  let told = performance.now();
  return (progress: unknown): void => {
    if (performance.now() - told < 1000) return;
    told = performance.now();
    context.stderr.write(`${progressLine(progress as VerifyProgress)}\n`);
  };
};

const printVerdict = (context: CliContext, verdict: Verdict): void => {
  printTable(
    context.stdout,
    ['chain', 'commits', 'rows', 'from', 'to', 'signed up to', 'first broken'],
    verdict.chains.map((chain) => [
      chain.chain_id,
      chain.commits,
      chain.rows,
      chain.cut ? `cut at ${chain.cut.seq}` : chain.from_seq,
      chain.to_seq,
      chain.signed_seq,
      chain.broken?.commit_seq,
    ]),
  );
  const signed =
    verdict.heads === 0 ? 'no signed head: an end that was cut off could not be seen' : `${verdict.heads} signed heads compared`;
  context.stdout.write(
    `\n${verdict.ok ? 'as it was written' : 'NOT as it was written'}: ${verdict.rows} rows in ${verdict.commits} commits, ${signed}\n`,
  );
};

/** Throws `AUDIT_BROKEN`, after the verdict was printed. */
const refuseBroken = ({ broken, head_faults }: Verdict): void => {
  if (broken)
    throw new AppError(
      'AUDIT_BROKEN',
      `Chain ${broken.chain_id}, commit ${broken.commit_seq}: ${broken.message}`,
      'Keep the database file as it is, compare with a backup and with heads kept elsewhere: docs/security.md, "The trail".',
    );
  const [first] = head_faults;
  if (first)
    throw new AppError(
      'AUDIT_BROKEN',
      first.message,
      first.what === 'unknown_key'
        ? 'Name the public key that signed it with --key, if you know it to be yours.'
        : 'Compare with a copy of that file.',
    );
};

export const auditVerify = async (context: CliContext, options: VerifyOptions): Promise<void> => {
  const config = await homeWithTrail(context, options);
  const outside = (options.heads ?? []).map((file) => path.resolve(context.cwd, file));
  for (const file of outside)
    await access(file).catch(() => {
      throw new AppError('NOT_FOUND', `There is no file ${file}.`, '--heads names a copy of store/audit-heads.log, or lines of it.');
    });
  const own = await readAuditKey(config.keys_dir);
  const jobs = createJobs({ dir: path.join(context.dist_dir, 'jobs') });
  try {
    const input: VerifyAuditInput = {
      db_file: config.db_file,
      heads_files: [config.audit_heads_file, ...outside],
      trusted: [...(own ? [own.name] : []), ...(options.key ?? [])],
    };
    const verdict = await jobs.run<Verdict>('verify-audit', input, createProgress(context));
    show(context.stdout, options, verdict, (value) => printVerdict(context, value));
    refuseBroken(verdict);
  } finally {
    await jobs.close();
  }
};

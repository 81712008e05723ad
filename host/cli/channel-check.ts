/** `agentos channel check DIR`: what is wrong with a folder, and how far it is, without a running host. No request leaves the machine. */
import path from 'node:path';
import { LEVELS, type Level } from '../conformance/level.ts';
import type { CheckResult } from '../conformance/suite.ts';
import { AppError } from '../errors.ts';
import { systemClock } from '../lib/clock.ts';
import { loadBuiltins } from '../registry/builtins.ts';
import { MANIFEST_FILE } from '../registry/inspect-manifest.ts';
import type { PluginKind } from '../registry/kinds.ts';
import type { PluginSource, Problem } from '../registry/plugin-source.ts';
import { type Files, readFolder } from '../registry/read-folder.ts';
import { scanPlugin } from '../registry/scan.ts';
import { bundleFolder } from '../sandbox/bundle.ts';
import { createSandbox } from '../sandbox/sandbox.ts';
import { checkContract } from '../wiring/contract-plugin.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { plain, printFields, show } from './output.ts';

interface Report {
  id: string;
  kind: PluginKind;
  ok: boolean;
  level: Level;
  digest: string | null;
  permissions: object;
  problems: Problem[];
  checks: CheckResult[];
  missing: string[];
}

/** A busy machine is no fault of the plugin's; what stands still is ended by the deadline of its call at the latest. */
const STUCK_AFTER_MS = 10_000;

const declaresOperations = (files: Files): boolean => {
  try {
    const manifest: unknown = JSON.parse(new TextDecoder().decode(files.get(MANIFEST_FILE)));
    return Object.hasOwn(manifest as object, 'operations');
  } catch {
    return false;
  }
};

const kindOf = (dir: string, files: Files): PluginKind =>
  path.basename(path.dirname(dir)) === 'connectors' || declaresOperations(files) ? 'connector' : 'channel';

const loadProblem = (source: PluginSource, message: string, place: string | null): Problem => {
  const [file = MANIFEST_FILE, line] = place?.split(':') ?? [];
  return {
    severity: 'error',
    check: 'load',
    file,
    pointer: '',
    line: line === undefined ? null : Number(line),
    message: `The code of ${source.id} does not come up: ${message}`,
    hint: 'Mend it at this place; what a class needs of the outside it gets by its context.',
  };
};

const tryContract = async (
  context: CliContext,
  source: PluginSource,
  files: Files,
): Promise<Pick<Report, 'level' | 'checks' | 'missing' | 'problems'>> => {
  const bootstrap_dir = path.join(context.dist_dir, 'sandbox');
  // On newer Node a worker may read the folder that the process stands in.
  process.chdir(bootstrap_dir);
  const sandbox = createSandbox({ clock: systemClock }, { bootstrap_dir, heartbeat: { stuck_after_ms: STUCK_AFTER_MS } });
  try {
    const { level, checks, missing, load_problem } = await checkContract({ sandbox }, { source, files });
    const problems = load_problem === null ? [] : [loadProblem(source, load_problem.message, load_problem.place)];
    return { level, checks, missing, problems: [...problems, ...source.problems] };
  } finally {
    await sandbox.close();
  }
};

const reportOn = async (context: CliContext, dir: string): Promise<Report> => {
  const read = await readFolder(dir);
  const files: Files = read.ok ? read.files : new Map();
  const kind = kindOf(dir, files);
  const builtins = await loadBuiltins(path.join(context.dist_dir, `plugins/${kind}s`), kind);
  const source = await scanPlugin(dir, { builtins, bundle: bundleFolder, kind });
  const found = { id: source.id, kind, digest: source.digest, permissions: source.manifest?.permissions ?? {} };
  const errors = source.problems.filter(({ severity }) => severity === 'error');
  if (source.digest === null) {
    return { ...found, ok: false, level: 'invalid', problems: source.problems, checks: [], missing: errors.map(({ message }) => message) };
  }
  const tried = await tryContract(context, source, files);
  return { ...found, ok: tried.level !== 'invalid' && !tried.checks.some(({ status }) => status === 'failed'), ...tried };
};

const MARKS = { passed: 'ok  ', failed: 'FAIL', not_tried: '-   ', not_applicable: '    ' } as const;

const print = (out: CliContext['stdout'], report: Report): void => {
  printFields(out, [
    [report.kind, report.id],
    ['level', `${LEVELS.indexOf(report.level)} ${report.level}`],
    ['digest', report.digest],
    ['permissions', report.permissions],
  ]);
  const line = (text: string) => out.write(`${plain(text)}\n`);
  for (const { severity, file, line: at, message, hint } of report.problems) {
    line('');
    line(`${severity}: ${file}${at === null ? '' : `:${at}`} ${message}`);
    line(`  ${hint}`);
  }
  if (report.checks.length > 0) line('');
  for (const check of report.checks) {
    line(`${MARKS[check.status]}  ${check.id}  ${check.status === 'passed' || check.status === 'failed' ? check.sentence : check.reason}`);
    if (check.status !== 'failed') continue;
    for (const { message, place } of check.problems) line(`        ${place === null ? '' : `${place} `}${message}`);
    line(`        fix: ${check.fix}`);
  }
  const next = LEVELS[LEVELS.indexOf(report.level) + 1];
  if (next === undefined) return;
  line('');
  line(`missing for level ${LEVELS.indexOf(next)} ${next}:`);
  for (const what of report.missing) line(`  ${what}`);
};

export const channelCheck = async (context: CliContext, options: CommonOptions, dir: string): Promise<void> => {
  const report = await reportOn(context, path.resolve(context.cwd, dir));
  show(context.stdout, options, report, (value) => print(context.stdout, value));
  if (report.ok) return;
  if (report.level === 'invalid')
    throw new AppError('MANIFEST_INVALID', `${report.id} cannot run as it is.`, 'Mend what is listed above, then check again.');
  throw new AppError('CONTRACT_BROKEN', `${report.id} breaks the contract.`, 'Mend what is listed above, then check again.');
};

/** The host's side of one runner: starts the process, bounds what it may say and use, and is a port to its realm. */
import { type ChildProcess, spawn } from 'node:child_process';
import os from 'node:os';
import type { Duplex, Writable } from 'node:stream';
import type { Clock } from '../../lib/clock.ts';
import type { BootstrapFolder } from '../bootstrap-folder.ts';
import type { PluginPort, PluginPortListener } from '../port.ts';
import { type Limits, limited } from './limits.ts';
import { createLines } from './lines.ts';
import { offerToOomKiller, processorMs, residentMb } from './proc.ts';
import { CONTROL_LINE_MAX, parseControl, type Setup } from './protocol.ts';

export interface RunnerDeps {
  clock: Clock;
  folder: BootstrapFolder;
}

export interface RunnerOptions {
  setup: Setup;
  ses_cache: Uint8Array;
  limits: Limits;
}

export interface Runner extends PluginPort {
  readonly pid: number | undefined;
  /** Its process has ended, or is about to. */
  gone(): boolean;
  /** Whom to tell from now on. What came before is given up: a runner says nothing of itself. */
  attach(listener: PluginPortListener): void;
}

const DATA_LINE_MAX = 1_048_576;
/** What may wait for the runner to read it, in bytes. */
const UNREAD_MAX = 16 * 1_048_576;
const WATCH_MS = 100;
/** Beyond the runner's own limit, for a runner that does not keep it. */
const OVER_MB = 100;
const NICENESS = 10;
const OUTPUT_MAX = 4_096;

const NODE_FLAGS = ['--allow-worker', '--disallow-code-generation-from-strings', '--v8-pool-size=1'];

const spawnRunner = (folder: BootstrapFolder, limits: Limits): ChildProcess => {
  const node = [process.execPath, ...folder.execArgv, ...NODE_FLAGS, folder.runner];
  const [program, ...args] = limited(node, limits);
  // Its working directory is the bootstrap folder: from Node 22 on, that may be read whatever the flags say.
  return spawn(program as string, args, { env: {}, cwd: folder.dir, stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'] });
};

/** Neither right is needed for a plugin to run, and neither can be had everywhere. */
const standBack = (pid: number): void => {
  try {
    os.setPriority(pid, NICENESS);
  } catch {}
  offerToOomKiller(pid);
};

const endOf = (code: number | null, signal: NodeJS.Signals | null): string =>
  signal === 'SIGABRT' || code === 134
    ? 'its process was ended by SIGABRT, as V8 does when there is no memory left'
    : `its process ended (${signal ?? `code ${code}`})`;

export const startRunner = ({ clock, folder }: RunnerDeps, { setup, ses_cache, limits }: RunnerOptions): Runner => {
  const child = spawnRunner(folder, limits);
  const [, , , data, control, start] = child.stdio as unknown as [unknown, unknown, unknown, Duplex, Duplex, Writable];
  let listener: PluginPortListener | null = null;
  let beat = 0;
  let busyMs = 0;
  let reason: string | null = null;
  let ended = false;
  let unwatch: () => void = () => {};

  const end = (why: string | null) => {
    reason ??= why;
    child.kill('SIGKILL');
  };
  /** What only somebody who broke out of the realm would send. */
  const breach = () => {
    listener?.onBatch(undefined);
    end('malformed frame');
  };
  const over = (why: string) => {
    if (ended) return;
    ended = true;
    unwatch();
    listener?.onExit(reason ?? why);
  };
  const onControl = (lines: string) => {
    for (const line of lines.split('\n')) {
      const message = parseControl(line);
      if (message === null) return breach();
      if (message.t === 'end') reason ??= message.reason;
      else if (message.t === 'output') listener?.onOutput(message.text);
      else [beat, busyMs] = [message.beat, message.busy_ms];
    }
  };
  const watch = () => {
    const used = child.pid === undefined ? null : residentMb(child.pid);
    const most = setup.rss_mb + OVER_MB;
    if (used !== null && used > most) end(`it used ${Math.round(used)} MB of memory, the limit is ${setup.rss_mb} MB`);
    else unwatch = clock.after(WATCH_MS, watch);
  };
  const ownMs = (): number | null => (child.pid === undefined ? null : processorMs(child.pid));
  const dataLines = createLines(DATA_LINE_MAX, (batch) => reason === null && listener?.onBatch(batch));
  const controlLines = createLines(CONTROL_LINE_MAX, onControl);

  for (const pipe of [data, control, start]) pipe.on('error', () => {});
  for (const pipe of [data, control, child.stdout, child.stderr] as Duplex[]) pipe.setEncoding('utf8');
  data.on('data', (chunk: string) => dataLines.take(chunk) || breach());
  control.on('data', (chunk: string) => controlLines.take(chunk) || breach());
  for (const output of [child.stdout, child.stderr]) {
    output?.on('data', (chunk: string) => listener?.onOutput(chunk.slice(0, OUTPUT_MAX)));
  }
  child.on('error', (error) => over(`its process could not be started: ${error.message}`));
  child.on('exit', (code, signal) => over(endOf(code, signal)));
  if (child.pid !== undefined) standBack(child.pid);
  start.end(Buffer.concat([Buffer.from(`${JSON.stringify(setup)}\n`), ses_cache]));
  unwatch = clock.after(WATCH_MS, watch);

  return {
    pid: child.pid,
    gone: () => ended || reason !== null,
    attach: (to) => {
      listener = to;
    },
    post(batch) {
      if (data.writableLength > UNREAD_MAX) end('it does not read what it is sent');
      else if (!ended) data.write(`${batch}\n`);
    },
    beat: () => beat,
    // What the kernel counts does not grow while others keep it from running, as the event loop's own time does.
    busyMs: () => ownMs() ?? busyMs,
    processorMs: ownMs,
    terminate: () => end(null),
  };
};

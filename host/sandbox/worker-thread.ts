/** One confined worker thread: spawns it with no rights beside reading its own bootstrap, and tells how it ended. */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** A way to reach one plugin realm. */
export interface PluginPort {
  post(batch: string): void;
  /** A counter that rises while the realm's event loop turns. */
  beat(): number;
  /** May be called again. `onExit` follows. */
  terminate(): void;
}

export interface PluginPortListener {
  onBatch(batch: unknown): void;
  /** Text that Node itself printed in the worker; a plugin cannot print. */
  onOutput(text: string): void;
  /** Called once, after the realm is gone. */
  onExit(reason: string): void;
}

export interface PortOptions {
  name: string;
  heap_mb: number;
}

export type OpenPort = (options: PortOptions, listener: PluginPortListener) => PluginPort;

export interface BootstrapFolder {
  dir: string;
  entry: string;
  execArgv: string[];
}

/** Node 20 has the permission model under its experimental name only. */
const PERMISSION_FLAG = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
/** `node:sqlite` opens files past the permission model, on 22 to 26. */
const SQLITE_FLAGS = process.allowedNodeEnvironmentFlags.has('--experimental-sqlite') ? ['--no-experimental-sqlite'] : [];

/** Null when the folder's name would mean something else to `--allow-fs-read`: a comma or star widens the grant. */
export const openBootstrap = (bootstrap_dir: string): BootstrapFolder | null => {
  const dir = realpathSync(bootstrap_dir);
  if (/[,*]/.test(dir)) return null;
  // Never empty and never left out: an empty list is unrestricted, a missing one inherits `--allow-worker`.
  const execArgv = [PERMISSION_FLAG, `--allow-fs-read=${dir}/*`, ...SQLITE_FLAGS, '--no-warnings'];
  return { dir, entry: join(dir, 'worker.cjs'), execArgv };
};

const STACK_MB = 4;
const YOUNG_MB = 16;

export const spawnWorker = (folder: BootstrapFolder, name: string, heap_mb: number, workerData: unknown): Worker =>
  new Worker(folder.entry, {
    name,
    workerData,
    env: {},
    argv: [],
    stdin: false,
    stdout: true,
    stderr: true,
    execArgv: folder.execArgv,
    resourceLimits: { maxOldGenerationSizeMb: heap_mb, maxYoungGenerationSizeMb: YOUNG_MB, stackSizeMb: STACK_MB },
  });

export const createOpenPort =
  (folder: BootstrapFolder, ses_cache: Uint8Array): OpenPort =>
  ({ name, heap_mb }, listener) => {
    const beat = new Int32Array(new SharedArrayBuffer(4));
    const worker = spawnWorker(folder, name, heap_mb, { beat, ses_cache });
    let fault: string | null = null;
    worker.on('message', (batch: unknown) => listener.onBatch(batch));
    worker.on('messageerror', () => listener.onBatch(undefined));
    worker.on('error', (error: NodeJS.ErrnoException) => {
      fault = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? `it used more than its ${heap_mb} MB of memory` : 'the worker failed';
    });
    worker.on('exit', (code) => listener.onExit(fault ?? `the worker ended with code ${code}`));
    for (const stream of [worker.stdout, worker.stderr]) {
      stream.on('data', (chunk: Buffer) => listener.onOutput(chunk.toString('utf8')));
    }
    return {
      post: (batch) => worker.postMessage(batch),
      beat: () => Atomics.load(beat, 0),
      terminate: () => void worker.terminate(),
    };
  };

/** Starts plugins in confined workers: of this process, or behind processes of their own. */
import { fileURLToPath } from 'node:url';
import type { Clock } from '../lib/clock.ts';
import { openBootstrap } from './bootstrap-folder.ts';
import type { ConfinedOptions, Place, Sandbox, StartFault, StartResult } from './confined.ts';
import { type Confined, startConfined } from './confined-adapter.ts';
import { createHeartbeat, type HeartbeatOptions } from './heartbeat.ts';
import type { Ports } from './port.ts';
import { createRunnerPorts } from './runner-ports.ts';
import { createThreadPorts } from './thread-ports.ts';

export interface SandboxDeps {
  clock: Clock;
}

export interface SandboxOptions {
  /** What `buildBootstrap` wrote. */
  bootstrap_dir: string;
  heartbeat?: HeartbeatOptions;
  /** Files that exist and that no worker may read, tried once; beside them always Node itself and this file. */
  canary_files?: readonly string[];
  /**
   * Whether built-in plugins may share this process. By default only when its working directory is the bootstrap
   * folder, as `serve` makes it: from Node 22 on, a worker may read that directory whatever its flags say.
   */
  threads?: boolean;
}

const failed = (code: StartFault['code'], message: string): StartResult => ({ ok: false, fault: { code, message } });

export const createSandbox = ({ clock }: SandboxDeps, options: SandboxOptions): Sandbox => {
  const folder = openBootstrap(options.bootstrap_dir);
  const beats = createHeartbeat(clock, options.heartbeat);
  const running = new Set<Confined>();
  let closed = false;
  const createPorts = (): Record<Place, Ports> | null => {
    if (typeof folder === 'string') return null;
    const canaries = { canary_files: [process.execPath, fileURLToPath(import.meta.url), ...(options.canary_files ?? [])] };
    const behindProcess = createRunnerPorts(clock, folder, canaries);
    const threads = options.threads ?? process.cwd() === folder.dir;
    return { thread: threads ? createThreadPorts(clock, folder, canaries) : behindProcess, process: behindProcess };
  };
  const ports = createPorts();

  const start = async (plugin: ConfinedOptions): Promise<StartResult> => {
    if (ports === null) return failed('SELF_TEST_FAILED', folder as string);
    const prepared = await ports[plugin.place].prepare();
    if (!prepared.ok) return failed('SELF_TEST_FAILED', prepared.message);
    if (closed) return failed('DIED', 'the sandbox is closed');
    const confined = startConfined({ openPort: prepared.open, clock, heartbeat: beats }, plugin);
    running.add(confined);
    void confined.exited.then(() => running.delete(confined));
    return confined.started;
  };
  const close = async () => {
    closed = true;
    ports?.thread.close();
    ports?.process.close();
    await Promise.all(
      [...running].map((one) => {
        one.end('the sandbox was closed');
        return one.exited;
      }),
    );
  };
  return { start, close };
};

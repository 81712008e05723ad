/** Starts plugins in confined workers of this process. */
import { fileURLToPath } from 'node:url';
import type { Clock } from '../lib/clock.ts';
import type { ConfinedOptions, Sandbox, StartFault, StartResult } from './confined.ts';
import { type Confined, startConfined } from './confined-adapter.ts';
import { createHeartbeat, type HeartbeatOptions } from './heartbeat.ts';
import { runSelfTest, type SelfTestResult } from './self-test.ts';
import { type BootstrapFolder, createOpenPort, openBootstrap } from './worker-thread.ts';

export interface SandboxDeps {
  clock: Clock;
}

export interface SandboxOptions {
  /** What `buildBootstrap` wrote. */
  bootstrap_dir: string;
  heartbeat?: HeartbeatOptions;
  /** Files that exist and that no worker may read, tried once; beside them always Node itself and this file. */
  canary_files?: readonly string[];
}

const failed = (code: StartFault['code'], message: string): StartResult => ({ ok: false, fault: { code, message } });

const findBootstrap = (bootstrap_dir: string): BootstrapFolder | string => {
  try {
    return openBootstrap(bootstrap_dir) ?? `the folder ${bootstrap_dir} has a comma or star in its name; move the program elsewhere`;
  } catch {
    return `the folder ${bootstrap_dir} is missing; build the program again (npm run build)`;
  }
};

export const createSandbox = ({ clock }: SandboxDeps, { bootstrap_dir, heartbeat, canary_files = [] }: SandboxOptions): Sandbox => {
  const folder = findBootstrap(bootstrap_dir);
  const beats = createHeartbeat(clock, heartbeat);
  const running = new Set<Confined>();
  let closed = false;
  let selfTest: Promise<SelfTestResult> | null = null;

  /** Once it passed it holds for the process; one that failed is tried again at the next start. */
  const tested = async (found: BootstrapFolder): Promise<SelfTestResult> => {
    selfTest ??= runSelfTest(found, [process.execPath, fileURLToPath(import.meta.url), ...canary_files], clock);
    const result = await selfTest;
    if (!result.ok) selfTest = null;
    return result;
  };
  const start = async (options: ConfinedOptions): Promise<StartResult> => {
    if (typeof folder === 'string') return failed('SELF_TEST_FAILED', folder);
    const test = await tested(folder);
    if (!test.ok) return failed('SELF_TEST_FAILED', test.message);
    if (closed) return failed('DIED', 'the sandbox is closed');
    const confined = startConfined({ openPort: createOpenPort(folder, test.ses_cache), clock, heartbeat: beats }, options);
    running.add(confined);
    void confined.exited.then(() => running.delete(confined));
    return confined.started;
  };
  const close = async () => {
    closed = true;
    await Promise.all(
      [...running].map((one) => {
        one.end('the sandbox was closed');
        return one.exited;
      }),
    );
  };
  return { start, close };
};

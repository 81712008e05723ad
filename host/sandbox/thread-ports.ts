/** Plugins in worker threads of this process: for built-in plugins, whose memory use is ours to answer for. */
import type { Clock } from '../lib/clock.ts';
import type { BootstrapFolder } from './bootstrap-folder.ts';
import type { OpenPort, Ports } from './port.ts';
import { judgeAnswer, type SelfTestResult } from './self-test.ts';
import { openPluginWorker, spawnWorker } from './worker-thread.ts';

export interface PortsOptions {
  /** Files that exist and that no worker may read. */
  canary_files: readonly string[];
}

const SELF_TEST_MS = 10_000;
const SELF_TEST_HEAP_MB = 32;

const testThread = (folder: BootstrapFolder, canary_files: readonly string[], clock: Clock): Promise<SelfTestResult> =>
  new Promise((resolve) => {
    const worker = spawnWorker(folder, 'self-test', SELF_TEST_HEAP_MB, { self_test: { canary_files, dir: folder.dir } });
    let settled = false;
    const settle = (answer: unknown) => {
      if (settled) return;
      settled = true;
      cancel();
      void worker.terminate();
      resolve(judgeAnswer(answer));
    };
    const cancel = clock.after(SELF_TEST_MS, () => settle('it did not end'));
    worker.on('message', settle);
    worker.on('error', (error) => settle(`it failed: ${error.message}`));
    worker.on('exit', () => settle('it ended without an answer'));
    worker.stdout.resume();
    worker.stderr.resume();
  });

export const createThreadPorts = (clock: Clock, folder: BootstrapFolder, { canary_files }: PortsOptions): Ports => {
  let tested: Promise<SelfTestResult> | null = null;
  const openWith =
    (ses_cache: Uint8Array): OpenPort =>
    (options, listener) =>
      openPluginWorker(folder, { ...options, ses_cache }, listener);
  return {
    async prepare() {
      tested ??= testThread(folder, canary_files, clock);
      const result = await tested;
      if (result.ok) return { ok: true, open: openWith(result.ses_cache) };
      tested = null;
      return result;
    },
    close() {},
  };
};

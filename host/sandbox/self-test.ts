/**
 * Whether this machine really denies a worker what the design takes from it. Flags are promises of a Node
 * version; this tries the doors, once a process, and no plugin starts while one is open.
 */
import type { Clock } from '../lib/clock.ts';
import { type BootstrapFolder, spawnWorker } from './worker-thread.ts';

/** `ses_cache`: compiled code for the workers to come, made in passing. */
export type SelfTestResult = { ok: true; ses_cache: Uint8Array } | { ok: false; message: string };

const TIMEOUT_MS = 10_000;
const HEAP_MB = 32;

interface Answer {
  problems: string[];
  ses_cache: Uint8Array;
}

const parseAnswer = (answer: unknown): Answer | null => {
  const { problems, ses_cache } = (answer ?? {}) as Partial<Answer>;
  if (!Array.isArray(problems) || !problems.every((one) => typeof one === 'string')) return null;
  return ses_cache instanceof Uint8Array ? { problems, ses_cache } : null;
};

/** `canary_files` are files that no worker may read: the configuration, this program. */
export const runSelfTest = (folder: BootstrapFolder, canary_files: readonly string[], clock: Clock): Promise<SelfTestResult> =>
  new Promise((resolve) => {
    const worker = spawnWorker(folder, 'self-test', HEAP_MB, { self_test: { canary_files, dir: folder.dir } });
    let settled = false;
    const settle = (result: SelfTestResult) => {
      if (settled) return;
      settled = true;
      cancel();
      void worker.terminate();
      resolve(result);
    };
    const fail = (problem: string) => settle({ ok: false, message: `a confined worker on this machine is not confined: ${problem}` });
    const cancel = clock.after(TIMEOUT_MS, () => fail('the self-test did not end'));
    worker.on('message', (message: unknown) => {
      const answer = parseAnswer(message);
      if (answer === null) fail('the self-test gave no answer');
      else if (answer.problems.length > 0) fail(answer.problems.join('; '));
      else settle({ ok: true, ses_cache: answer.ses_cache });
    });
    worker.on('error', (error) => fail(`the self-test failed: ${error.message}`));
    worker.on('exit', () => fail('the self-test ended without an answer'));
    worker.stdout.resume();
    worker.stderr.resume();
  });

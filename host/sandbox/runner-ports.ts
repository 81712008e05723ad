/**
 * Plugins in processes of their own: for all that is not built in. In a worker, V8's limits do not protect the
 * process: `a.push(i)` in a loop, a large Map or a 200 MB string abort all of it, and buffers are not limited at all.
 */
import type { Clock } from '../lib/clock.ts';
import type { BootstrapFolder } from './bootstrap-folder.ts';
import type { OpenPort, PluginPortListener, PortOptions, Ports } from './port.ts';
import { dataMb } from './runner/proc.ts';
import type { SelfTestLine, Setup } from './runner/protocol.ts';
import { type Runner, startRunner } from './runner/runner.ts';
import { judgeAnswer, type SelfTestResult } from './self-test.ts';
import type { PortsOptions } from './thread-ports.ts';

/** What a runner needs beside its plugin's heap: Node itself, the locked realms, buffers. */
const RSS_BESIDE_HEAP_MB = 236;
const DATA_BESIDE_HEAP_MB = 336;
/** The heap of a runner that is kept ready. */
const SPARE_HEAP_MB = 64;
const SELF_TEST_MS = 20_000;
const LOOK_MS = 10;
/** A spare is made after the plugin that took the last one has had its start. */
const SPARE_AFTER_MS = 500;

/** `warm_data_mb`: the data segment of a runner that is ready for a plugin; null where that cannot be known. */
type Proof = (SelfTestResult & { ok: false }) | { ok: true; ses_cache: Uint8Array; warm_data_mb: number | null };

const readAnswer = (line: unknown): unknown => {
  try {
    const { problems, ses_cache } = JSON.parse(String(line)) as SelfTestLine;
    return { problems, ses_cache: new Uint8Array(Buffer.from(ses_cache, 'base64')) };
  } catch {
    return null;
  }
};

export const createRunnerPorts = (clock: Clock, folder: BootstrapFolder, { canary_files }: PortsOptions): Ports => {
  let proof: Promise<Proof> | null = null;
  let spare: Runner | null = null;
  let cancelSpare: () => void = () => {};

  const setupFor = (heap_mb: number): Setup => ({
    execArgv: folder.execArgv,
    heap_mb,
    rss_mb: heap_mb + RSS_BESIDE_HEAP_MB,
    self_test: null,
  });
  const start = (heap_mb: number, { ses_cache, warm_data_mb }: Proof & { ok: true }): Runner => {
    const data_mb = warm_data_mb === null ? null : warm_data_mb + heap_mb + DATA_BESIDE_HEAP_MB;
    return startRunner({ clock, folder }, { setup: setupFor(heap_mb), ses_cache, limits: { data_mb } });
  };

  /** The first runner gets no plugin: it tries the doors, and shows what a runner that is ready takes up. */
  const prove = (): Promise<Proof> =>
    new Promise((resolve) => {
      const setup = { ...setupFor(SPARE_HEAP_MB), self_test: { canary_files, dir: folder.dir } };
      const runner = startRunner({ clock, folder }, { setup, ses_cache: new Uint8Array(), limits: { data_mb: null } });
      let tested: SelfTestResult | null = null;
      let cancel: () => void = () => {};
      const settle = (result: Proof) => {
        cancel();
        resolve(result);
        runner.terminate();
      };
      const fail = (why: string) => settle(judgeAnswer(why) as Proof & { ok: false });
      const look = (left_ms: number): void => {
        if (left_ms <= 0) fail('it did not end');
        else if (tested?.ok && runner.beat() > 0) {
          settle({ ...tested, warm_data_mb: runner.pid === undefined ? null : dataMb(runner.pid) });
        } else cancel = clock.after(LOOK_MS, () => look(left_ms - LOOK_MS));
      };
      runner.attach({
        onBatch(line) {
          tested = judgeAnswer(readAnswer(line));
          if (!tested.ok) settle(tested);
        },
        onOutput: () => {},
        onExit: fail,
      });
      look(SELF_TEST_MS);
    });

  const keepSpare = (known: Proof & { ok: true }): void => {
    cancelSpare();
    cancelSpare = clock.after(SPARE_AFTER_MS, () => {
      spare ??= start(SPARE_HEAP_MB, known);
    });
  };
  const take = (heap_mb: number, known: Proof & { ok: true }): Runner => {
    if (spare?.gone()) spare = null;
    const ready = heap_mb === SPARE_HEAP_MB ? spare : null;
    if (ready !== null) spare = null;
    keepSpare(known);
    return ready ?? start(heap_mb, known);
  };
  const openWith =
    (known: Proof & { ok: true }): OpenPort =>
    ({ heap_mb }: PortOptions, listener: PluginPortListener) => {
      const runner = take(heap_mb, known);
      runner.attach(listener);
      return runner;
    };

  return {
    async prepare() {
      if (process.platform === 'win32') {
        return { ok: false, message: 'plugins that are not built in do not run on Windows; use WSL' };
      }
      proof ??= prove();
      const result = await proof;
      if (result.ok) return { ok: true, open: openWith(result) };
      proof = null;
      return result;
    },
    close() {
      cancelSpare();
      spare?.terminate();
      spare = null;
    },
  };
};

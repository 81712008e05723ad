/** What a confined plugin costs beside a plain worker that does the same, in one run: only the ratios mean anything. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../../host/lib/clock.ts';
import { openBootstrap } from '../../host/sandbox/bootstrap-folder.ts';
import { buildBootstrap } from '../../host/sandbox/build-bootstrap.ts';
import type { ConfinedAdapter, Place } from '../../host/sandbox/confined.ts';
import { createRunnerPorts } from '../../host/sandbox/runner-ports.ts';
import { createSandbox } from '../../host/sandbox/sandbox.ts';

const ROUNDS = 7;
const CALLS = 2_000;
const BATCH = 32;
const CROWD = 10;
const EVENT = { text: 'x'.repeat(1_000) };

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

/** Something that echoes, however it is reached. */
interface Echo {
  call(event: unknown): Promise<unknown>;
  end(): Promise<unknown>;
}

/** One request a message, as a worker is used without any of this. */
const startPlain = async (): Promise<Echo> => {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads'); parentPort.on('message', ([id, event]) => parentPort.postMessage([id, event]));`,
    {
      eval: true,
    },
  );
  const open = new Map<number, (value: unknown) => void>();
  let last = 0;
  worker.on('message', ([id, value]: [number, unknown]) => {
    open.get(id)?.(value);
    open.delete(id);
  });
  const echo: Echo = {
    call: (event) =>
      new Promise((resolve) => {
        open.set(++last, resolve);
        worker.postMessage([last, event]);
      }),
    end: () => worker.terminate(),
  };
  await echo.call(0);
  return echo;
};

const time = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

const callTimes = async ({ call }: Echo): Promise<{ alone_us: number; batch_us: number }> => {
  for (let i = 0; i < 500; i++) await call(EVENT);
  const alone = await time(async () => {
    for (let i = 0; i < CALLS; i++) await call(EVENT);
  });
  const batches = await time(async () => {
    for (let i = 0; i < CALLS; i += BATCH) await Promise.all(Array.from({ length: BATCH }, () => call(EVENT)));
  });
  return { alone_us: (alone / CALLS) * 1000, batch_us: (batches / CALLS) * 1000 };
};

/** Proportional memory of a process in MB, where the kernel tells it. */
const pssMb = (pid: number): number =>
  Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0) / 1024;

const memoryOf = async (start: () => Promise<Echo>): Promise<number> => {
  const before = pssMb(process.pid);
  const all: Echo[] = [];
  for (let i = 0; i < CROWD; i++) all.push(await start());
  const used = (pssMb(process.pid) - before) / CROWD;
  await Promise.all(all.map((one) => one.end()));
  return used;
};

const memoryOfRunners = async (bootstrap_dir: string): Promise<number> => {
  const folder = openBootstrap(bootstrap_dir);
  if (typeof folder === 'string') throw new Error(folder);
  const ports = createRunnerPorts(systemClock, folder, { canary_files: [] });
  const prepared = await ports.prepare();
  if (!prepared.ok) throw new Error(prepared.message);
  const ready = (port: { beat(): number }) =>
    new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (port.beat() === 0) return;
        clearInterval(look);
        resolve();
      }, 10);
    });
  const runners = Array.from({ length: CROWD }, () =>
    prepared.open({ name: 'x', heap_mb: 64 }, { onBatch() {}, onOutput() {}, onExit() {} }),
  );
  await Promise.all(runners.map(ready));
  ports.close();
  const used = runners.map((runner) => pssMb((runner as unknown as { pid: number }).pid));
  for (const runner of runners) runner.terminate();
  return used.reduce((sum, each) => sum + each, 0) / CROWD;
};

const line = (name: string, plain: number, others: readonly number[], digits: number): void => {
  const columns = others.map((value) => `${value.toFixed(digits).padStart(9)} ${`${(value / plain).toFixed(1)} x`.padStart(8)}`);
  console.log(`  ${name.padEnd(34)} ${plain.toFixed(digits).padStart(9)} ${columns.join(' ')}`);
};

/** Prints the table. */
export const measureCosts = async (): Promise<void> => {
  const bootstrap_dir = mkdtempSync(join(tmpdir(), 'costs-'));
  await buildBootstrap(bootstrap_dir);
  const sandbox = createSandbox({ clock: systemClock }, { bootstrap_dir, threads: true });
  /** A heap of another size than a spare's has to be started anew. */
  const startConfined = async (place: Place, heap_mb: number): Promise<Echo> => {
    const started = await sandbox.start({
      channel_id: 'echo',
      place,
      code: 'var __plugin = (() => { class Adapter { async receive(event) { return event; } }\nreturn { Adapter }; })();',
      export_name: 'Adapter',
      config: {},
      granted: [],
      handlers: { emit: async () => null },
      heap_mb,
      cpu_ms_per_second: 1000,
      call_timeout_ms: 20_000,
      boot_timeout_ms: 20_000,
      max_to_plugin: 1_048_576,
      on_log: () => {},
    });
    if (!started.ok) throw new Error(started.fault.message);
    const adapter: ConfinedAdapter = started.adapter;
    return { call: (event) => adapter.call('receive', [event as never]), end: () => adapter.stop(0) };
  };
  const kinds: [string, () => Promise<Echo>][] = [
    ['plain', startPlain],
    ['thread', () => startConfined('thread', 64)],
    ['process', () => startConfined('process', 65)],
  ];
  const boots: Record<string, number[]> = { plain: [], thread: [], process: [], spare: [] };
  const calls: Record<string, { alone_us: number; batch_us: number }[]> = { plain: [], thread: [], process: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, start] of kinds) {
      let echo: Echo | null = null;
      const boot = await time(async () => {
        echo = await start();
        await echo.call(0);
      });
      const measured = await callTimes(echo as unknown as Echo);
      await (echo as unknown as Echo).end();
      // The first round proves the machine and fills the caches.
      if (round === 0) continue;
      boots[name]?.push(boot);
      calls[name]?.push(measured);
    }
    const ready = await startConfined('process', 64);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    let echo: Echo | null = null;
    const boot = await time(async () => {
      echo = await startConfined('process', 64);
      await echo.call(0);
    });
    if (round > 0) boots.spare?.push(boot);
    await Promise.all([ready.end(), (echo as unknown as Echo).end()]);
  }
  const plain_mb = await memoryOf(startPlain);
  const thread_mb = await memoryOf(() => startConfined('thread', 64));
  const process_mb = await memoryOfRunners(bootstrap_dir);

  console.log(`\ncosts (median of ${ROUNDS} rounds in turn)     plain worker    in a thread        in a process`);
  const bootOf = (name: string): number => median(boots[name] ?? []);
  const callOf = (name: string, which: 'alone_us' | 'batch_us'): number => median((calls[name] ?? []).map((each) => each[which]));
  line('boot to the first answer, ms', bootOf('plain'), [bootOf('thread'), bootOf('process')], 1);
  line('… with a spare at hand, ms', bootOf('plain'), [bootOf('spare')], 1);
  line('memory, MB', plain_mb, [thread_mb, process_mb], 1);
  line('a call with 1 KB alone, µs', callOf('plain', 'alone_us'), [callOf('thread', 'alone_us'), callOf('process', 'alone_us')], 1);
  line(`a call in batches of ${BATCH}, µs`, callOf('plain', 'batch_us'), [callOf('thread', 'batch_us'), callOf('process', 'batch_us')], 1);
  await sandbox.close();
  rmSync(bootstrap_dir, { recursive: true });
};

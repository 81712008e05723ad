/** A plugin in a process of its own: the same adapter as in a thread, behind a wall that nothing of it gets over. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../host/lib/clock.ts';
import { openBootstrap } from '../../../host/sandbox/bootstrap-folder.ts';
import type { ConfinedOptions } from '../../../host/sandbox/confined.ts';
import { createRunnerPorts } from '../../../host/sandbox/runner-ports.ts';
import { createSandbox } from '../../../host/sandbox/sandbox.ts';
import { until } from '../../support/until.ts';
import { adapterWith, pluginOptions, useSandbox } from './fixture.ts';

const fixture = useSandbox();
const start = (source: string, options: Partial<ConfinedOptions> = {}) => fixture.start(source, { place: 'process', ...options });

/** Pids of the runners of one process, by what the kernel says. */
const runnersOf = (parent: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const [, ppid] = /^\d+ \(.*\) \S (\d+) /s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
        return Number(ppid) === parent && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('runner.cjs');
      } catch {
        return false;
      }
    });

describe('a plugin in a runner', () => {
  it('takes calls and uses what it was given, as in a thread', async () => {
    using plugin = await start(adapterWith('context.log.info("seen"); return [event, await context.fetch("x"), context.config.limit];'));
    expect(await plugin.adapter.call('receive', [{ a: 'ü\u2028' }], { call_id: 'c1' })).toEqual({
      ok: true,
      value: [{ a: 'ü\u2028' }, { args: { url: 'x' }, call_id: 'c1' }, 7],
    });
    expect(plugin.log).toEqual([{ level: 'info', message: 'seen', fields: null }]);
  });

  it('answers a thousand calls at once, each its own', async () => {
    using plugin = await start(adapterWith('return event;'));
    const results = await Promise.all(Array.from({ length: 1000 }, (_, n) => plugin.adapter.call('receive', [n])));
    expect(results).toEqual(Array.from({ length: 1000 }, (_, value) => ({ ok: true, value })));
  });

  it('takes an event as large as its channel allows, and gives a result as large as a frame', async () => {
    using plugin = await start(adapterWith('return event.length === 900000 ? "y".repeat(200000) : event.length;'));
    expect(await plugin.adapter.call('receive', ['x'.repeat(900_000)])).toEqual({ ok: true, value: 'y'.repeat(200_000) });
  });

  it('runs its timers while nobody calls it', async () => {
    using plugin = await start(adapterWith('context.timers.setTimeout(() => context.log.info("later"), 20); return 1;'));
    await plugin.adapter.call('receive', [null]);
    await until(
      () => plugin.log.map(({ message }) => message),
      (messages) => messages.includes('later'),
      'the timer fired',
    );
  });

  it('stops when it is told to, and its process with it', async () => {
    const before = runnersOf(process.pid);
    const plugin = await start('class Adapter { constructor(c) { this.c = c; } stop() { this.c.log.info("bye"); } }\nreturn { Adapter };');
    await plugin.adapter.stop(5000);
    expect(plugin.log.map(({ message }) => message)).toEqual(['bye']);
    expect(await plugin.adapter.exited).toEqual({ requested: true, breached: false, reason: 'it was stopped' });
    await until(
      () => runnersOf(process.pid).filter((pid) => !before.includes(pid)).length,
      (more) => more <= 1,
      'no more than a spare is left',
    );
  });

  it('shows the place of its errors in its author’s file', async () => {
    using plugin = await start(adapterWith('throw Object.assign(new Error("no"), { code: "MINE" });'));
    expect(await plugin.adapter.call('receive', [null])).toMatchObject({ ok: false, fault: 'threw', code: 'MINE', message: 'no' });
  });

  it('that loops is ended at its deadline, and one that loops at import before it', async () => {
    using plugin = await start(adapterWith('for (;;) {}'));
    expect(await plugin.adapter.call('receive', [null], { timeout_ms: 200 })).toMatchObject({ ok: false, fault: 'deadline' });
    const sandbox = createSandbox(
      { clock: systemClock },
      { bootstrap_dir: fixture.dir(), heartbeat: { every_ms: 50, stuck_after_ms: 1000 } },
    );
    const looping = await sandbox.start(pluginOptions('for (;;) {}', { place: 'process', boot_timeout_ms: 60_000 }));
    await sandbox.close();
    expect(looping).toMatchObject({ ok: false, fault: { code: 'DIED', message: expect.stringContaining('stood still') } });
  });
});

describe('the processor time of a plugin', () => {
  it.each(['thread', 'process'] as const)('is bounded when it works without being asked: %s', async (place) => {
    const busy = adapterWith(
      'const work = () => { const end = context.clock.monotonic_ms() + 40; while (context.clock.monotonic_ms() < end); context.timers.setTimeout(work, 4); }; work(); return 1;',
    );
    using plugin = await fixture.start(busy, { place, cpu_ms_per_second: 30 });
    expect(await plugin.adapter.call('receive', [null])).toEqual({ ok: true, value: 1 });
    expect(await plugin.adapter.exited).toEqual({
      requested: false,
      breached: false,
      reason: 'it used more than its 30 ms of processor time a second',
    });
  });
});

describe('the process of a plugin', () => {
  it('ends with the host, however that ends', async () => {
    const script = join(fixture.dir(), 'host.mjs');
    writeFileSync(
      script,
      `import { createRunnerPorts } from ${JSON.stringify(join(import.meta.dirname, '../../../host/sandbox/runner-ports.ts'))};
      import { openBootstrap } from ${JSON.stringify(join(import.meta.dirname, '../../../host/sandbox/bootstrap-folder.ts'))};
      import { systemClock } from ${JSON.stringify(join(import.meta.dirname, '../../../host/lib/clock.ts'))};
      const ports = createRunnerPorts(systemClock, openBootstrap(${JSON.stringify(fixture.dir())}), { canary_files: [] });
      const prepared = await ports.prepare();
      const port = prepared.open({ name: 'x', heap_mb: 64 }, { onBatch() {}, onOutput() {}, onExit() {} });
      const look = setInterval(() => { if (port.beat() > 0) { clearInterval(look); console.log(port.pid); } }, 20);
      setInterval(() => {}, 1000);`,
    );
    const host = spawn(process.execPath, ['--import', 'tsx', script], {
      cwd: join(import.meta.dirname, '../../..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(host.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(runnersOf(host.pid as number)).toContain(pid);
    host.kill('SIGKILL');
    await until(
      () => {
        try {
          return readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
        } catch {
          return true;
        }
      },
      (gone) => gone,
      'the runner is gone too',
    );
  });

  it('has no environment, a low priority, and is the first that the kernel takes when memory runs out', async () => {
    const ports = createRunnerPorts(systemClock, openBootstrapOrFail(), { canary_files: [] });
    const prepared = await ports.prepare();
    if (!prepared.ok) throw new Error(prepared.message);
    const port = prepared.open({ name: 'x', heap_mb: 64 }, { onBatch() {}, onOutput() {}, onExit() {} }) as unknown as { pid: number };
    await until(
      () => readFileSync(`/proc/${port.pid}/cmdline`, 'latin1'),
      (command) => command.includes('runner.cjs') && !command.startsWith('/usr/bin/prlimit') && !command.startsWith('/bin/sh'),
      'the runner has taken its place',
    );
    expect(readFileSync(`/proc/${port.pid}/environ`, 'latin1')).toBe('');
    expect(readFileSync(`/proc/${port.pid}/oom_score_adj`, 'latin1').trim()).toBe('1000');
    const stat = readFileSync(`/proc/${port.pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    expect(Number(stat[16])).toBeGreaterThanOrEqual(10);
    const limits = readFileSync(`/proc/${port.pid}/limits`, 'latin1');
    expect(limits).toMatch(/Max core file size\s+0 /);
    expect(limits).toMatch(/Max data size\s+\d+ /);
    ports.close();
    (port as unknown as { terminate(): void }).terminate();
  });

  it('is kept ready for the next one that starts', async () => {
    const ports = createRunnerPorts(systemClock, openBootstrapOrFail(), { canary_files: [] });
    const prepared = await ports.prepare();
    if (!prepared.ok) throw new Error(prepared.message);
    const open = () =>
      prepared.open({ name: 'x', heap_mb: 64 }, { onBatch() {}, onOutput() {}, onExit() {} }) as unknown as {
        pid: number;
        terminate(): void;
      };
    const before = runnersOf(process.pid);
    const first = open();
    const [spare] = await until(
      () => runnersOf(process.pid).filter((pid) => !before.includes(pid) && pid !== first.pid),
      (others) => others.length > 0,
      'a spare was started',
    );
    const second = open();
    expect(second.pid).toBe(spare);
    ports.close();
    first.terminate();
    second.terminate();
  });
});

const openBootstrapOrFail = () => {
  const folder = openBootstrap(fixture.dir());
  if (typeof folder === 'string') throw new Error(folder);
  return folder;
};

describe('the self-test of the runner', () => {
  it('lets no plugin start when a canary can be read from it', async () => {
    const canary = join(fixture.dir(), 'canary.txt');
    writeFileSync(canary, 'x');
    const sandbox = createSandbox({ clock: systemClock }, { bootstrap_dir: fixture.dir(), canary_files: [canary] });
    const result = await sandbox.start(pluginOptions(adapterWith(''), { place: 'process' }));
    await sandbox.close();
    expect(result).toMatchObject({
      ok: false,
      fault: { code: 'SELF_TEST_FAILED', message: expect.stringContaining(`reading ${canary} is possible`) },
    });
  });

  it('is asked again at the next start when it failed', async () => {
    const canary = join(fixture.dir(), 'once.txt');
    const ports = createRunnerPorts(systemClock, openBootstrapOrFail(), { canary_files: [canary] });
    // A file that is not there cannot be told from one that may be read; it is no denial.
    expect(await ports.prepare()).toMatchObject({ ok: false, message: expect.stringContaining('once.txt') });
    expect(await ports.prepare()).toMatchObject({ ok: false });
    ports.close();
  });
});

import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../host/lib/clock.ts';
import { createSandbox } from '../../../host/sandbox/sandbox.ts';
import { adapterWith, pluginOptions, useSandbox } from './fixture.ts';

const fixture = useSandbox();
const { start } = fixture;

const TRAPS: [string, string][] = [
  ['a loop', 'for (;;) {}'],
  ['a loop of microtasks', 'for (;;) await null;'],
  ['a promise that never resolves', 'return new Promise(() => {});'],
  ['a regular expression that backtracks', 'return /^(a+)+$/.test("a".repeat(40) + "b");'],
  ['a result whose toJSON loops', 'return { toJSON() { for (;;) {} } };'],
  ['an error whose message loops', 'throw { get message() { for (;;) {} } };'],
  ['a thenable that never answers', 'return { then() {} };'],
];

describe('a call past its deadline', () => {
  it.each(TRAPS)('ends the worker when it is %s', async (_, body) => {
    using plugin = await start(adapterWith(`if (event === 'hang') { ${body} } return new Promise(() => {});`));
    const { adapter } = plugin;
    const waiting = adapter.call('receive', ['wait']);
    const result = await adapter.call('receive', ['hang'], { timeout_ms: 150 });
    expect(result).toMatchObject({ ok: false, fault: 'deadline' });
    expect(await waiting).toMatchObject({ ok: false, fault: 'died' });
    expect(await adapter.exited).toEqual({ requested: false, breached: false, reason: 'the call receive passed its deadline of 150 ms' });
    expect(await adapter.call('health', [])).toMatchObject({ ok: false, fault: 'died', code: 'PLUGIN_ENDED' });
  });

  it('leaves the other plugins alone', async () => {
    using stuck = await start(adapterWith('for (;;) {}'));
    using well = await start(adapterWith('return event;'));
    const stuckCall = stuck.adapter.call('receive', [null], { timeout_ms: 150 });
    const results = await Promise.all(Array.from({ length: 50 }, (_, n) => well.adapter.call('receive', [n])));
    expect(results.every((result) => result.ok)).toBe(true);
    expect(await stuckCall).toMatchObject({ fault: 'deadline' });
    expect(await well.adapter.call('health', [])).toEqual({ ok: true, value: 'well' });
  });
});

describe('a worker whose event loop stands still', () => {
  it('is ended long before the deadline of its call', async () => {
    const sandbox = createSandbox(
      { clock: systemClock },
      { threads: true, bootstrap_dir: fixture.dir(), heartbeat: { every_ms: 50, stuck_after_ms: 400 } },
    );
    const started = await sandbox.start(pluginOptions(adapterWith('for (;;) {}')));
    if (!started.ok) throw new Error(started.fault.message);
    const result = await started.adapter.call('receive', [null], { timeout_ms: 60_000 });
    expect(result).toMatchObject({ ok: false, fault: 'died' });
    expect((await started.adapter.exited).reason).toContain('stood still');
    await sandbox.close();
  });
});

describe('stop', () => {
  it('lets the adapter end by itself and says that it was asked for', async () => {
    const plugin = await start('class Adapter { constructor(c) { this.c = c; } stop() { this.c.log.info("bye"); } }\nreturn { Adapter };');
    await plugin.adapter.stop(5000);
    expect(plugin.log.map(({ message }) => message)).toEqual(['bye']);
    expect(await plugin.adapter.exited).toEqual({ requested: true, breached: false, reason: 'it was stopped' });
  });

  it('does not wait longer than the grace time, and ends the calls that are open', async () => {
    const plugin = await start('class Adapter { receive() { return new Promise(() => {}); } stop() { for (;;) {} } }\nreturn { Adapter };');
    const open = plugin.adapter.call('receive', []);
    await plugin.adapter.stop(100);
    expect(await open).toMatchObject({ ok: false, fault: 'died' });
    expect(await plugin.adapter.exited).toMatchObject({ requested: true });
  });

  it('may be asked for twice', async () => {
    const plugin = await start(adapterWith(''));
    await Promise.all([plugin.adapter.stop(0), plugin.adapter.stop(0)]);
    await plugin.adapter.stop(10);
    expect(await plugin.adapter.exited).toMatchObject({ requested: true });
  });
});

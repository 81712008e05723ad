import { expect, it } from 'vitest';
import { adapterWith, useSandbox } from '../host/sandbox/fixture.ts';

const { start } = useSandbox();

it('a flood of log lines is cut to what one second allows, and says so', async () => {
  using plugin = await start(adapterWith('for (let i = 0; i < 50000; i++) context.log.info("line " + i); return event;'));
  expect(await plugin.adapter.call('receive', ['done'])).toEqual({ ok: true, value: 'done' });
  expect(plugin.log.length).toBeGreaterThanOrEqual(200);
  expect(plugin.log.length).toBeLessThan(3000);
  await plugin.adapter.call('health', []);
});

it('what was dropped is told once there is room again', async () => {
  const body = `for (let i = 0; i < 1000; i++) context.log.info('x');
    await new Promise((resolve) => context.timers.setTimeout(resolve, 50));
    context.log.info('after');`;
  using plugin = await start(adapterWith(body));
  await plugin.adapter.call('receive', [null]);
  const messages = plugin.log.map(({ message }) => message);
  expect(messages.some((message) => /^\d+ log lines were dropped: at most 200 a second$/.test(message))).toBe(true);
  expect(messages.at(-1)).toBe('after');
});

it('a flood of capability calls is refused inside the plugin and never reaches the host in full', async () => {
  let carriedOut = 0;
  const fetch = async () => ++carriedOut;
  const body = `let refused = 0; const codes = new Set();
    for (let round = 0; round < 200; round++) {
      const all = await Promise.allSettled(Array.from({ length: 60 }, () => context.fetch('x')));
      for (const one of all) if (one.status === 'rejected') { refused++; codes.add(one.reason.code); }
    }
    return [refused > 0, [...codes]];`;
  using plugin = await start(adapterWith(body), { handlers: { fetch, emit: async () => null } });
  const result = await plugin.adapter.call('receive', [null]);
  if (result.ok && JSON.stringify(result.value) === '[true,["RATE_LIMITED"]]') expect(carriedOut).toBeLessThan(12_000);
  // A slow machine may not reach 5,000 a second; then nothing had to be refused.
  else expect(result).toEqual({ ok: true, value: [false, []] });
  expect(await plugin.adapter.call('health', [])).toEqual({ ok: true, value: 'well' });
});

it('answering the host is no flood, however fast', async () => {
  using plugin = await start(adapterWith('await context.fetch("x"); return event;'));
  for (let round = 0; round < 20; round++) {
    const results = await Promise.all(Array.from({ length: 500 }, (_, n) => plugin.adapter.call('receive', [n])));
    expect(results.filter((result) => !result.ok)).toEqual([]);
  }
});

it('256 timers that fire as fast as they may leave the other plugins answering', async () => {
  using noisy = await start(
    adapterWith('for (let i = 0; i < 256; i++) context.timers.setInterval(() => context.log.info("tick"), 0); return 1;'),
  );
  using quiet = await start(adapterWith('return event;'));
  expect(await noisy.adapter.call('receive', [null])).toEqual({ ok: true, value: 1 });
  for (let n = 0; n < 50; n++) expect(await quiet.adapter.call('receive', [n])).toEqual({ ok: true, value: n });
  expect(await noisy.adapter.call('health', [])).toEqual({ ok: true, value: 'well' });
});

it('a heap without end ends its own worker and says so', async () => {
  using greedy = await start(adapterWith('let list = null; for (;;) list = { list, a: 1, b: 2 };'), { heap_mb: 32 });
  using quiet = await start(adapterWith('return event;'));
  expect(await greedy.adapter.call('receive', [null])).toMatchObject({ ok: false, fault: 'died' });
  expect(await greedy.adapter.exited).toEqual({ requested: false, breached: false, reason: 'it used more than its 32 MB of memory' });
  expect(await quiet.adapter.call('receive', ['here'])).toEqual({ ok: true, value: 'here' });
});

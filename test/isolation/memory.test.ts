/** Ways to use up memory. In a thread some of them abort the whole process; behind a runner none reaches the host. */
import { expect, it } from 'vitest';
import { adapterWith, useSandbox } from '../host/sandbox/fixture.ts';
import { MEMORY_BOMBS } from './memory-bombs.ts';

const { start } = useSandbox();

it.each(MEMORY_BOMBS)('$name: its own process ends, and its neighbour answers', async ({ body }) => {
  using quiet = await start(adapterWith('return event;'), { place: 'thread' });
  using bomb = await start(adapterWith(body), { place: 'process' });
  const result = await bomb.adapter.call('receive', [null], { timeout_ms: 30_000 });
  expect(result).toMatchObject({ ok: false });
  if (!result.ok && result.fault !== 'died') {
    // What the realm refuses by itself (a string too long, the byte budget of buffers) need not end it.
    expect(['threw', 'refused']).toContain(result.fault);
    expect(await bomb.adapter.call('health', [])).toEqual({ ok: true, value: 'well' });
  } else expect((await bomb.adapter.exited).reason).toMatch(/memory|SIGKILL|SIGABRT/);
  expect(await quiet.adapter.call('receive', ['here'])).toEqual({ ok: true, value: 'here' });
});

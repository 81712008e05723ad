/** `kill -9` while an agent thinks about what its write brought: the run is not begun anew. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { API_KEY, type FakeOpenAi, startFakeOpenAi } from '../fakes/openai.ts';
import { ADMIN_TOKEN, channelIn, inboundThat } from '../support/admin-api.ts';
import { ROOT } from '../support/home.ts';
import { saidTo } from '../support/telegram-chats.ts';
import { makeTelegramHome, SECRET, type TelegramHome, textUpdate } from '../support/telegram-home.ts';
import { until } from '../support/until.ts';

/** Two starts of the host from its source, on a machine that may be busy with others. */
vi.setConfig({ testTimeout: 180_000 });

let room: TelegramHome;
let provider: FakeOpenAi;
const children: ChildProcess[] = [];
beforeEach(async () => {
  provider = await startFakeOpenAi();
  room = await makeTelegramHome({
    channels: { telegram: { error_reply: 'I was interrupted.' } },
    connectors: { writer: { allowed_operations: ['write'], require_approval: false } },
  });
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all([provider.close(), room.telegram.close()]);
  room.home.remove();
});

const start = async (): Promise<{ url: string; kill(): Promise<void> }> => {
  const program = path.join(ROOT, 'test/support/agent-program.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, room.home.dir, path.join(ROOT, 'dist')], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      ...room.env,
      AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN,
      AGENT_BACKEND: 'openai',
      AGENT_URL: provider.url,
      AGENT_API_KEY: API_KEY,
      AGENT_MODEL: 'a-model',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [url] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string];
  await channelIn({ url }, 'telegram', 'running');
  return {
    url,
    async kill() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
};
const written = (): string => readFileSync(path.join(room.home.dir, 'written'), 'utf8');
const asked = (count: number) =>
  until(
    () => provider.calls.length,
    (length) => length === count,
    `the provider is asked ${count} times`,
  );

it('a run that has written is failed at the next start and shown; one that has not is begun anew', async () => {
  const first = await start();
  provider.script({ call: [{ name: 'writer__write', arguments: '{"text":"once"}' }] }, 'never', 'never');
  await room.telegram.deliver(room.webhook(first), textUpdate(1, 'write it', 1), { secret: SECRET });
  await asked(2);
  await room.telegram.deliver(room.webhook(first), textUpdate(2, 'only think', 2), { secret: SECRET });
  await asked(3);
  expect(written()).toBe('once\n');
  await first.kill();

  const second = await start();
  const failed = await inboundThat(second, '1', ({ state }) => state === 'failed');
  expect(failed).toMatchObject({ reason: 'INTERRUPTED_AFTER_WRITE', error: expect.stringContaining('might write again') });
  expect(await saidTo(room.telegram, 2, 1)).toEqual(['re: only think']);
  expect(await saidTo(room.telegram, 1, 1)).toEqual(['I was interrupted.']);
  expect([written(), provider.calls.length]).toEqual(['once\n', 4]);
  await second.kill();
});

/**
 * Whatever the order of messages, mode and phase changes and restarts of the plugin: in `off` nobody is asked and
 * nothing leaves, in `readonly` nothing is written, and in the end each person has each answer once, in order.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMIN_TOKEN, adminApi, messagesOf } from '../support/admin-api.ts';
import { type AgentServer, startAgentServer } from '../support/agent-server.ts';
import { type RunningHost, startHost } from '../support/home.ts';
import { makeTelegramHome, SECRET, type TelegramHome, textUpdate } from '../support/telegram-home.ts';
import { arrivedIn } from '../support/traffic.ts';
import { until } from '../support/until.ts';

let room: TelegramHome;
let agent: AgentServer;
let host: RunningHost;
let update_id = 0;
let next_chat = 1000;

beforeAll(async () => {
  agent = await startAgentServer();
  room = await makeTelegramHome();
  const env = { ...room.env, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN, AGENT_BACKEND: 'http', AGENT_URL: agent.url };
  host = await startHost(room.home, { env, running: ['telegram'] });
});
afterAll(async () => {
  await host.stop();
  await agent.close();
  await room.telegram.close();
  room.home.remove();
});

type Mode = 'on' | 'readonly' | 'off';
type Action = { mode: Mode } | { phase: 'planning' | 'execution' } | { say: number } | { restart: true };

const action = fc.oneof(
  { weight: 3, arbitrary: fc.record({ mode: fc.constantFrom<Mode>('on', 'readonly', 'off') }) },
  { weight: 1, arbitrary: fc.record({ phase: fc.constantFrom('planning' as const, 'execution' as const) }) },
  { weight: 5, arbitrary: fc.record({ say: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.constant({ restart: true as const }) },
);

const post = async (path: string, body: object = {}): Promise<void> => {
  const { status } = await adminApi(host).post(path, body);
  expect(status).toBe(200);
};

/** Nothing that left before is still on its way: no send is in flight, and two more answers came after that. */
const quiet = async (): Promise<void> => {
  const status = () => adminApi(host).get('/api/status');
  await until(
    async () => (await status()).body.channels.find(({ id }: { id: string }) => id === 'telegram').in_flight,
    (in_flight) => in_flight === 0,
    'no send is in flight',
  );
  await status();
  await status();
};

interface World {
  chats: number[];
  said: string[][];
  mode: Mode;
  /** What the provider and the agent had got when the mode closed. */
  provider: number;
  asked: number;
}

/** What must hold after each step. */
const judge = async (world: World): Promise<void> => {
  if (world.mode === 'on') return;
  // The last message has come as far as the mode lets it.
  const inbound = () => messagesOf(host, { direction: 'inbound', channel_id: 'telegram' });
  const expected = world.mode === 'off' ? ['received', 'dispatched', 'answered'] : ['answered'];
  for (const chat of world.chats) {
    await until(
      async () => (await inbound()).filter(({ conversation_key }) => conversation_key === String(chat)),
      (rows) => rows.length === world.said[world.chats.indexOf(chat)]?.length && rows.every(({ state }) => expected.includes(state)),
      `messages of ${chat} are ${expected.join(' or ')} in ${world.mode}`,
    );
  }
  await quiet();
  expect(room.telegram.calls.length, 'calls of the platform').toBe(world.provider);
  if (world.mode === 'off') expect(agent.calls.length, 'calls of the agent').toBe(world.asked);
};

const perform = async (world: World, step: Action): Promise<void> => {
  if ('say' in step) {
    const text = `n${world.said[step.say]?.length}`;
    world.said[step.say]?.push(text);
    const update = textUpdate(++update_id, text, world.chats[step.say] as number);
    expect((await room.telegram.deliver(room.webhook(host), update, { secret: SECRET })).status).toBe(200);
  } else if ('phase' in step) await post('/api/phase', { phase: step.phase });
  else if ('restart' in step) await post('/api/channels/telegram/reload');
  else {
    await post('/api/network-mode', { mode: step.mode });
    const closes = step.mode !== 'on' && step.mode !== world.mode;
    world.mode = step.mode;
    if (!closes) return;
    await quiet();
    world.provider = room.telegram.calls.length;
    world.asked = agent.calls.length;
  }
};

it('holds for every order of events', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 4, maxLength: 12 }), async (actions) => {
      const chats = [next_chat++, next_chat++];
      const world: World = { chats, said: [[], []], mode: 'on', provider: 0, asked: 0 };
      await post('/api/network-mode', { mode: 'on' });
      for (const step of actions) {
        await perform(world, step);
        await judge(world);
      }
      await post('/api/network-mode', { mode: 'on' });
      await post('/api/phase', { phase: 'execution' });
      for (const [index, chat] of chats.entries()) {
        const texts = world.said[index]?.map((text) => `re: ${text}`);
        await until(
          () => arrivedIn(room.telegram, chat),
          (arrived) => JSON.stringify(arrived) === JSON.stringify(texts),
          `each answer once and in order in ${chat}: ${texts}`,
        );
      }
    }),
    // Each run is a conversation with a real host; a failing order is shown with its seed, not shrunk.
    { numRuns: 12, endOnFailure: true },
  );
}, 240_000);

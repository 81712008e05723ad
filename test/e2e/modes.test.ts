/** The mode and phase table on the built host: what is recorded, what is asked, what leaves, and what goes on when the mode returns. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, adminApi, deliveriesIn, inboundThat } from '../support/admin-api.ts';
import { type AgentServer, startAgentServer } from '../support/agent-server.ts';
import { type ChatService, folderEntry, startChatService, writeFolderPlugin } from '../support/folder-plugin.ts';
import { agentos, type RunningHost, startHost } from '../support/home.ts';
import { makeTelegramHome, SECRET, type TelegramHome, textUpdate } from '../support/telegram-home.ts';
import { arrivedIn } from '../support/traffic.ts';
import { until } from '../support/until.ts';

/** Asks for updates every 20 ms, and goes on when an answer does not come. */
const POLLS = `
    let next = 0;
    const poll = async () => {
      try {
        const response = await this.context.fetch(ORIGIN + '/updates?after=' + next, { method: 'GET' });
        const answer = JSON.parse(response.body);
        for (const update of answer.updates) await this.context.emit({ event_id: update.id, body: JSON.stringify(update) });
        next = answer.next;
      } catch (error) {
        this.context.log.debug('not polled', { reason: String(error.code) });
      }
      this.context.timers.setTimeout(poll, 20);
    };
    await poll();`;

/** Each command is a process of its own; a busy machine takes seconds to start one. */
const COMMANDS_MS = 240_000;

let room: TelegramHome;
let agent: AgentServer;
let chats: ChatService;
let host: RunningHost;
let update_id = 0;

const start = (env: Record<string, string> = {}) =>
  startHost(room.home, {
    env: { ...room.env, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN, AGENT_BACKEND: 'http', AGENT_URL: agent.url, NETWORK_MODE: 'on', ...env },
    running: ['telegram', 'poller'],
  });

beforeAll(async () => {
  [agent, chats] = await Promise.all([startAgentServer(), startChatService()]);
  room = await makeTelegramHome();
  const telegram = new URL(room.telegram.url).host;
  room.home.write('config/security_policy.json', {
    rate_limits: { max_requests_per_user: 1_000_000, time_window_seconds: 60 },
    egress: { allow_private: [telegram, new URL(chats.url).host] },
  });
  writeFolderPlugin(room.home, 'poller', chats.url, { start: POLLS });
  room.home.write('config/channels.json', {
    telegram: { config: { api_base_url: room.telegram.url } },
    poller: folderEntry(chats.url, { approved: true }),
  });
  host = await start();
});
afterAll(async () => {
  await host.stop();
  await Promise.all([agent.close(), chats.close(), room.telegram.close()]);
  room.home.remove();
});

const mode = async (to: string): Promise<void> => {
  const { status } = await adminApi(host).post('/api/network-mode', { mode: to, reason: 'a test' });
  expect(status).toBe(200);
};
beforeEach(() => mode('on'));

const say = async (chat: number, text: string): Promise<void> => {
  const { status } = await room.telegram.deliver(room.webhook(host), textUpdate(++update_id, text, chat), { secret: SECRET });
  expect(status).toBe(200);
};
const typed = (chat: number): number =>
  room.telegram.calls.filter(({ method, body }) => method === 'sendChatAction' && body.includes(String(chat))).length;
const polls = (): number => chats.calls.filter(({ method }) => method === '/updates').length;
const polled = (beyond: number) => until(polls, (count) => count > beyond, 'the channel polls');
const arrive = (chat: number, texts: string[]) =>
  until(
    () => arrivedIn(room.telegram, chat),
    (arrived) => JSON.stringify(arrived) === JSON.stringify(texts),
    `${texts.length} answers in ${chat}`,
  );

describe('in on', () => {
  it('a message is handled, the agent is asked, typing is shown, the answer is sent, and what polls polls', async () => {
    await say(1, 'hello');
    await arrive(1, ['re: hello']);
    expect([agent.about('hello').length, typed(1)]).toEqual([1, 1]);
    await polled(polls());
  });
});

describe('in readonly', () => {
  it('messages are handled and the agent is asked; answers are held without typing, and go out in order when the mode returns', async () => {
    await mode('readonly');
    await say(2, 'one');
    await say(2, 'two');
    const held = await deliveriesIn(host, '2', ['held', 'held']);
    expect(held.map(({ text, held_by }) => [text, held_by])).toEqual([
      ['re: one', 'network_mode'],
      ['re: two', 'network_mode'],
    ]);
    expect([typed(2), arrivedIn(room.telegram, 2)]).toEqual([0, []]);
    await mode('on');
    await arrive(2, ['re: one', 're: two']);
  });

  it('what polls goes on, and what it receives is handled', async () => {
    await mode('readonly');
    chats.updates.push({ id: `u${chats.updates.length}`, chat: 'polled', text: 'by polling' });
    await inboundThat(host, 'polled', ({ state }) => state === 'answered');
    await deliveriesIn(host, 'polled', ['held']);
    expect(chats.sent).toEqual([]);
  });
});

describe('in off', () => {
  it('messages are recorded and acknowledged, nobody is asked, nothing leaves; all of it goes on in order when the mode returns', async () => {
    await mode('off');
    const calls = room.telegram.calls.length;
    await say(3, 'first');
    await say(3, 'second');
    await inboundThat(host, '3', ({ text, state }) => text === 'second' && state === 'received');
    expect([agent.about('first').length, room.telegram.calls.length]).toEqual([0, calls]);
    // In readonly they are handled, and the answers wait.
    await mode('readonly');
    await deliveriesIn(host, '3', ['held', 'held']);
    await mode('off');
    await say(3, 'third');
    await mode('on');
    await arrive(3, ['re: first', 're: second', 're: third']);
    expect(agent.about('second')).toHaveLength(1);
  });

  it('what polls stands still, the channel says so, and it goes on when the mode returns', async () => {
    await polled(polls());
    await mode('off');
    // What had left before the change has arrived by the time of the second answer.
    const api = adminApi(host);
    expect((await api.get('/api/channels/poller')).body).toMatchObject({ state: 'running', reason: expect.stringContaining('off') });
    await api.get('/api/status');
    const before = polls();
    await say(4, 'meanwhile');
    for (let turn = 0; turn < 20; turn++) await api.get('/api/status');
    expect(polls()).toBe(before);
    await mode('on');
    await polled(before);
    expect((await api.get('/api/channels/poller')).body).toMatchObject({ state: 'running', reason: null });
    await arrive(4, ['re: meanwhile']);
  });
});

describe('the mode', () => {
  it(
    'is shown and changed on the command line, with who and why',
    async () => {
      const changed = await agentos(room.home, ['network-mode', 'set', 'readonly', '--reason', 'Maintenance window', '--json']);
      expect(changed.json()).toMatchObject({ previous_mode: 'on', new_mode: 'readonly', changed: true });
      expect((await agentos(room.home, ['network-mode', 'get'])).stdout).toMatch(/readonly[\s\S]*decided by\s+cli:/);
      expect((await agentos(room.home, ['config', 'get', 'network_mode'])).stdout).toMatch(/readonly[\s\S]*decided by cli:/);
      expect((await agentos(room.home, ['network-mode', 'set', 'readonly'])).stdout).toContain('already');
      expect(await agentos(room.home, ['network-mode', 'set', 'closed'])).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('on, readonly, off'),
      });
      expect((await agentos(room.home, ['phase', 'set', 'planning', '--reason', 'why not'])).stdout).toBe('execution → planning\n');
      expect((await agentos(room.home, ['phase', 'get', '--json'])).json()).toMatchObject({ phase: 'planning' });
      await say(6, 'in planning agents run');
      await deliveriesIn(host, '6', ['held']);
      await agentos(room.home, ['phase', 'set', 'execution']);
    },
    COMMANDS_MS,
  );

  it(
    'off of an operator survives a restart with NETWORK_MODE=on; what waited is handled when it returns',
    async () => {
      await agentos(room.home, ['network-mode', 'set', 'off', '--reason', 'Somebody writes nonsense']);
      await say(7, 'before the restart');
      await host.stop();
      host = await start({ NETWORK_MODE: 'on' });
      expect((await adminApi(host).get('/api/network-mode')).body).toMatchObject({
        mode: 'off',
        updated_by: expect.stringMatching(/^cli:/),
      });
      expect((await (await fetch(`${host.url}/health`)).json()).components.network_mode).toBe('off');
      const calls = room.telegram.calls.length;
      await say(7, 'after it');
      await inboundThat(host, '7', ({ text, state }) => text === 'after it' && state === 'received');
      expect([agent.about('before the restart').length, room.telegram.calls.length]).toEqual([0, calls]);
      await mode('on');
      await arrive(7, ['re: before the restart', 're: after it']);
    },
    COMMANDS_MS,
  );
});

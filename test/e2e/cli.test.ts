/** The commands on a home whose host runs: each asks or changes that very host, for people and for programs. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, channelIn, deliveriesIn, inboundThat } from '../support/admin-api.ts';
import { agentos, type CommandResult, type RunningHost, startHost } from '../support/home.ts';
import { attemptsTo, saidTo } from '../support/telegram-chats.ts';
import { makeTelegramHome, SECRET, type TelegramHome, TOKEN, textUpdate } from '../support/telegram-home.ts';

const LOUD = {
  'manifest.json': { id: 'loud', name: 'Loud', version: '1.0.0', adapter_class: './adapter.ts#LoudAdapter' },
  'adapter.ts': `export class LoudAdapter {
  async receive() { return []; }
  async send() { return { status: 'sent', platform_message_id: '1' }; }
}
`,
};

let room: TelegramHome;
let host: RunningHost;
let update_id = 0;

beforeAll(async () => {
  room = await makeTelegramHome({ rate_limits: { max_requests_per_user: 500, time_window_seconds: 30 } });
  for (const [name, content] of Object.entries(LOUD)) room.home.write(`store/channels/loud/${name}`, content);
  host = await startHost(room.home, { env: { ...room.env, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN }, running: ['telegram'] });
});
afterAll(async () => {
  await host.stop();
  await room.telegram.close();
  room.home.remove();
});

const run = (...args: string[]): Promise<CommandResult> => agentos(room.home, args);
const runJson = async <Value>(...args: string[]): Promise<Value> => {
  const result = await run(...args, '--json');
  expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: '' });
  return result.json<Value>();
};
const say = async (chat: number, text: string) =>
  expect((await room.telegram.deliver(room.webhook(host), textUpdate(++update_id, text, chat), { secret: SECRET })).status).toBe(200);

interface ChannelShown {
  id: string;
  state: string;
  reason: string | null;
  fix: string | null;
  digest: string | null;
  approved_digest: string | null;
  config: Record<string, { value: unknown; source: string }>;
}
interface Setting {
  key: string;
  value: unknown;
  source: string;
}

describe('status and health', () => {
  it('status tells the process, the address, the channels and the queues', async () => {
    const status = await runJson<Record<string, unknown>>('status');
    expect(status).toMatchObject({ status: 'healthy', pid: host.pid, address: host.url, home: room.home.dir, agent: 'echo' });
    expect(status).toMatchObject({ queues: { events: [], messages: [] }, execution_phase: 'execution' });
    expect((status.channels as ChannelShown[]).map(({ id, state }) => ({ id, state }))).toEqual([
      { id: 'loud', state: 'needs_approval' },
      { id: 'telegram', state: 'running' },
    ]);
    const human = await run('status');
    expect(human.code).toBe(0);
    expect(human.stdout).toContain(`${host.pid} at ${host.url}`);
    expect(human.stdout).toMatch(/telegram\s+running/);
  });

  it("health exits 0 while all is well and prints the guide's body", async () => {
    const health = await runJson<Record<string, unknown>>('health');
    expect(health).toEqual({
      status: 'healthy',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      components: { database: 'healthy', network_mode: 'on', channels: ['telegram'] },
    });
    expect((await run('health')).stdout).toMatch(/status\s+healthy/);
  });
});

describe('config', () => {
  it("gets the guide's three keys, each with its source", async () => {
    const [mode, phase, limits] = await Promise.all([
      runJson<Setting>('config', 'get', 'network_mode'),
      runJson<Setting>('config', 'get', 'EXECUTION_PHASE'),
      runJson<Setting>('config', 'get', 'rate_limits'),
    ]);
    expect(mode).toMatchObject({ key: 'network_mode', value: 'on', source: expect.stringMatching(/\S/) });
    expect(phase).toMatchObject({ value: 'execution' });
    expect(limits.value).toMatchObject({ max_requests_per_user: 500, time_window_seconds: 30 });
    expect(limits.source).toContain('config/security_policy.json');
    expect((await run('config', 'get', 'network_mode')).stdout).toMatch(/network_mode\s+on\nsource\s+\S+/);
  });

  it('lists everything, secrets masked', async () => {
    const result = await run('config', 'list', '--json');
    const settings = result.json<Setting[]>();
    expect(settings.find(({ key }) => key === 'channels.telegram.bot_token')).toMatchObject({ value: '********', source: 'environment' });
    expect(settings.find(({ key }) => key === 'AGENTOS_ADMIN_TOKEN')).toMatchObject({ value: '********', source: 'environment' });
    expect(settings.find(({ key }) => key === 'channels.telegram.api_base_url')).toMatchObject({ value: room.telegram.url });
    const human = await run('config', 'list');
    for (const secret of [TOKEN, SECRET, ADMIN_TOKEN]) expect(result.stdout + human.stdout).not.toContain(secret);
  });

  it('an unknown key fails and says where to look', async () => {
    expect(await run('config', 'get', 'no_such_key')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('config list'),
    });
  });
});

describe('channel', () => {
  it('list and show tell state, reason and fix, and no secret', async () => {
    const [list, shown, human] = await Promise.all([
      runJson<ChannelShown[]>('channel', 'list'),
      run('channel', 'show', 'telegram', '--json'),
      run('channel', 'list'),
    ]);
    expect(list.map(({ id, state }) => `${id} ${state}`)).toEqual(['loud needs_approval', 'telegram running']);
    expect(shown.json<ChannelShown>().config).toMatchObject({
      bot_token: { value: '********', source: 'environment' },
      api_base_url: { value: room.telegram.url, source: 'file' },
    });
    for (const secret of [TOKEN, SECRET]) expect(shown.stdout).not.toContain(secret);
    expect(human.stdout).toContain('agentos channel approve loud');
  });

  it('an unknown channel fails by its name', async () => {
    expect(await run('channel', 'show', 'nobody')).toMatchObject({ code: 1, stderr: expect.stringContaining('CHANNEL_NOT_FOUND') });
  });

  it('approve takes only the digest that waits; then the code runs in the host that is running', async () => {
    const { digest } = await runJson<ChannelShown>('channel', 'show', 'loud');
    const wrong = await run('channel', 'approve', 'loud', '--digest', `sha256-${'A'.repeat(43)}`);
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('DIGEST_MISMATCH') });
    await channelIn(host, 'loud', 'needs_approval');
    const approved = await runJson<ChannelShown>('channel', 'approve', 'loud', '--digest', digest ?? '');
    expect(approved).toMatchObject({ approved_digest: digest });
    await channelIn(host, 'loud', 'running');
  });

  it('disable and enable change the running host, not a copy', async () => {
    expect(await runJson<ChannelShown>('channel', 'disable', 'telegram')).toMatchObject({ state: 'disabled' });
    const update = textUpdate(++update_id, 'while off', 1);
    expect((await room.telegram.deliver(room.webhook(host), update, { secret: SECRET })).status).toBe(404);
    expect((await fetch(`${host.url}/health`).then((answer) => answer.json())) as object).toMatchObject({
      status: 'healthy',
      components: { channels: ['loud'] },
    });
    await runJson('channel', 'enable', 'telegram');
    await channelIn(host, 'telegram', 'running');
    await say(1, 'while on');
    expect(await saidTo(room.telegram, 1, 1)).toEqual(['while on']);
  });
});

describe('what happened to messages', () => {
  it('debug middleware-status shows the five steps in order, counted', async () => {
    await say(2, 'count me');
    await saidTo(room.telegram, 2, 1);
    const steps = await runJson<{ step: string; passed: number; ended: number; failed: number }[]>('debug', 'middleware-status');
    expect(steps.map(({ step }) => step)).toEqual(['dedupe', 'authorize', 'rate-limit', 'session', 'dispatch']);
    expect(steps[4]?.ended).toBeGreaterThanOrEqual(2);
    expect(steps.map(({ failed }) => failed)).toEqual([0, 0, 0, 0, 0]);
    expect((await run('debug', 'middleware-status')).stdout).toMatch(/^STEP\s+PASSED\s+ENDED\s+FAILED\ndedupe/);
  });

  it('trace tells the whole life of one message, from either end', async () => {
    await say(3, 'trace me');
    const [delivery] = await deliveriesIn(host, '3', ['sent']);
    const inbound = await inboundThat(host, '3', () => true);
    const [byInbound, byDelivery] = await Promise.all([
      runJson<Record<string, unknown>>('trace', inbound.id),
      runJson<Record<string, unknown>>('trace', delivery?.id ?? ''),
    ]);
    expect(byInbound).toMatchObject({
      event: { event_id: String(update_id), state: 'parsed' },
      message: { text: 'trace me', state: 'answered' },
      deliveries: [{ text: 'trace me', state: 'sent', platform_message_id: expect.stringMatching(/^3:\d+$/) }],
    });
    expect((byInbound.audit as { action: string }[]).map(({ action }) => action)).toEqual(['message.decided', 'delivery.finished']);
    expect({ ...byDelivery, id: inbound.id }).toEqual(byInbound);
    expect((await run('trace', inbound.id)).stdout).toContain('message.decided');
    expect(await run('trace', 'nothing')).toMatchObject({ code: 1, stderr: expect.stringContaining('MESSAGE_NOT_FOUND') });
  });

  it('deliveries list, retry and drop work on the running host', async () => {
    room.telegram.blocked.add('4');
    await say(4, 'first');
    await say(4, 'second');
    const [first, second] = await deliveriesIn(host, '4', ['dead', 'dead']);
    const listed = await runJson<{ id: string }[]>('deliveries', 'list', '--state', 'dead', '--channel', 'telegram');
    expect(listed.map(({ id }) => id)).toEqual([second?.id, first?.id]);
    expect((await run('deliveries', 'list', '--state', 'dead')).stdout).toContain('bot was blocked by the user');
    room.telegram.blocked.delete('4');
    expect(await runJson('deliveries', 'retry', first?.id ?? '')).toEqual({ retried: [first?.id] });
    expect(await saidTo(room.telegram, 4, 1)).toEqual(['first']);
    expect(await runJson('deliveries', 'drop', second?.id ?? '')).toEqual({ dropped: second?.id });
    expect(await deliveriesIn(host, '4', ['sent', 'dead'])).toMatchObject([{}, { reason: 'DROPPED' }]);
    expect(attemptsTo(room.telegram, 4)).toHaveLength(3);
    expect(await run('deliveries', 'retry', 'nothing')).toMatchObject({ code: 1, stderr: expect.stringContaining('DELIVERY_NOT_FOUND') });
  });
});

describe('db', () => {
  it('check and analyze look at the database of the running host without disturbing it', async () => {
    const [check, analysis] = await Promise.all([
      runJson<Record<string, unknown>>('db', 'check'),
      runJson<{ tables: { table: string; rows: number }[]; scans: string[] }>('db', 'analyze'),
    ]);
    expect(check).toMatchObject({ ok: true, integrity: [] });
    expect(analysis.tables.map(({ table }) => table)).toEqual(expect.arrayContaining(['events', 'messages', 'audit', 'sessions']));
    expect(analysis.scans).toEqual([]);
    expect((await run('db', 'check')).stdout).toMatch(/integrity\s+ok/);
  });

  it('migrate is refused while the host runs, and names it', async () => {
    const refused = await run('db', 'migrate');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('HOME_IN_USE');
    expect(refused.stderr).toContain(String(host.pid));
  });
});

it('--url and --token reach the same host from elsewhere; a wrong token is refused', async () => {
  const remote = (token: string) => agentos(null, ['status', '--json', '--url', host.url, '--token', token]);
  const [right, wrong] = await Promise.all([remote(ADMIN_TOKEN), remote('wrong')]);
  expect(right.json<{ pid: number }>().pid).toBe(host.pid);
  expect(wrong).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('UNAUTHORIZED') });
});

it('wrong usage exits 2 and shows what is right', async () => {
  const usages = [['no-such-command'], ['config', 'get'], ['status', '--no-such-option'], ['channel', 'no-such-verb']];
  const results = await Promise.all(usages.map((args) => agentos(null, args)));
  expect(results.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
  for (const { stderr } of results) expect(stderr).toMatch(/error:/);
  const help = await agentos(null, ['--help']);
  expect(help.code).toBe(0);
  expect(help.stdout).toContain('serve');
});

it('a second serve on the same home exits 1 and names the first process and its address', async () => {
  const second = await agentos(room.home, ['serve', '--port', '0'], room.env);
  expect(second.code).toBe(1);
  expect(second.stderr).toContain('HOME_IN_USE');
  expect(second.stderr).toContain(String(host.pid));
  expect(second.stderr).toContain(host.url);
  expect(await runJson<{ pid: number }>('status')).toMatchObject({ pid: host.pid });
});

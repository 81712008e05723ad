/** The policy file on the built host: taken up, refused, written, explained, tried on what was decided; and pairing. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADMIN_TOKEN, adminApi, deliveriesIn, inboundThat } from '../support/admin-api.ts';
import { agentos, type RunningHost, startHost } from '../support/home.ts';
import { groupUpdate, textsTo } from '../support/telegram-chats.ts';
import { makeTelegramHome, SECRET, type TelegramHome, textUpdate } from '../support/telegram-home.ts';
import { until } from '../support/until.ts';

/** Each command is a process of its own; a busy machine takes seconds to start one. */
vi.setConfig({ testTimeout: 240_000 });

let room: TelegramHome;
let host: RunningHost;
let base: Record<string, unknown>;
let update_id = 0;

beforeAll(async () => {
  room = await makeTelegramHome();
  base = JSON.parse(readFileSync(path.join(room.home.dir, 'config/security_policy.json'), 'utf8'));
  host = await startHost(room.home, { env: { ...room.env, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN }, running: ['telegram'] });
});
afterAll(async () => {
  await host.stop();
  await room.telegram.close();
  room.home.remove();
});

const api = () => adminApi(host);
const put = async (body: unknown, token = ADMIN_TOKEN) => {
  const response = await fetch(`${host.url}/api/policy`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
};
const telegram = (rules: Record<string, unknown>) => ({ ...base, channels: { telegram: rules } });
const deliver = async (update: object): Promise<void> => {
  expect((await room.telegram.deliver(room.webhook(host), update, { secret: SECRET })).status).toBe(200);
};
const say = (chat: number, text: string) => deliver(textUpdate(++update_id, text, chat));
const ended = (chat: number, text: string) =>
  inboundThat(host, String(chat), (message) => message.text === text && message.state !== 'received').then(
    ({ state, reason }) => `${state} ${reason}`,
  );

describe('the policy file', () => {
  it('is taken up when it changes, and the next message meets it', async () => {
    await say(1, 'before');
    expect(await ended(1, 'before')).toBe('answered null');
    room.home.write('config/security_policy.json', telegram({ unknown_senders: 'deny', allow_users: ['2'] }));
    await host.logged(({ msg }) => String(msg).includes('policy has changed'));
    await say(1, 'after');
    await say(2, 'on the list');
    expect([await ended(1, 'after'), await ended(2, 'on the list')]).toEqual(['rejected UNKNOWN_SENDER', 'answered null']);
    expect((await api().get('/api/policy')).body.channels).toEqual({ telegram: { unknown_senders: 'deny', allow_users: ['2'] } });
  });

  it('that is broken loosens nothing; it is said in the log, the status and by policy check', async () => {
    room.home.write('config/security_policy.json', '{"channels": {"telegram": {"unknown_senders": "allow",}}}');
    const warned = await host.logged(({ problem }) => String(problem).startsWith('config/security_policy.json:1:'));
    expect(warned.level).toBe('warn');
    await say(1, 'still refused');
    expect(await ended(1, 'still refused')).toBe('rejected UNKNOWN_SENDER');
    expect((await agentos(room.home, ['status'])).stdout).toContain('the last good one: config/security_policy.json:1:');
    expect((await fetch(`${host.url}/health`)).status).toBe(200);
    expect(await agentos(room.home, ['policy', 'check'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('security_policy.json:1:'),
    });
  });

  it('is written by PUT, whole, and holds at once', async () => {
    const wanted = telegram({ unknown_senders: 'allow', allowed_commands: ['help'], notices: true });
    expect(await put(wanted)).toEqual({ status: 200, body: wanted });
    expect(JSON.parse(readFileSync(path.join(room.home.dir, 'config/security_policy.json'), 'utf8'))).toEqual(wanted);
    await say(1, '/new');
    expect(await ended(1, '/new')).toBe('rejected COMMAND_NOT_ALLOWED');
    await until(
      () => textsTo(room.telegram, 1),
      (texts) => texts.at(-1) === 'I may not do that for you here.',
      'the person is told',
    );
    expect((await agentos(room.home, ['status', '--json'])).json<{ policy_problem: unknown }>().policy_problem).toBeNull();
  });

  it('is refused when it cannot be used, or would forbid the mode that holds', async () => {
    const before = (await api().get('/api/policy')).body;
    expect(await put({ channel: {} })).toMatchObject({
      status: 400,
      body: { code: 'INVALID_PARAMS', detail: expect.stringContaining('channel') },
    });
    expect(await put([])).toMatchObject({ status: 400 });
    expect(await put({ network_mode: { default: 'off', allowed_modes: ['off'] } })).toMatchObject({
      status: 409,
      body: { code: 'STATE_CONFLICT' },
    });
    expect((await put({}, 'nobody')).status).toBe(401);
    expect((await api().get('/api/policy')).body).toEqual(before);
  });
});

describe('an unknown sender', () => {
  it('gets a code in the chat, and may write once an operator has approved it', async () => {
    await put(telegram({ unknown_senders: 'pair' }));
    await say(7, 'let me in');
    expect(await ended(7, 'let me in')).toBe('rejected NOT_PAIRED');
    await deliveriesIn(host, '7', ['sent']);
    const code = /\b[A-Z2-9]{8}\b/.exec(textsTo(room.telegram, 7)[0] ?? '')?.[0] as string;
    expect((await agentos(room.home, ['pair', 'list'])).stdout).toMatch(new RegExp(`${code}\\s+telegram\\s+7\\s+pending`));
    expect((await agentos(room.home, ['pair', 'approve', code])).stdout).toBe('7 may write on telegram\n');
    await say(7, 'now');
    expect(await ended(7, 'now')).toBe('answered null');
    await deliver(groupUpdate(++update_id, '@comm_test_bot hello', { chat: -5, user: 70 }));
    expect(await ended(-5, '@comm_test_bot hello')).toBe('rejected NOT_PAIRED');
    expect(textsTo(room.telegram, -5)).toEqual([]);
    expect((await agentos(room.home, ['pair', 'approve', 'AAAAAAAA'])).code).toBe(1);
  });

  it('a pairing is taken back: the next message is a stranger’s again, with another code', async () => {
    await put(telegram({ unknown_senders: 'pair' }));
    await say(8, 'let me in too');
    await deliveriesIn(host, '8', ['sent']);
    const codeIn = (text: string | undefined): string => /\b[A-Z2-9]{8}\b/.exec(text ?? '')?.[0] as string;
    const code = codeIn(textsTo(room.telegram, 8)[0]);
    await agentos(room.home, ['pair', 'approve', code]);
    await say(8, 'in');
    expect(await ended(8, 'in')).toBe('answered null');
    const revoke = ['pair', 'revoke', '--channel', 'telegram', '--user', '8'];
    expect((await agentos(room.home, revoke)).stdout).toBe('8 is a stranger on telegram again\n');
    await say(8, 'out');
    expect(await ended(8, 'out')).toBe('rejected NOT_PAIRED');
    const texts = await until(
      () => textsTo(room.telegram, 8),
      (all) => all.length === 3,
      'the stranger is told a code',
    );
    expect(codeIn(texts[2])).not.toBe(code);
    expect([(await agentos(room.home, revoke)).code, (await agentos(room.home, revoke)).code]).toEqual([0, 1]);
    expect((await agentos(room.home, ['pair', 'revoke', '--channel', 'telegram'])).code).toBe(2);
  });
});

describe('what would happen', () => {
  it('is explained for a person, a text, a time and a mode, naming the rule', async () => {
    await put(telegram({ unknown_senders: 'pair', allowed_commands: ['help'] }));
    const explain = async (...args: string[]) =>
      (await agentos(room.home, ['policy', 'explain', '--channel', 'telegram', '--json', ...args])).json<Record<string, unknown>>();
    expect(await explain('--user', '7', '--text', 'hello')).toMatchObject({ outcome: 'dispatched', rule: 'default', waits: false });
    expect(await explain('--user', '8')).toMatchObject({ outcome: 'rejected', rule: 'unknown_senders', reason: 'NOT_PAIRED' });
    expect(await explain('--user', '7', '--text', '/new now')).toMatchObject({ rule: 'allowed_commands' });
    expect(await explain('--user', '7', '--text', '/execute')).toMatchObject({ rule: 'blocked_operations' });
    expect(await explain('--user', '7', '--group')).toMatchObject({ outcome: 'ignored', rule: 'group_policy', reason: 'NOT_ADDRESSED' });
    expect(await explain('--user', '7', '--group', '--mention')).toMatchObject({ outcome: 'dispatched' });
    expect(await explain('--user', '7', '--mode', 'off')).toMatchObject({ waits: true, network_mode: 'off' });
    const human = await agentos(room.home, ['policy', 'explain', '--channel', 'telegram', '--user', '8']);
    expect(human.stdout).toMatch(/rule\s+unknown_senders[\s\S]*authorize\s+rejected/);
    expect((await agentos(room.home, ['policy', 'explain', '--channel', 'nobody', '--user', '8'])).code).toBe(1);
    expect((await agentos(room.home, ['policy', 'explain', '--channel', 'telegram'])).code).toBe(2);
  });

  it('at a time that is over is told by the mode of that time', async () => {
    await agentos(room.home, ['network-mode', 'set', 'readonly']);
    const then = new Date().toISOString();
    await agentos(room.home, ['network-mode', 'set', 'on']);
    const body = { channel_id: 'telegram', user_key: '7' };
    expect((await api().post('/api/policy/explain', { ...body, at: then })).body.network_mode).toBe('readonly');
    expect((await api().post('/api/policy/explain', body)).body.network_mode).toBe('on');
    expect((await api().post('/api/policy/explain', { ...body, at: 'yesterday' })).status).toBe(400);
  });

  it('of what was decided lately is told for a changed policy, without a change of the policy in force', async () => {
    await put(telegram({}));
    await say(9, 'one');
    await say(9, '/help');
    await deliver(groupUpdate(++update_id, 'talk among people', { chat: -9, user: 90 }));
    expect([await ended(9, 'one'), await ended(9, '/help'), await ended(-9, 'talk among people')]).toEqual([
      'answered null',
      'answered COMMAND_HELP',
      'ignored NOT_ADDRESSED',
    ]);
    room.home.write('changed.json', telegram({ allowed_commands: [], group_policy: 'all' }));
    const check = await agentos(room.home, ['policy', 'check', path.join(room.home.dir, 'changed.json'), '--against-last', '3', '--json']);
    expect(check.json()).toMatchObject({
      replayed: 3,
      changed: [
        { was: 'NOT_ADDRESSED', would_be: 'ALLOWED', rule: 'default' },
        { was: 'ALLOWED', would_be: 'COMMAND_NOT_ALLOWED', rule: 'allowed_commands' },
      ],
    });
    const same = await agentos(room.home, ['policy', 'check', '--against-last', '3']);
    expect(same.stdout).toBe('3 decisions again, 0 would be different\n');
    const rates = (rate: object) => ({ ...base, rate_limits: { ...(base.rate_limits as object), ...rate } });
    room.home.write('changed.json', rates({ time_window_seconds: 30 }));
    const shorter = await agentos(room.home, [
      'policy',
      'check',
      path.join(room.home.dir, 'changed.json'),
      '--against-last',
      '3',
      '--json',
    ]);
    expect(shorter.json()).toMatchObject({ replayed: 3, window_not_replayed: 0, changed: [] });
    room.home.write('changed.json', rates({ time_window_seconds: 600 }));
    const longer = await agentos(room.home, ['policy', 'check', path.join(room.home.dir, 'changed.json'), '--against-last', '3']);
    expect(longer.stdout).toMatch(/^1 decisions again, 0 would be different\n2 more depend on time_window_seconds, which differs/);
    await say(9, 'still the old one');
    expect(await ended(9, 'still the old one')).toBe('answered null');
    expect((await agentos(room.home, ['policy', 'check', path.join(room.home.dir, 'no-such.json')])).code).toBe(1);
  });
});

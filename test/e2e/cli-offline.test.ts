/** The commands on a home whose host does not run, and what refuses to start at all. */
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminApi } from '../support/admin-api.ts';
import { agentos, type Home, makeHome, startHost } from '../support/home.ts';
import { readRows } from '../support/rows.ts';
import { saidTo } from '../support/telegram-chats.ts';
import { makeTelegramHome, SECRET, type TelegramHome, textUpdate } from '../support/telegram-home.ts';
import { until } from '../support/until.ts';

describe('a new home', () => {
  let home: Home;
  beforeAll(() => {
    home = makeHome();
  });
  afterAll(() => home.remove());

  it('init writes it and overwrites nothing', async () => {
    const first = await agentos(home, ['init', '--json']);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.json<{ written: string[] }>().written).toEqual(
      expect.arrayContaining(['.env', 'config/security_policy.json', 'store/channels/webchat/manifest.json']),
    );
    expect(statSync(path.join(home.dir, '.env')).mode & 0o077).toBe(0);
    home.write('config/channels.json', '{"webchat":{"enabled":true}}');
    const second = await agentos(null, ['init', home.dir]);
    expect(second.code).toBe(0);
    expect(second.stdout).not.toContain('wrote');
    expect(readFileSync(path.join(home.dir, 'config/channels.json'), 'utf8')).toBe('{"webchat":{"enabled":true}}');
  });

  it('db check without a database says what makes one; migrate makes it; check is content then', async () => {
    expect(await agentos(home, ['db', 'check'])).toMatchObject({ code: 1, stderr: expect.stringContaining('agentos db migrate') });
    const migrated = await agentos(home, ['db', 'migrate', '--json']);
    expect(migrated.json<{ applied: unknown[] }>().applied.length).toBeGreaterThan(0);
    expect((await agentos(home, ['db', 'migrate', '--json'])).json<{ applied: unknown[] }>().applied).toEqual([]);
    expect((await agentos(home, ['db', 'check', '--json'])).json()).toMatchObject({ ok: true });
  });

  it('health exits 1 and says that no host runs; config get knows the defaults and their source', async () => {
    expect(await agentos(home, ['health'])).toMatchObject({ code: 1, stderr: expect.stringContaining('No host runs') });
    const mode = await agentos(home, ['config', 'get', 'execution_phase', '--json']);
    expect(mode.json()).toMatchObject({ value: 'execution', source: 'default' });
    const stated = await agentos(home, ['config', 'get', 'network_mode', '--json'], { NETWORK_MODE: 'readonly' });
    expect(stated.json()).toMatchObject({ value: 'readonly', source: 'environment' });
    // Asking is not deciding: the next start is told nothing of the environment of a command.
    expect((await agentos(home, ['config', 'get', 'network_mode', '--json'])).json()).toMatchObject({ value: 'on' });
  });

  it('runs: its chat page answers, and a message to it comes back', async () => {
    const host = await startHost(home, { running: ['webchat'] });
    const page = await fetch(`${host.url}/chat`);
    expect(page.status).toBe(200);
    const cookie = page.headers.get('set-cookie')?.split(';')[0] ?? '';
    const sent = await fetch(`${host.url}/chat/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie, origin: host.url },
      body: JSON.stringify({ client_message_id: 'm1', text: 'hello page' }),
    });
    expect(sent.status).toBeLessThan(300);
    const history = await until(
      async () => (await fetch(`${host.url}/chat/messages`, { headers: { cookie } })).text(),
      (text) => text.split('hello page').length === 3,
      'the question and its answer',
    );
    expect(history).toContain('hello page');
    expect(await host.stop()).toBe(0);
  });
});

describe('a home with a past', () => {
  let room: TelegramHome;
  beforeAll(async () => {
    room = await makeTelegramHome();
    const host = await startHost(room.home, { env: room.env, running: ['telegram'] });
    room.telegram.blocked.add('2');
    for (const [index, chat] of [1, 2].entries()) {
      await room.telegram.deliver(room.webhook(host), textUpdate(index + 1, 'kept', chat), { secret: SECRET });
    }
    await until(
      () => readRows(room.home),
      ({ outbound }) => ['sent', 'dead'].every((state) => outbound.some((row) => row.state === state)),
      'one answer was sent and one is dead',
    );
    await host.stop();
  });
  afterAll(async () => {
    await room.telegram.close();
    room.home.remove();
  });
  const run = (...args: string[]) => agentos(room.home, args, room.env);

  it('is read and changed on the database itself, and the next host finds the change', async () => {
    const before = room.telegram.calls.length;
    const dead = (await run('deliveries', 'list', '--state', 'dead', '--json')).json<{ id: string; in_reply_to: string }[]>();
    expect(dead).toHaveLength(1);
    const trace = (await run('trace', dead[0]?.in_reply_to ?? '', '--json')).json();
    expect(trace).toMatchObject({ message: { text: 'kept' }, deliveries: [{ id: dead[0]?.id, reason: 'RECIPIENT_BLOCKED' }] });
    room.telegram.blocked.delete('2');
    expect((await run('deliveries', 'retry', dead[0]?.id ?? '', '--json')).code).toBe(0);
    expect(room.telegram.calls.length).toBe(before);

    const host = await startHost(room.home, { env: room.env, running: ['telegram'] });
    expect(await saidTo(room.telegram, 2, 1)).toEqual(['kept']);
    await host.stop();
  });

  it('a channel disabled without a host stays disabled when it starts', async () => {
    expect((await run('channel', 'disable', 'telegram', '--json')).json()).toMatchObject({ state: 'disabled' });
    const env = { ...room.env, AGENTOS_ADMIN_TOKEN: 'a-token-for-this-start-0123456789abcdef' };
    const host = await startHost(room.home, { env });
    const api = adminApi(host, { token: env.AGENTOS_ADMIN_TOKEN });
    expect((await api.get('/api/channels/telegram')).body).toMatchObject({ state: 'disabled', enabled: false });
    await host.stop();
    expect((await run('channel', 'enable', 'telegram', '--json')).code).toBe(0);
  });
});

describe('a home with a long path', () => {
  it('over 100 bytes is reached through the pointer to its socket, which is gone after the end', async () => {
    const outer = makeHome();
    const home: Home = { ...outer, dir: path.join(outer.dir, 'a-folder-with-a-name-of-many-characters'.repeat(3)) };
    mkdirSync(home.dir);
    const host = await startHost(home);
    const pointer = path.join(home.dir, 'store/run/agentos.sock.path');
    const socket = readFileSync(pointer, 'utf8').trim();
    expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(100);
    expect(statSync(path.dirname(socket)).mode & 0o777).toBe(0o700);
    expect((await agentos(home, ['status', '--json'])).json()).toMatchObject({ pid: host.pid, home: home.dir });
    expect(await host.stop()).toBe(0);
    expect(existsSync(pointer) || existsSync(path.dirname(socket))).toBe(false);
    outer.remove();
  });
});

describe('serve refuses to start', () => {
  const refused = async (home: Home, args: string[], env: Record<string, string> = {}) => {
    const result = await agentos(home, ['serve', '--port', '0', ...args], env);
    return { code: result.code, stderr: result.stderr };
  };

  it('on an address that others can reach, without an admin token', async () => {
    const home = makeHome();
    for (const address of ['0.0.0.0', '::']) {
      expect(await refused(home, ['--host', address])).toEqual({ code: 1, stderr: expect.stringContaining('AGENTOS_ADMIN_TOKEN') });
    }
    expect(existsSync(path.join(home.dir, 'store'))).toBe(false);
    home.remove();
  });

  it('with a policy that is not valid, pointing at the line', async () => {
    const home = makeHome({ 'config/security_policy.json': '{\n  "network_mode": { "default": "sometimes" }\n}\n' });
    expect(await refused(home, [])).toEqual({ code: 1, stderr: expect.stringContaining('security_policy.json:2') });
    home.remove();
  });

  it('with a variable that does not parse, naming it', async () => {
    const home = makeHome();
    expect(await refused(home, [], { RATE_LIMIT_MAX_REQUESTS: 'many' })).toEqual({
      code: 1,
      stderr: expect.stringContaining('RATE_LIMIT_MAX_REQUESTS'),
    });
    home.remove();
  });

  it('on a port that is taken, leaving the home free for the next', async () => {
    const home = makeHome();
    const other = makeHome();
    const host = await startHost(other);
    const result = await agentos(home, ['serve', '--port', new URL(host.url).port]);
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining(new URL(host.url).port) });
    expect(result.stderr).not.toMatch(/\n\s+at /);
    await host.stop();
    expect((await agentos(home, ['db', 'check', '--json'])).code).toBe(0);
    home.remove();
    other.remove();
  });
});

it('another channel does not suffer from a broken manifest: it is invalid with line and fix', async () => {
  const room = await makeTelegramHome();
  room.home.write('store/channels/broken/manifest.json', '{\n  "id": "broken",\n  "name": 7\n}\n');
  const env = { ...room.env, AGENTOS_ADMIN_TOKEN: 'a-token-for-this-start-0123456789abcdef' };
  const host = await startHost(room.home, { env, running: ['telegram'] });
  const shown = await agentos(room.home, ['channel', 'show', 'broken', '--json']);
  expect(shown.json()).toMatchObject({
    state: 'invalid',
    reason: expect.stringMatching(/manifest\.json:\d/),
    fix: expect.stringMatching(/\S/),
  });
  const check = await agentos(null, ['channel', 'check', path.join(room.home.dir, 'store/channels/broken'), '--json']);
  expect(check).toMatchObject({ code: 1 });
  expect(check.json<{ problems: unknown[] }>().problems.length).toBeGreaterThan(1);
  expect((await room.telegram.deliver(room.webhook(host), textUpdate(1, 'fine'), { secret: SECRET })).status).toBe(200);
  expect(await saidTo(room.telegram, 1000, 1)).toEqual(['fine']);
  await host.stop();
  await room.telegram.close();
  room.home.remove();
});

/** Tokens as an operator meets them: the first start, the commands, and an address that others can reach. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminApi } from '../support/admin-api.ts';
import { agentos, type Home, makeHome, type RunningHost, startHost } from '../support/home.ts';

const SHOWN = /aos_[A-Za-z0-9_-]{43}/;
const printed = (host: RunningHost): string[] => host.log.flatMap((line) => SHOWN.exec(JSON.stringify(line)) ?? []).map(String);

describe('a new home without a token', () => {
  let home: Home;
  let host: RunningHost;
  let first: string;
  beforeAll(async () => {
    home = makeHome();
    host = await startHost(home);
    [first = ''] = printed(host);
  });
  afterAll(async () => {
    await host.stop();
    home.remove();
  });

  it('makes an admin token at its first start, prints it once, and keeps its hash only', async () => {
    expect(printed(host)).toHaveLength(1);
    expect((await adminApi(host, { token: first }).get('/api/tokens')).body.items).toMatchObject([
      { name: 'first-start', role: 'admin', created_by: 'host', expires_at: null },
    ]);
    for (const name of readdirSync(path.join(home.dir, 'store'), { recursive: true, withFileTypes: true })) {
      if (name.isFile()) expect(readFileSync(path.join(name.parentPath, name.name)).includes(first)).toBe(false);
    }
  });

  it('makes none at the next start: the one that was printed goes on', async () => {
    await host.stop();
    host = await startHost(home);
    expect(printed(host)).toEqual([]);
    expect((await adminApi(host, { token: first }).get('/api/status')).status).toBe(200);
  });

  it('makes none when the environment states one', async () => {
    const other = makeHome();
    const stated = await startHost(other, { env: { AGENTOS_ADMIN_TOKEN: 'a-token-that-the-environment-states' } });
    expect(printed(stated)).toEqual([]);
    await stated.stop();
    other.remove();
  });

  it('token create, list and revoke act on the running host; who did it stands in the audit trail', async () => {
    const created = await agentos(home, ['token', 'create', '--role', 'viewer', '--name', 'dashboard', '--expires', '30d', '--json']);
    expect(created).toMatchObject({ code: 0, stderr: '' });
    const { id, token, expires_at } = created.json<{ id: string; token: string; expires_at: string }>();
    expect(token).toMatch(SHOWN);
    expect(Date.parse(expires_at)).toBeGreaterThan(Date.now() + 29 * 86_400_000);
    expect((await adminApi(host, { token }).get('/api/channels')).status).toBe(200);
    expect((await adminApi(host, { token }).get('/api/tokens')).status).toBe(403);
    const list = await agentos(home, ['token', 'list']);
    expect(list.stdout).toMatch(/dashboard\s+viewer/);
    expect(list.stdout).not.toContain(token);
    expect((await agentos(home, ['token', 'revoke', id])).stdout).toBe('revoked: dashboard\n');
    expect((await adminApi(host, { token }).get('/api/channels')).status).toBe(401);
    expect(await agentos(home, ['token', 'revoke', id])).toMatchObject({ code: 1, stderr: expect.stringContaining('NOT_FOUND') });
  });

  it.each([
    ['without a role', ['--name', 'x']],
    ['with a role that is none', ['--role', 'root', '--name', 'x']],
    ['without a name', ['--role', 'viewer']],
  ])('token create %s is wrong usage', async (_how, args) => {
    expect((await agentos(home, ['token', 'create', ...args])).code).toBe(2);
  });

  it('a remote command uses a token, and may do what its role may', async () => {
    const { token } = (await agentos(home, ['token', 'create', '--role', 'viewer', '--name', 'remote', '--json'])).json<{
      token: string;
    }>();
    const remote = ['--url', host.url, '--token', token];
    expect((await agentos(null, ['channel', 'list', ...remote])).code).toBe(0);
    expect(await agentos(null, ['token', 'list', ...remote])).toMatchObject({ code: 1, stderr: expect.stringContaining('FORBIDDEN') });
  });
});

describe('an address that others can reach', () => {
  it('needs an admin token: that of a viewer is not enough; one that was made without a host is', async () => {
    const home = makeHome();
    const make = (role: string) => agentos(home, ['token', 'create', '--role', role, '--name', `a ${role}`, '--json']);
    const serve = () => agentos(home, ['serve', '--host', '0.0.0.0', '--port', '0']);
    expect((await make('viewer')).code).toBe(0);
    expect(await serve()).toMatchObject({ code: 1, stderr: expect.stringContaining('token create --role admin') });
    const { token } = (await make('admin')).json<{ token: string }>();
    const host = await startHost(home, { args: ['--host', '0.0.0.0'] });
    const url = host.url.replace('0.0.0.0', '127.0.0.1');
    expect(printed(host)).toEqual([]);
    expect((await adminApi({ url }, { token }).get('/api/status')).status).toBe(200);
    await host.stop();
    home.remove();
  });
});

/** Requests from other machines and through proxies, which only differ in what the connection says. */
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AdminHost, BOOTSTRAP, openAdminHost } from './harness.ts';

let host: AdminHost;
let viewer: string;
beforeAll(async () => {
  host = await openAdminHost({ env: { PUBLIC_URL: 'http://bot.example.com' } });
  viewer = (await host.newToken('viewer')).token;
});
afterAll(() => host.stop());

const inject = async (url: string, options: InjectOptions = {}) => {
  const answer = await host.host.app.inject({
    url,
    remoteAddress: '192.0.2.1',
    ...options,
    headers: { host: 'bot.example.com', ...options.headers },
  });
  return answer.statusCode;
};

it('metrics are open on this machine, and to nobody else without a viewer token', async () => {
  expect((await host.ask('/metrics')).status).toBe(200);
  expect(await inject('/metrics')).toBe(401);
  expect(await inject('/metrics', { headers: { authorization: `Bearer ${viewer}` } })).toBe(200);
  // A proxy on this machine speaks for others.
  expect((await host.ask('/metrics', { headers: { 'x-forwarded-for': '192.0.2.1' } })).status).toBe(401);
});

it('health is open to everybody, and says no more than it does here', async () => {
  expect(await inject('/health')).toBe(200);
});

it('a login over plain HTTP from elsewhere is refused: its cookie would go over the network in the open', async () => {
  expect(await inject('/api/login', { method: 'POST', payload: { token: BOOTSTRAP } })).toBe(403);
});

it('no header makes a request one of the command line', async () => {
  for (const name of ['x-forwarded-for', 'x-real-ip', 'forwarded'])
    expect(await inject('/api/status', { headers: { [name]: '127.0.0.1' } })).toBe(401);
});

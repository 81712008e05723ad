/** What a hostile plugin or provider would try, against servers that must not hear of it. */
import { describe, expect, test } from 'vitest';
import { createEgress } from '../../../host/egress/create-egress.ts';
import type { EgressPolicy } from '../../../host/egress/egress.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { CERTIFICATE } from './certificate.ts';
import { closedPolicy, openEgress, toRequest } from './harness.ts';
import { onClose, startHttp, startHttps } from './servers.ts';

const redirectTo = (status: number, location: string) =>
  startHttp((_request, response) => response.writeHead(status, { location }).end('moved'));
const startVictim = (at: { host?: string; port?: number } = {}) => startHttp((_request, response) => response.end('internal'), at);

describe('an address', () => {
  test('of this machine is refused in every spelling, and the error does not repeat it', async () => {
    const victim = await startVictim();
    const egress = openEgress();
    const spellings = [
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '%31%32%37.0.0.1',
      '[::ffff:127.0.0.1]',
      '[::127.0.0.1]',
      '0.0.0.0',
      '[::1]',
      '[::]',
    ];
    for (const host of spellings) {
      const result = await egress.request(toRequest(`http://${host}:${victim.port}/`));
      expect(result).toMatchObject({ ok: false, code: 'SSRF_BLOCKED', left: false });
      expect(!result.ok && result.message).not.toMatch(/127|7f00|0\.0\.0|::/);
    }
    expect(victim.requests).toEqual([]);
  });

  test('is allowed with exactly its port only', async () => {
    const victim = await startVictim();
    const egress = openEgress({ policy: { allow_private: [`127.0.0.1:${victim.port + 1}`, `127.0.0.2:${victim.port}`] } });
    expect(await egress.request(toRequest(victim.origin))).toMatchObject({ ok: false, code: 'SSRF_BLOCKED' });
    expect(victim.requests).toEqual([]);
  });

  test('is refused from the moment the policy no longer names it', async () => {
    const server = await startVictim();
    let policy: EgressPolicy = { ...closedPolicy, allow_private: [server.authority] };
    const egress = createEgress({ policy: () => policy });
    onClose(() => egress.close());
    expect(await egress.request(toRequest(server.origin))).toMatchObject({ ok: true });
    policy = closedPolicy;
    expect(await egress.request(toRequest(server.origin))).toMatchObject({ ok: false, code: 'SSRF_BLOCKED', left: false });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a name', () => {
  // Loopback answers only: were the guard broken, nothing of this test would leave the machine. Other answers: resolve.test.ts.
  test.each([[['127.0.0.1']], [['127.8.8.8', '127.0.0.1']], [['::1']], [['::ffff:127.0.0.1']]])(
    'that resolves to %j is refused without naming it',
    async (answers) => {
      const egress = openEgress({ resolver: async () => answers });
      const result = await egress.request(toRequest('https://innocent.example/'));
      expect(result).toMatchObject({ ok: false, code: 'SSRF_BLOCKED', left: false });
      for (const answer of answers) expect(!result.ok && result.message).not.toContain(answer);
    },
  );

  test('is not allowed because its address is: names are allowed by name', async () => {
    const victim = await startVictim();
    const egress = openEgress({ policy: { allow_private: [victim.authority] }, resolver: async () => ['127.0.0.1'] });
    expect(await egress.request(toRequest(`http://rebind.example:${victim.port}/`))).toMatchObject({ ok: false, code: 'SSRF_BLOCKED' });
    expect(victim.requests).toEqual([]);
  });

  test('is looked up once: the connection goes to the checked address, not to a second answer', async () => {
    const server = await startHttp((_request, response) => response.end('checked'));
    const victim = await startVictim({ host: '127.0.0.2', port: server.port });
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    const asked: string[] = [];
    const clock = createFakeClock();
    const egress = openEgress({
      clock,
      policy: { allow_private: [`api.example.test:${server.port}`] },
      resolver: async (host) => answers[asked.push(host) - 1] ?? [],
    });
    const url = `http://api.example.test:${server.port}/`;
    const results = await Promise.all([egress.request(toRequest(url)), egress.request(toRequest(url))]);
    expect(results.map((result) => result.ok && result.body.toString())).toEqual(['checked', 'checked']);
    expect(asked).toEqual(['api.example.test']);
    expect(server.requests[0]?.headers.host).toBe(`api.example.test:${server.port}`);
    expect(victim.requests).toEqual([]);

    clock.advance(30_000);
    const later = await egress.request(toRequest(url));
    expect(later.ok && later.body.toString()).toBe('internal');
    expect(asked).toHaveLength(2);
  });

  test('with an address that does not answer is reached at the next one', async () => {
    const server = await startHttp((_request, response) => response.end('second'));
    const egress = openEgress({
      policy: { allow_private: [`api.example.test:${server.port}`] },
      resolver: async () => ['127.0.0.3', '127.0.0.1'],
    });
    const result = await egress.request(toRequest(`http://api.example.test:${server.port}/`, { method: 'POST', body: 'x' }));
    expect(result.ok && result.body.toString()).toBe('second');
  });

  test('is what TLS is checked against and the server is told, not the pinned address', async () => {
    const server = await startHttps((_request, response) => response.end('secure'));
    const other = `other.example.test:${server.port}`;
    const egress = openEgress({
      policy: { allow_private: [server.authority, other] },
      resolver: async () => ['127.0.0.1'],
      tls: { ca: CERTIFICATE },
    });
    const result = await egress.request(toRequest(server.origin));
    expect(result.ok && result.body.toString()).toBe('secure');
    expect(server.names).toEqual(['api.example.test']);
    const wrong = await Promise.all(Array.from({ length: 40 }, () => egress.request(toRequest(`https://${other}/`))));
    for (const refused of wrong) expect(refused).toMatchObject({ ok: false, code: 'TLS_FAILED', left: false });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('with status %i into the private network is refused', async (status) => {
    const victim = await startVictim();
    const server = await redirectTo(status, `http://127.0.0.1:${victim.port}/latest/meta-data`);
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    const granted = await egress.request(toRequest(server.origin, { redirect_origins: [victim.origin] }));
    expect(granted).toMatchObject({ ok: false, code: 'SSRF_BLOCKED', left: true });
    const notGranted = await egress.request(toRequest(server.origin));
    expect(notGranted).toMatchObject({ ok: false, code: 'REDIRECT_REFUSED', left: true });
    expect(!notGranted.ok && notGranted.message).not.toContain(String(victim.port));
    expect(victim.requests).toEqual([]);
  });

  test.each([
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '１２７.０.０.１',
    '127.0.0.1.',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    'localhost',
    'inward.example',
  ])('to %s does not lead inward, although the origin is granted', async (host) => {
    const victim = await startVictim();
    const origin = new URL(`http://${host}:${victim.port}`).origin;
    const server = await redirectTo(302, `${origin}/latest/meta-data`);
    const egress = openEgress({ policy: { allow_private: [server.authority] }, resolver: async () => ['127.0.0.1'] });
    const result = await egress.request(toRequest(server.origin, { redirect_origins: [origin] }));
    expect(result).toMatchObject({ ok: false, code: 'SSRF_BLOCKED', left: true });
    expect(victim.requests).toEqual([]);
  });

  test('leads nowhere once the network mode is off, and neither does a request', async () => {
    let policy: EgressPolicy = closedPolicy;
    const second = await startVictim();
    const first = await startHttp((_request, response) => {
      policy = { ...policy, network_mode: 'off' };
      response.writeHead(302, { location: `${second.origin}/` }).end();
    });
    policy = { ...closedPolicy, allow_private: [first.authority, second.authority] };
    const egress = createEgress({ policy: () => policy });
    onClose(() => egress.close());
    const request = toRequest(first.origin, { redirect_origins: [second.origin] });
    expect(await egress.request(request)).toMatchObject({ ok: false, code: 'NETWORK_MODE_BLOCKED', left: true });
    expect(await egress.request(request)).toMatchObject({ ok: false, code: 'NETWORK_MODE_BLOCKED', left: false });
    expect([first.requests.length, second.requests.length]).toEqual([1, 0]);
  });

  test.each(['file:///etc/passwd', 'gopher://127.0.0.1/', 'http://user@127.0.0.1/', 'http://['])('to %s is refused', async (location) => {
    const server = await redirectTo(302, location);
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    expect(await egress.request(toRequest(server.origin, { redirect_origins: [server.origin] }))).toMatchObject({
      ok: false,
      code: 'REDIRECT_REFUSED',
      left: true,
    });
  });

  test('is followed five times, not six', async () => {
    const server = await startHttp((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    const request = { redirect_origins: [server.origin] };
    expect(await egress.request(toRequest(`${server.origin}/5`, request))).toMatchObject({ ok: true, url: `${server.origin}/0` });
    expect(await egress.request(toRequest(`${server.origin}/6`, request))).toMatchObject({ ok: false, code: 'REDIRECT_REFUSED' });
  });

  test('to another origin drops credentials for good, and keeps the rest', async () => {
    const first = await startHttp((request, response) => {
      if (request.url === '/start') response.writeHead(302, { location: `${second.origin}/hop` }).end();
      else response.end('back');
    });
    const second = await startHttp((_request, response) => response.writeHead(302, { location: `${first.origin}/end` }).end());
    const egress = openEgress({ policy: { allow_private: [first.authority, second.authority] } });
    const headers = { Authorization: 'Bearer t', 'X-Api-Key': 'k', Cookie: 'c', 'X-Plain': 'p' };
    const result = await egress.request(
      toRequest(`${first.origin}/start`, { headers, credential_headers: ['x-api-key'], redirect_origins: [first.origin, second.origin] }),
    );
    expect(result.ok && result.body.toString()).toBe('back');
    expect(first.requests[0]?.headers).toMatchObject({ authorization: 'Bearer t', 'x-api-key': 'k', cookie: 'c', 'x-plain': 'p' });
    for (const seen of [second.requests[0], first.requests[1]]) {
      expect(seen?.headers).toMatchObject({ 'x-plain': 'p' });
      for (const name of ['authorization', 'x-api-key', 'cookie']) expect(seen?.headers).not.toHaveProperty(name);
    }
  });

  test('on the same origin keeps credentials', async () => {
    const server = await startHttp((request, response) => {
      if (request.url === '/a') response.writeHead(307, { location: '/b' }).end();
      else response.end();
    });
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    await egress.request(toRequest(`${server.origin}/a`, { headers: { authorization: 'Bearer t' }, redirect_origins: [server.origin] }));
    expect(server.requests[1]?.headers.authorization).toBe('Bearer t');
  });

  test.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [301, 'PUT', 'PUT', 'body'],
    [307, 'POST', 'POST', 'body'],
    [308, 'POST', 'POST', 'body'],
    [303, 'HEAD', 'HEAD', ''],
  ])('with status %i turns %s into %s', async (status, method, next, body) => {
    const server = await startHttp((request, response) => {
      if (request.url === '/a') response.writeHead(status, { location: '/b' }).end();
      else response.end();
    });
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    const sent = method === 'HEAD' ? {} : { body: 'body', headers: { 'content-type': 'text/plain' } };
    await egress.request(toRequest(`${server.origin}/a`, { method, ...sent, redirect_origins: [server.origin] }));
    expect(server.requests[1]).toMatchObject({ method: next, body });
    expect(server.requests[1]?.headers['content-type']).toBe(body === '' ? undefined : 'text/plain');
  });

  test('status without a location is an answer', async () => {
    const server = await startHttp((_request, response) => response.writeHead(302).end());
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    expect(await egress.request(toRequest(server.origin))).toMatchObject({ ok: true, status: 302 });
  });
});

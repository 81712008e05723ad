import { describe, expect, test } from 'vitest';
import { type Caller, decideHost, decideOrigin } from '../../../host/webchat/gate.ts';
import { startChatServer, visitor } from './chat-server.ts';

const local: Caller = {
  host: '127.0.0.1:8080',
  remote_address: '127.0.0.1',
  forwarded: false,
  encrypted: false,
  origin: undefined,
  fetch_site: undefined,
};
const closed = { public_url: new URL('https://chat.example/'), public: false };
const open = { ...closed, public: true };

describe('the host', () => {
  test.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'chat.example.evil.example',
    'user@localhost',
    '',
    '[::2]',
  ])('a name that was rebound to this machine is refused: "%s"', (host) =>
    expect(decideHost({ ...local, host }, open)?.code).toBe('HOST_NOT_ALLOWED'),
  );

  test.each(['localhost', 'LOCALHOST:8080', '127.0.0.1', '[::1]:9'])('this machine is let in by the name %s', (host) =>
    expect(decideHost({ ...local, host }, closed)).toBeNull(),
  );

  test.each(['chat.example', 'CHAT.example', 'chat.example:443'])(
    'visitors come by the public address when the policy says so: %s',
    (host) => {
      expect(decideHost({ ...local, host }, open)).toBeNull();
      expect(decideHost({ ...local, host }, closed)?.code).toBe('FORBIDDEN');
    },
  );

  test.each([
    ['a neighbour who writes the Host header by hand', { remote_address: '192.168.0.7' }],
    ['a proxy that rewrites Host', { forwarded: true }],
    ['a connection whose other end is unknown', { remote_address: undefined }],
  ])('a loopback name proves nothing about %s', (_who, how) => {
    expect(decideHost({ ...local, ...how }, closed)?.code).toBe('FORBIDDEN');
    expect(decideHost({ ...local, ...how }, open)).toBeNull();
  });
});

describe('the origin of what is written', () => {
  test.each([
    ['no origin', undefined],
    ['an opaque one', 'null'],
    ['another port of this machine, which is the same site', 'http://127.0.0.1:9999'],
    ['another name of this machine', 'http://localhost:8080'],
    ['another scheme', 'https://127.0.0.1:8080'],
    ['another site', 'https://evil.example'],
  ])('is refused: %s', (_why, origin) => expect(decideOrigin({ ...local, origin }, closed)?.code).toBe('HOST_NOT_ALLOWED'));

  test('is the page itself', () => {
    expect(decideOrigin({ ...local, origin: 'http://127.0.0.1:8080' }, closed)).toBeNull();
    expect(decideOrigin({ ...local, host: 'localhost:80', origin: 'http://localhost' }, closed)).toBeNull();
    expect(decideOrigin({ ...local, host: 'chat.example', origin: 'https://chat.example' }, open)).toBeNull();
  });

  test('is not the unencrypted twin of the public address', () => {
    expect(decideOrigin({ ...local, host: 'chat.example', origin: 'http://chat.example' }, open)?.code).toBe('HOST_NOT_ALLOWED');
  });
});

test('a foreign page gets nothing recorded, whatever kind of request it makes', async () => {
  const chat = await startChatServer();
  const { cookie, user_key } = visitor();
  const body = { client_message_id: 'c1', text: 'planted' };
  const foreign: Record<string, string>[] = [
    { origin: 'http://127.0.0.1:1' },
    { origin: 'null' },
    { host: 'evil.example', origin: 'http://evil.example' },
  ];
  for (const headers of foreign) {
    const { status, headers: answered, json } = await chat.post(cookie, body, headers);
    expect(status).toBe(403);
    expect(answered['content-type']).toMatch(/^application\/problem\+json/);
    expect(json).toMatchObject({ status: 403, code: 'HOST_NOT_ALLOWED', detail: expect.any(String), hint: expect.any(String) });
  }
  const withoutOrigin = await chat.ask('/chat/messages', {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(withoutOrigin.status).toBe(403);
  expect(chat.store.all(user_key)).toEqual([]);
});

test.each(['cross-site', 'same-site'])('a request that the browser marks as %s reads nothing', async (site) => {
  const chat = await startChatServer();
  const headers = { cookie: visitor().cookie, 'sec-fetch-site': site };
  expect((await chat.ask('/chat/messages', { headers })).status).toBe(403);
  expect((await chat.ask('/chat/stream', { headers })).status).toBe(403);
  expect(chat.store.listeners(visitor().user_key)).toBe(0);
});

test('a chat that is switched off is not there, from one request to the next', async () => {
  let on = true;
  const chat = await startChatServer({ enabled: () => on });
  expect((await chat.ask('/chat')).status).toBe(200);
  on = false;
  for (const path of ['/chat', '/chat/messages', '/chat/stream', '/chat/assets/chat-1A2B.js']) {
    expect((await chat.ask(path, { headers: { cookie: visitor().cookie } })).json, path).toMatchObject({
      status: 404,
      code: 'CHANNEL_NOT_FOUND',
    });
  }
  expect((await chat.post(visitor().cookie, { client_message_id: 'c', text: 'x' })).status).toBe(404);
});

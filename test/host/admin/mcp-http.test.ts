/** `POST /mcp` over HTTP: what must hold before a message is read, and in what form it is answered. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerMcp } from '../../../host/admin/mcp/answer.ts';
import { createTools } from '../../../host/admin/mcp/tools.ts';
import { type AdminHost, openAdminHost } from './harness.ts';

let host: AdminHost;
let viewer: string;
beforeAll(async () => {
  host = await openAdminHost();
  viewer = (await host.newToken('viewer')).token;
});
afterAll(() => host.stop());

describe('over HTTP it', () => {
  const ACCEPT = { accept: 'application/json, text/event-stream' };
  const PING = { jsonrpc: '2.0', id: 7, method: 'ping' };
  const post = (headers: Record<string, string> = {}, body: unknown = PING) =>
    host.ask('/mcp', { method: 'POST', headers: { ...ACCEPT, ...headers }, body });
  const bearer = () => ({ authorization: `Bearer ${viewer}` });

  it('answers one message, and keeps it out of caches', async () => {
    const answer = await post(bearer());
    expect(answer).toMatchObject({ status: 200, body: { jsonrpc: '2.0', id: 7, result: {} } });
    expect(answer.headers).toMatchObject({ 'content-type': expect.stringContaining('application/json'), 'cache-control': 'no-store' });
    expect(answer.headers['mcp-session-id']).toBeUndefined();
  });

  it('takes a notification without an answer', async () => {
    expect(await post(bearer(), { jsonrpc: '2.0', method: 'notifications/initialized' })).toMatchObject({ status: 202, text: '' });
  });

  it('says how to authenticate', async () => {
    const answer = await post();
    expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHORIZED' } });
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="CommunicationOS"');
  });

  it.each([
    ['a foreign Host', { host: 'evil.example' }],
    ['a foreign Origin, with a token too', { origin: 'https://evil.example' }],
    ['an Origin of another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a page without an origin', { origin: 'null' }],
  ])('refuses %s', async (_what, headers) => {
    expect(await post({ ...bearer(), ...headers })).toMatchObject({ status: 403, body: { code: 'HOST_NOT_ALLOWED' } });
  });

  it('takes our own Origin with a token', async () => {
    expect((await post({ ...bearer(), origin: host.url })).status).toBe(200);
  });

  it('takes a cookie from our own page only', async () => {
    const login = await host.ask('/api/login', { method: 'POST', body: { token: viewer } });
    const cookie = String(login.headers['set-cookie']).split(';')[0] as string;
    expect((await post({ cookie, origin: host.url })).status).toBe(200);
    expect((await post({ cookie })).status).toBe(403);
    expect((await post({ cookie, origin: 'https://evil.example' })).status).toBe(403);
  });

  it.each(['GET', 'DELETE', 'PUT', 'PATCH'])('has no %s: there is no stream and no session', async (method) => {
    const answer = await host.ask('/mcp', { method, headers: { ...bearer(), accept: 'text/event-stream' } });
    expect(answer).toMatchObject({ status: 405, body: { code: 'METHOD_NOT_ALLOWED' }, headers: { allow: 'POST' } });
  });

  it.each([
    ['a client that takes no stream', 406, { accept: 'application/json' }, PING],
    ['a version of the protocol that is none', 400, { 'mcp-protocol-version': '1999-01-01' }, PING],
    ['several messages at once', 400, {}, [PING, PING]],
    ['what is no message', 400, {}, { jsonrpc: '2.0' }],
    ['a body over 1 MiB', 413, {}, { ...PING, params: { text: 'x'.repeat(1_100_000) } }],
  ])('refuses %s with %i', async (_what, status, headers, body) => {
    expect((await post({ ...bearer(), ...headers }, body)).status).toBe(status);
  });

  it('answers a method that it does not have with an error of the protocol', async () => {
    expect(await post(bearer(), { ...PING, method: 'resources/list' })).toMatchObject({
      status: 200,
      body: { id: 7, error: { code: -32601 } },
    });
  });
});

describe('a defect of ours', () => {
  it('is told to whoever answers the request, not to the agent', async () => {
    const defect = new Error('a path of this machine');
    const tools = createTools({
      operations: {
        channels: {
          list: () => {
            throw defect;
          },
        },
        postMessage: () => Promise.reject(defect),
        sessions: {} as never,
      },
      requests: { execute: () => Promise.reject(defect), offered: () => [] },
    });
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'list_channels' } };
    const headers = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
    const caller = { actor: 'token:t', role: 'admin', by: 'token', credential: 'token:t' } as const;
    await expect(answerMcp(tools, { message, headers, caller })).rejects.toBe(defect);
  });
});

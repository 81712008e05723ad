/** The administration API over HTTP: who may ask, what is answered, and in what form refusals come. */
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, adminApi, channelIn, type ShownMessage } from '../support/admin-api.ts';
import { type RunningHost, startHost } from '../support/home.ts';
import { parseMetrics } from '../support/prometheus.ts';
import { saidTo } from '../support/telegram-chats.ts';
import { makeTelegramHome, SECRET, type TelegramHome, textUpdate } from '../support/telegram-home.ts';

let room: TelegramHome;
let host: RunningHost;
let update_id = 0;

beforeAll(async () => {
  room = await makeTelegramHome();
  host = await startHost(room.home, { env: { ...room.env, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN }, running: ['telegram'] });
  for (let index = 1; index <= 5; index++) await say(1, `m${index}`);
  await saidTo(room.telegram, 1, 5);
});
afterAll(async () => {
  await host.stop();
  await room.telegram.close();
  room.home.remove();
});

const say = async (chat: number, text: string) =>
  expect((await room.telegram.deliver(room.webhook(host), textUpdate(++update_id, text, chat), { secret: SECRET })).status).toBe(200);
const api = () => adminApi(host);

const READS = ['/api/status', '/api/channels', '/api/channels/telegram', '/api/messages', '/api/messages/x/trace', '/api/deliveries'];
const WRITES = ['enable', 'disable', 'approve'].map((verb) => `/api/channels/telegram/${verb}`);

/** A request with a `Host` of its own choice, which `fetch` does not allow. */
const withHost = (path: string, name: string, headers: Record<string, string> = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(host.url);
    httpRequest({ hostname, port, path, headers: { host: name, ...headers } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });

describe('who may ask', () => {
  it('every route below /api is 401 without a token, with a wrong one, and with the right one in the wrong place', async () => {
    const wrong = { authorization: `Bearer ${ADMIN_TOKEN}x` };
    const basic = { authorization: `Basic ${Buffer.from(`admin:${ADMIN_TOKEN}`).toString('base64')}` };
    const attempts: Record<string, string>[] = [{}, wrong, basic, { cookie: `aos=${ADMIN_TOKEN}` }];
    for (const headers of attempts) {
      const closed = adminApi(host, { token: null, headers });
      for (const path of READS) expect({ path, status: (await closed.get(path)).status }).toEqual({ path, status: 401 });
      for (const path of WRITES) expect({ path, status: (await closed.post(path, {})).status }).toEqual({ path, status: 401 });
      expect((await closed.get(`/api/status?token=${ADMIN_TOKEN}`)).status).toBe(401);
    }
    await channelIn(host, 'telegram', 'running');
  });

  it('no spelling of a path goes round the token', async () => {
    const { body } = await api().get('/api/status');
    const spellings = [
      '/%61pi/status',
      '/%61%70%69/status',
      '/api/%73tatus',
      '//api/status',
      '/./api/status',
      '/API/status',
      '/api/status/',
      '/health/../api/status',
      '/health%2f..%2fapi/status',
      `${host.url}/api/status`,
    ];
    for (const path of spellings) {
      const answer = await withHost(path, 'localhost');
      expect({ path, open: answer < 400 }).toEqual({ path, open: false });
    }
    expect(body.pid).toBe(host.pid);
  });

  it('an unknown route tells a stranger nothing either', async () => {
    expect((await adminApi(host, { token: null }).get('/api/nothing')).status).toBe(401);
    expect((await api().get('/api/nothing')).status).toBe(404);
  });

  it('a foreign Host is refused on the API and the pages, and asked by nobody on health', async () => {
    const authorization = `Bearer ${ADMIN_TOKEN}`;
    expect(await withHost('/api/status', 'evil.example', { authorization })).toBe(403);
    expect(await withHost('/metrics', 'evil.example')).toBe(403);
    expect(await withHost('/api/status', 'localhost', { authorization })).toBe(200);
    expect(await withHost('/health', 'evil.example')).toBe(200);
  });
});

describe('what is answered', () => {
  it('status, channels and one channel', async () => {
    const [status, channels, channel] = await Promise.all([
      api().get('/api/status'),
      api().get('/api/channels'),
      api().get('/api/channels/telegram'),
    ]);
    expect(status).toMatchObject({
      status: 200,
      body: { status: 'healthy', pid: host.pid, middleware: [{ step: 'dedupe' }, {}, {}, {}, {}] },
    });
    expect(channels.body).toMatchObject({ items: [{ id: 'telegram' }], next_cursor: null });
    expect(channel.body).toMatchObject({ id: 'telegram', state: 'running', reason: null, fix: null });
    expect(channel.body).toMatchObject({
      permissions: { network: [{ reason: expect.any(String) }] },
      digest: expect.stringMatching(/^sha256-/),
    });
  });

  it('pages of messages by keyset cursor: each once, newest first, undisturbed by what arrives meanwhile', async () => {
    const seen: ShownMessage[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { status, body } = await api().get(`/api/messages?direction=inbound&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      expect(status).toBe(200);
      expect(body.items.length).toBeLessThanOrEqual(2);
      seen.push(...body.items);
      cursor = body.next_cursor;
      if (seen.length === 2) await say(2, 'meanwhile');
    }
    expect(seen.map(({ text }) => text)).toEqual(['m5', 'm4', 'm3', 'm2', 'm1']);
  });

  it('messages by channel, direction, state and session', async () => {
    const { body } = await api().get('/api/messages?channel_id=telegram&direction=inbound&state=answered&limit=500');
    expect(body.items.every((item: ShownMessage) => item.direction === 'inbound' && item.state === 'answered')).toBe(true);
    const own = body.items.filter(({ conversation_key }: ShownMessage) => conversation_key === '1') as ShownMessage[];
    const bySession = await api().get(`/api/messages?session_id=${own[0]?.session_id}&direction=inbound`);
    expect(bySession.body.items.map(({ id }: ShownMessage) => id)).toEqual(own.map(({ id }) => id));
    expect((await api().get('/api/messages?channel_id=nobody')).body).toEqual({ items: [], next_cursor: null });
    const [message] = own;
    expect((await api().get(`/api/messages/${message?.id}`)).body).toMatchObject({ id: message?.id, text: message?.text });
    expect((await api().get(`/api/messages/${message?.id}/trace`)).body).toMatchObject({ message: { id: message?.id } });
  });

  it('deliveries are the outbound ones', async () => {
    const { body } = await api().get('/api/deliveries?state=sent&limit=3');
    expect(body.items).toHaveLength(3);
    expect(body.items.every((item: ShownMessage) => item.direction === 'outbound' && item.state === 'sent')).toBe(true);
    expect(body.next_cursor).toMatch(/^\d+$/);
  });

  it('disable, enable and approve act on the running host', async () => {
    expect(await api().post('/api/channels/telegram/disable')).toMatchObject({ status: 200, body: { state: 'disabled', enabled: false } });
    expect((await room.telegram.deliver(room.webhook(host), textUpdate(++update_id, 'x'), { secret: SECRET })).status).toBe(404);
    expect((await api().post('/api/channels/telegram/enable')).status).toBe(200);
    await channelIn(host, 'telegram', 'running');
    const { digest } = (await api().get('/api/channels/telegram')).body;
    expect(await api().post('/api/channels/telegram/approve', { digest: 'sha256-other' })).toMatchObject({
      status: 409,
      body: { code: 'DIGEST_MISMATCH' },
    });
    expect(await api().post('/api/channels/telegram/approve', { digest })).toMatchObject({
      status: 200,
      body: { approved_digest: digest },
    });
    await channelIn(host, 'telegram', 'running');
  });
});

describe('refusals', () => {
  it('are problem+json with a code and a hint', async () => {
    const answer = await api().get('/api/channels/nobody');
    expect(answer).toMatchObject({ status: 404, content_type: expect.stringContaining('application/problem+json') });
    expect(answer.body).toEqual({
      type: expect.any(String),
      title: expect.any(String),
      status: 404,
      detail: expect.stringContaining('nobody'),
      code: 'CHANNEL_NOT_FOUND',
      hint: expect.stringMatching(/\S/),
    });
    expect((await api().get('/api/messages/nothing')).body).toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
    expect((await adminApi(host, { token: null }).get('/api/status')).content_type).toContain('application/problem+json');
  });

  it('name what is wrong with a query, and never answer 500 to nonsense', async () => {
    const queries = [
      'limit=0',
      'limit=501',
      'limit=x',
      'cursor=abc',
      'cursor=-1',
      'direction=sideways',
      'no_such_filter=1',
      'state=no_such_state',
    ];
    for (const query of queries) {
      const answer = await api().get(`/api/messages?${query}`);
      expect({ query, status: answer.status, code: answer.body.code }).toEqual({ query, status: 400, code: 'INVALID_PARAMS' });
    }
    expect(await api().get(`/api/channels/${'x'.repeat(300)}`)).toMatchObject({ status: 400, body: { code: 'INVALID_PARAMS' } });
    expect(await api().get(`/api/config/channels.${'x'.repeat(200)}`)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect((await api().get('/api/channels/%00')).status).toBe(404);
    expect(await api().get('/api/channels/%ff')).toMatchObject({ status: 400, body: { code: 'INVALID_PARAMS' } });
  });

  it('a body that is not JSON, or not called so, changes nothing', async () => {
    const raw = (content_type: string, body: string) =>
      fetch(`${host.url}/api/channels/telegram/disable`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': content_type },
        body,
      });
    expect((await raw('text/plain', '{}')).status).toBe(415);
    expect((await raw('application/x-www-form-urlencoded', 'a=1')).status).toBe(415);
    expect((await raw('application/json', '{')).status).toBe(400);
    expect((await raw('application/json', JSON.stringify({ text: 'x'.repeat(1_100_000) }))).status).toBe(413);
    expect((await api().post('/api/channels/telegram/approve', { digest: 'x', more: 1 })).status).toBe(400);
    await channelIn(host, 'telegram', 'running');
  });
});

describe('health and metrics', () => {
  it("health has the guide's body and nothing else, without a token", async () => {
    const answer = await adminApi(host, { token: null }).get('/health');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      status: 'healthy',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      components: { database: 'healthy', network_mode: 'on', channels: ['telegram'] },
    });
    const [live, ready] = await Promise.all(['/health/live', '/health/ready'].map((path) => fetch(host.url + path)));
    expect([live?.status, ready?.status]).toEqual([200, 200]);
  });

  it("metrics parse as Prometheus text, have the guide's two names, and name no person", async () => {
    const response = await fetch(`${host.url}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    const families = parseMetrics(text);
    expect(families.get('communicationos_messages_total')).toMatchObject({ type: 'counter' });
    expect(families.get('communicationos_message_latency_seconds')).toMatchObject({ type: 'histogram' });
    const answered = families
      .get('communicationos_messages_total')
      ?.samples.filter(({ labels }) => labels.channel_id === 'telegram' && labels.state === 'answered');
    expect(answered).toEqual([expect.objectContaining({ value: 6 })]);
    for (const [name, { type, samples }] of families) {
      if (type === 'counter') expect(name).toMatch(/_total$/);
      for (const { labels } of samples) expect(Object.keys(labels).filter((label) => /user|conversation|url/.test(label))).toEqual([]);
    }
  });
});

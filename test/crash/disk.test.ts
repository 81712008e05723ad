/** A full disk, imitated by a limit on the size of the files that the running host may write. */
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ADMIN_TOKEN, adminApi } from '../support/admin-api.ts';
import { writeFolderConnector } from '../support/folder-connector.ts';
import { agentos, type RunningHost, startHost } from '../support/home.ts';
import { readRows } from '../support/rows.ts';
import { makeTelegramHome, SECRET, type TelegramHome, textUpdate } from '../support/telegram-home.ts';
import { arrivals, deliverTo } from '../support/traffic.ts';
import { until } from '../support/until.ts';

let place: TelegramHome;
let host: RunningHost;

const start = () => startHost(place.home, { env: { ...place.env, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN }, running: ['telegram'] });

beforeEach(async () => {
  place = await makeTelegramHome();
  writeFolderConnector(place.home, 'wiki');
  const web_search = { id: 'web_search', name: 'Search', version: '1.0.0', adapter_class: 'web_search#WebSearchConnector' };
  place.home.write('store/connectors/web_search/manifest.json', web_search);
  host = await start();
});
afterEach(async () => {
  await host.kill();
  await place.telegram.close();
  place.home.remove();
});

/** Only the soft limit moves, so that it can be taken back by anybody. Node ignores SIGXFSZ: a write past it fails with EFBIG. */
const limitFiles = (bytes: string): void => {
  execFileSync('prlimit', ['--pid', String(host.pid), `--fsize=${bytes}:`]);
};
const fillDisk = (): void => limitFiles('4096');
const freeDisk = (): void => limitFiles('unlimited');

const post = async (update: object) => {
  const response = await fetch(place.webhook(host), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': SECRET },
    body: JSON.stringify(update),
  });
  await response.text();
  return { status: response.status, retry_after: response.headers.get('retry-after') };
};

const health = async () => {
  const response = await fetch(`${host.url}/health`);
  const { status, components } = (await response.json()) as { status: string; components: { database: string } };
  return { http: response.status, status, database: components.database };
};

const answered = (text: string) =>
  until(
    () => arrivals(place.telegram).get(text) ?? 0,
    (count) => count > 0,
    `"${text}" is answered`,
  );

it('is told to the platforms and to who asks for health, and after it heals the repeats are taken and answered once', async () => {
  expect(await health()).toEqual({ http: 200, status: 'healthy', database: 'healthy' });
  fillDisk();
  const updates = Array.from({ length: 20 }, (_, index) => textUpdate(index + 1, `m${index}`, 1000 + index));
  const refused = await Promise.all(updates.map(post));
  for (const answer of refused) expect(answer).toEqual({ status: 503, retry_after: expect.stringMatching(/^\d+$/) });
  expect(await health()).toEqual({ http: 503, status: 'unhealthy', database: 'unhealthy' });
  expect(place.telegram.sent).toEqual([]);

  freeDisk();
  for (const update of updates) expect(await deliverTo(place.telegram, place.webhook(host), update)).toBe(200);
  await until(
    () => place.telegram.sent.length,
    (count) => count >= updates.length,
    'the repeats are answered',
  );
  expect(await health()).toEqual({ http: 200, status: 'healthy', database: 'healthy' });
  for (const update of updates) expect(await deliverTo(place.telegram, place.webhook(host), update)).toBe(200);
  expect(await host.stop()).toBe(0);
  expect([...arrivals(place.telegram).values()]).toEqual(Array(20).fill(1));
});

it('that heals by itself is healthy again, without a message that proves it', async () => {
  fillDisk();
  expect((await post(textUpdate(1, 'x'))).status).toBe(503);
  expect((await health()).http).toBe(503);
  freeDisk();
  await until(health, ({ http }) => http === 200, 'healthy again');
});

it('between a message and its receipt: what the platform said is written down when it can be, and nothing is sent twice', async () => {
  place.telegram.script.next('sendMessage', { kind: 'slow_body', ms: 1500 });
  expect((await post(textUpdate(1, 'hello'))).status).toBe(200);
  await answered('hello');
  fillDisk();
  await host.logged((line) => String(line.msg).includes('record how a delivery ended'));
  freeDisk();
  const { outbound } = await until(
    () => readRows(place.home),
    (rows) => rows.outbound[0]?.state === 'sent',
    'the receipt is written',
  );
  expect(outbound).toHaveLength(1);
  expect(arrivals(place.telegram).get('hello')).toBe(1);
});

it('at the very first message of a person: the session of the answer stands in the database', async () => {
  fillDisk();
  expect((await post(textUpdate(1, 'hello'))).status).toBe(503);
  freeDisk();
  expect((await post(textUpdate(1, 'hello'))).status).toBe(200);
  await answered('hello');
  const { inbound, sessions } = await readRows(place.home);
  expect(sessions.map(({ id }) => id)).toContain(inbound[0]?.session_id);
});

it('is told to whoever administers the host; nothing half done is left, and afterwards all of it can be done', async () => {
  const api = adminApi(host);
  const { digest } = (await api.get('/api/connectors/wiki')).body;
  const policy = (await api.get('/api/policy')).body;
  const tooLong = { ...policy, blocked_operations: Array.from({ length: 500 }, (_, index) => `operation_${index}`) };
  const attempts: readonly (readonly [string, () => Promise<{ status: number; body: { code?: string; detail?: string } }>])[] = [
    ['approve code', () => api.post('/api/connectors/wiki/approve', { digest })],
    ['set a secret', () => api.put('/api/connectors/web_search/config', { brave_api_key: 'a-secret-of-nobody' })],
    ['rotate the host key', () => api.post('/api/secrets/rotate', {})],
    ['make a token', () => api.post('/api/tokens', { name: 'later', role: 'viewer' })],
    ['change the phase', () => api.post('/api/phase', { phase: 'planning' })],
    ['change the policy', () => api.put('/api/policy', tooLong)],
  ];
  fillDisk();
  for (const [what, attempt] of attempts) {
    const { status, body } = await attempt();
    expect({ what, status, code: body.code }).toEqual({ what, status: 503, code: 'DATABASE_UNAVAILABLE' });
    expect(body.detail).not.toContain(place.home.dir);
  }
  expect((await api.get('/api/connectors/wiki')).body).toMatchObject({ state: 'needs_approval', approved_digest: null, serving: null });
  expect((await api.get('/api/policy')).body).toEqual(policy);
  expect((await api.get('/api/tokens')).body.items.map(({ name }: { name: string }) => name)).not.toContain('later');

  freeDisk();
  // The process that comes after finds nothing that it stumbles over.
  expect(await host.stop()).toBe(0);
  host = await start();
  const after = adminApi(host);
  expect((await after.get('/api/phase')).body.phase).toBe('execution');
  expect(await after.post('/api/connectors/wiki/approve', { digest })).toMatchObject({ status: 200, body: { approved_digest: digest } });
  expect((await after.post('/api/secrets/rotate', {})).status).toBe(200);
  expect((await after.put('/api/policy', tooLong)).status).toBe(200);
  expect((await post(textUpdate(1, 'hello'))).status).toBe(200);
  await answered('hello');
  expect((await agentos(place.home, ['audit', 'verify', '--json'])).json()).toMatchObject({ ok: true });
});

it('while a request to a connector is asked for: it does not leave, and says so', async () => {
  const api = adminApi(host);
  const { digest } = (await api.get('/api/connectors/wiki')).body;
  await api.post('/api/connectors/wiki/approve', { digest });
  await host.logged((line) => line.connector_id === 'wiki' && line.state === 'running');
  const say = () => api.post('/api/connectors/wiki/execute', { operation: 'echo', params: { text: 'hello' } });
  fillDisk();
  expect(await say()).toMatchObject({ status: 503, body: { code: 'DATABASE_UNAVAILABLE' } });
  freeDisk();
  expect(await say()).toMatchObject({ status: 200, body: { status: 'success', data: { said: 'hello' } } });
});

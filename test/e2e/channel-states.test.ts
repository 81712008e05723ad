/** What a channel in each of its states does with a webhook, with the parsing of its events, and with deliveries. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonReply, type Provider, startProvider } from '../fakes/provider.ts';
import { ADMIN_TOKEN, type AdminApi, adminApi, channelIn } from '../support/admin-api.ts';
import {
  adapterSource,
  type ChatService,
  folderEntry,
  folderManifest,
  policyFor,
  startChatService,
  writeFolderPlugin,
} from '../support/folder-plugin.ts';
import { type Home, makeHome, type RunningHost, startHost } from '../support/home.ts';
import { type EventRecord, type MessageRecord, readRows } from '../support/rows.ts';
import { until } from '../support/until.ts';

/** How each channel's platform is at the moment. */
type Mood = 'well' | 'busy' | 'refuses' | 'broken' | 'silent';

let service: ChatService;
let platform: Provider;
let home: Home;
let host: RunningHost;
let api: AdminApi;
const moods = new Map<string, Mood>();
let number = 0;

/** Asks its platform at the start and for each message; a text `die` never comes back. */
const adapterOf = (id: string): string =>
  adapterSource(platform.url, {
    start: `
    const { status } = await this.context.fetch(ORIGIN + '/start/${id}', { method: 'GET' });
    if (status === 401) throw Object.assign(new Error('the token was revoked'), { code: 'UNAUTHORIZED' });
    if (status !== 200) throw new Error('the platform has changed');`,
    receive: `
    const { id, chat, text } = JSON.parse(event.body);
    if (text === 'die') for (;;) {}
    return [message(id, chat, text)];`,
    send: `
    const response = await this.context.fetch(ORIGIN + '/send/${id}', { method: 'POST', body: outbound.text });
    if (response.status === 401) return { status: 'failed', code: 'ACCOUNT_REFUSED', reason: 'the token was revoked', retryable: false };
    if (response.status !== 200) return { status: 'failed', code: 'BUSY', reason: 'busy', retryable: true, retry_after_ms: 200 };
    return { status: 'sent', platform_message_id: response.body };`,
  });

const startPlatform = (): Promise<Provider> =>
  startProvider({
    operationOf: (at) => at,
    carryOut({ path: at }) {
      const [, what = '', id = ''] = at.split('/');
      const mood = moods.get(id) ?? 'well';
      if (mood === 'refuses') return jsonReply(401, {});
      if (mood === 'broken' && what === 'start') return jsonReply(410, {});
      if (mood !== 'well' && what === 'send') return jsonReply(503, {});
      return { status: 200, body: `p${++number}` };
    },
    refuse: () => jsonReply(500, {}),
  });

const view = async (id: string) => (await api.get(`/api/channels/${id}`)).body;
const deliver = (id: string, text: string): Promise<number> =>
  service.deliver(host, id, { id: `${id}-${text}`, chat: `chat-${text}`, text });
const eventOf = async (id: string, text: string): Promise<EventRecord | undefined> =>
  (await readRows(home)).events.find(({ channel_id, event_id }) => channel_id === id && event_id === `${id}-${text}`);
const outboundOf = async (id: string, text: string): Promise<MessageRecord | undefined> =>
  (await readRows(home)).outbound.find(({ channel_id, conversation_key }) => channel_id === id && conversation_key === `chat-${text}`);

/** Approved and running, with one delivery that its platform does not take yet. */
const setUp = async (id: string): Promise<void> => {
  const { digest } = await view(id);
  moods.set(id, 'busy');
  expect((await api.post(`/api/channels/${id}/approve`, { digest })).status).toBe(200);
  await channelIn(host, id, 'running');
  expect(await deliver(id, 'before')).toBe(200);
  await until(
    () => outboundOf(id, 'before'),
    (row) => (row?.attempts ?? 0) > 0,
    `${id} tried to send`,
  );
};

const widened = (id: string): object => {
  const manifest = folderManifest(id, platform.url) as { permissions: object };
  return { ...manifest, permissions: { ...manifest.permissions, storage: { max_bytes: 10 } } };
};

interface Row {
  id: string;
  state: string;
  /** Brings it there; it has run before unless `never_ran`. */
  force(id: string): Promise<unknown>;
  never_ran?: true;
  webhook: 200 | 404 | 503;
  parses: boolean;
  sends: boolean;
  /** What the waiting deliveries say. */
  held_by?: string;
}

const TABLE: readonly Row[] = [
  { id: 'is_running', state: 'running', force: async () => undefined, webhook: 200, parses: true, sends: true },
  {
    id: 'is_degraded',
    state: 'degraded',
    async force(id) {
      moods.set(id, 'refuses');
    },
    webhook: 200,
    parses: true,
    sends: false,
    held_by: 'account',
  },
  {
    id: 'is_starting',
    state: 'starting',
    async force(id) {
      platform.script.next(`/start/${id}`, { kind: 'no_answer' });
      await deliver(id, 'die');
    },
    webhook: 200,
    parses: false,
    sends: false,
    held_by: 'starting',
  },
  {
    id: 'is_quarantined',
    state: 'quarantined',
    async force(id) {
      moods.set(id, 'broken');
      await deliver(id, 'die');
    },
    webhook: 200,
    parses: false,
    sends: false,
    held_by: 'starting',
  },
  {
    id: 'waits_for_approval',
    state: 'needs_approval',
    async force(id) {
      home.write(`store/channels/${id}/manifest.json`, widened(id));
      await api.post(`/api/channels/${id}/reload`);
    },
    webhook: 200,
    parses: true,
    sends: true,
  },
  {
    id: 'is_invalid',
    state: 'invalid',
    async force(id) {
      home.write(`store/channels/${id}/adapter.ts`, 'export const = 1;');
      await api.post(`/api/channels/${id}/reload`);
    },
    webhook: 200,
    parses: true,
    sends: true,
  },
  {
    id: 'is_disabled',
    state: 'disabled',
    force: (id) => api.post(`/api/channels/${id}/disable`),
    webhook: 404,
    parses: false,
    sends: false,
    held_by: 'disabled',
  },
  {
    id: 'is_gone',
    state: 'unknown',
    async force(id) {
      rmSync(path.join(home.dir, 'store/channels', id), { recursive: true });
      await api.post(`/api/channels/${id}/reload`);
    },
    webhook: 404,
    parses: false,
    sends: false,
    held_by: 'removed',
  },
  {
    id: 'never_approved',
    state: 'needs_approval',
    never_ran: true,
    force: async () => undefined,
    webhook: 503,
    parses: false,
    sends: false,
  },
  {
    id: 'never_configured',
    state: 'needs_config',
    never_ran: true,
    force: async (id) => api.post(`/api/channels/${id}/approve`, { digest: (await view(id)).digest }),
    webhook: 503,
    parses: false,
    sends: false,
  },
  {
    id: 'never_valid',
    state: 'invalid',
    never_ran: true,
    async force(id) {
      home.write(`store/channels/${id}/adapter.ts`, 'export const = 1;');
      await api.post(`/api/channels/${id}/reload`);
    },
    webhook: 503,
    parses: false,
    sends: false,
  },
];

beforeAll(async () => {
  service = await startChatService();
  platform = await startPlatform();
  const entry = folderEntry(platform.url) as { config: Record<string, string> };
  home = makeHome({
    'config/channels.json': Object.fromEntries(
      TABLE.map(({ id }) => [id, id === 'never_configured' ? { config: { hook_secret: entry.config.hook_secret } } : entry]),
    ),
    'config/security_policy.json': policyFor(platform.url),
  });
  for (const { id } of TABLE) {
    writeFolderPlugin(home, id, platform.url);
    home.write(`store/channels/${id}/adapter.ts`, adapterOf(id));
  }
  host = await startHost(home, { env: { AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN } });
  api = adminApi(host);
});
afterAll(async () => {
  await host.kill();
  await service.close();
  await platform.close();
  home.remove();
});

describe.each(TABLE)('a channel that $id', ({ id, state, force, never_ran, webhook, parses, sends, held_by }) => {
  it(`answers its webhook ${webhook}, ${parses ? 'parses' : 'does not parse'} and ${sends ? 'sends' : 'does not send'}`, async () => {
    if (!never_ran) await setUp(id);
    await force(id);
    if (state !== 'unknown') await channelIn(host, id, state);
    else expect((await api.get(`/api/channels/${id}`)).status).toBe(404);

    expect(await deliver(id, 'now')).toBe(webhook);
    if (webhook !== 200) expect(await eventOf(id, 'now')).toBeUndefined();
    else if (parses) await until(() => outboundOf(id, 'now'), Boolean, 'the event is parsed and answered');
    else expect(await eventOf(id, 'now')).toMatchObject({ state: 'received' });

    if (never_ran) return;
    if (sends) {
      moods.set(id, 'well');
      for (const text of ['before', 'now'])
        await until(
          () => outboundOf(id, text),
          (row) => row?.state === 'sent',
          `"${text}" is sent`,
        );
    } else {
      await until(
        () => outboundOf(id, 'before'),
        (row) => row?.state === 'held',
        'what waited is held',
      );
      expect(await outboundOf(id, 'before')).toMatchObject({ state: 'held', held_by });
    }
    if (parses && !sends) expect(await outboundOf(id, 'now')).toMatchObject({ state: 'held' });
    if (state !== 'unknown') expect(await view(id)).toMatchObject({ state });
  });
});

it('an unknown path is 404, an unsigned event is refused in every state that takes any', async () => {
  expect((await fetch(`${host.url}/webhooks/nobody`, { method: 'POST' })).status).toBe(404);
  for (const { id, webhook } of TABLE) {
    if (webhook !== 200) continue;
    expect(await service.deliver(host, id, { id: 'forged', chat: 'x', text: 'x' }, 'another secret')).toBeGreaterThanOrEqual(401);
    expect(await eventOf(id, 'forged')).toBeUndefined();
  }
});

it('a refusal for now says when to come back', async () => {
  const response = await fetch(`${host.url}/webhooks/never_approved`, { method: 'POST', body: '{}' });
  expect([response.status, Number(response.headers.get('retry-after'))]).toEqual([503, expect.any(Number)]);
  expect(response.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
});

it('a quarantined channel goes on where it was when a person enables it and its fault has gone', async () => {
  moods.set('is_quarantined', 'well');
  expect((await api.post('/api/channels/is_quarantined/enable')).status).toBe(200);
  await channelIn(host, 'is_quarantined', 'running');
  for (const text of ['before', 'now'])
    await until(
      () => outboundOf('is_quarantined', text),
      (row) => row?.state === 'sent',
      `"${text}" is sent`,
    );
});

it('a degraded channel is released when it is reconfigured, and what was held goes out', async () => {
  moods.set('is_degraded', 'well');
  expect((await api.post('/api/channels/is_degraded/reload')).body).toMatchObject({ state: 'running' });
  for (const text of ['before', 'now'])
    await until(
      () => outboundOf('is_degraded', text),
      (row) => row?.state === 'sent',
      `"${text}" is sent`,
    );
});

it('a disabled channel holds what waits over a restart, and one whose folder has gone does too', async () => {
  await host.stop();
  host = await startHost(home, { env: { AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN } });
  api = adminApi(host);
  expect(await deliver('is_disabled', 'later')).toBe(404);
  expect(await deliver('is_gone', 'later')).toBe(404);
  for (const id of ['is_disabled', 'is_gone']) expect(await outboundOf(id, 'before')).toMatchObject({ state: 'held' });
  moods.set('is_disabled', 'well');
  expect((await api.post('/api/channels/is_disabled/enable')).status).toBe(200);
  await until(
    () => outboundOf('is_disabled', 'before'),
    (row) => row?.state === 'sent',
    'it goes out',
  );
});

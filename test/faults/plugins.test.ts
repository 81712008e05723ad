/** Broken and hostile channel plugins beside a Telegram channel that nobody must disturb. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeTelegram, startFakeTelegram } from '../fakes/telegram.ts';
import { ADMIN_TOKEN, type AdminApi, adminApi } from '../support/admin-api.ts';
import {
  type AdapterParts,
  type ChatService,
  folderEntry,
  policyFor,
  startChatService,
  writeFolderPlugin,
} from '../support/folder-plugin.ts';
import { type Home, makeHome, type RunningHost, startHost } from '../support/home.ts';
import { readRows } from '../support/rows.ts';
import { SECRET, TOKEN, telegramManifest, textUpdate } from '../support/telegram-home.ts';
import { until } from '../support/until.ts';

interface PluginView {
  state: string;
  reason: string | null;
  fix: string | null;
  digest: string;
}

interface Misbehaviour {
  id: string;
  parts: AdapterParts;
  /** A message of a person that makes it misbehave; without one it does so by itself. */
  provoked?: true;
  /** What its own channel, its event or its delivery says. */
  shown(rows: { channel: PluginView; event: string | null; delivery: { state: string; error: string } | null }): boolean;
}

const failing = ({ state, reason }: PluginView, text: RegExp): boolean =>
  (state === 'starting' || state === 'quarantined') && text.test(reason ?? '');
const stuck = /stood still|did not load within/;

const garbage = (id: string, value: string): Misbehaviour => ({
  id,
  parts: { receive: `return ${value};` },
  provoked: true,
  shown: ({ event }) => event === 'PARSE_FAILED',
});
const noReceipt = (id: string, value: string): Misbehaviour => ({
  id,
  parts: { send: `return ${value};` },
  provoked: true,
  shown: ({ delivery }) => delivery?.state === 'pending' && /receipt|result/i.test(delivery.error),
});

const MISBEHAVIOURS: readonly Misbehaviour[] = [
  { id: 'import_throws', parts: { top: "throw new Error('not today');" }, shown: ({ channel }) => failing(channel, /not today/) },
  { id: 'import_loops', parts: { top: 'for (;;) {}' }, shown: ({ channel }) => failing(channel, stuck) },
  { id: 'start_throws', parts: { start: "throw new Error('no such luck');" }, shown: ({ channel }) => failing(channel, /no such luck/) },
  { id: 'start_loops', parts: { start: 'for (;;) {}' }, shown: ({ channel }) => failing(channel, stuck) },
  {
    id: 'start_wanders',
    parts: { start: "await this.context.fetch('https://elsewhere.example/');" },
    shown: ({ channel }) => /elsewhere\.example is not granted/.test(channel.reason ?? ''),
  },
  { id: 'start_exits', parts: { start: '(globalThis as any).process.exit(0);' }, shown: ({ channel }) => failing(channel, /start:/) },
  {
    id: 'receive_loops',
    parts: { receive: 'for (;;) {}' },
    provoked: true,
    // Given up, the event no longer keeps its channel from running.
    shown: ({ channel, event }) => failing(channel, stuck) || event === 'POISON',
  },
  {
    id: 'receive_exits',
    parts: { receive: '(globalThis as any).process.exit(0);' },
    provoked: true,
    shown: ({ event }) => event === 'PARSE_FAILED',
  },
  { id: 'receive_throws', parts: { receive: 'throw null;' }, provoked: true, shown: ({ event }) => event === 'PARSE_FAILED' },
  garbage('receive_nothing', 'undefined'),
  garbage('receive_number', '42'),
  garbage('receive_holes', '[null, 1, "x", {}]'),
  garbage('receive_function', '() => 1'),
  garbage('receive_cycle', '(() => { const a: any = []; a.push(a); return a; })()'),
  garbage('receive_forged', "[{ ...message('1', 'x', 'y'), id: 'mine', seq: 1, channel_id: 'telegram' }]"),
  garbage('receive_getter', "[{ get message_id(): string { throw new Error('boo'); } }]"),
  { id: 'send_loops', parts: { send: 'for (;;) {}' }, provoked: true, shown: ({ channel }) => failing(channel, stuck) },
  {
    id: 'send_throws',
    parts: { send: "throw new Error('no ink');" },
    provoked: true,
    shown: ({ delivery }) => delivery?.state === 'pending' && delivery.error.includes('no ink'),
  },
  {
    id: 'send_wanders',
    parts: { send: "await this.context.fetch('https://elsewhere.example/', { method: 'POST' });" },
    provoked: true,
    shown: ({ delivery }) => delivery?.state === 'pending' && delivery.error.includes('elsewhere.example is not granted'),
  },
  noReceipt('send_nothing', 'undefined'),
  noReceipt('send_true', "{ status: 'sent' }"),
  noReceipt('send_number_id', "{ status: 'sent', platform_message_id: 7 }"),
];

let telegram: FakeTelegram;
let service: ChatService;
let home: Home;
let host: RunningHost;
let api: AdminApi;
let usual_ms = 0;
let nextUpdate = 1;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** Sends `count` messages through Telegram, ten at a time; the median time in ms from the webhook to the answer. */
const telegramMedian = async (count: number): Promise<number> => {
  const times: number[] = [];
  let left = count;
  const work = async (): Promise<void> => {
    while (left-- > 0) {
      const id = nextUpdate++;
      const began = performance.now();
      const { status } = await telegram.deliver(`${host.url}/webhooks/telegram`, textUpdate(id, `t${id}`, 5000 + id), { secret: SECRET });
      expect(status).toBe(200);
      await until(
        () => telegram.sent.some(({ params }) => params.text === `t${id}`),
        (arrived) => arrived,
        `answer to t${id}`,
      );
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: 10 }, work));
  return median(times);
};

const look = async (id: string) => {
  const channel = (await api.get(`/api/channels/${id}`)).body as PluginView;
  const { items } = (await api.get(`/api/deliveries?channel_id=${id}`)).body as { items: { state: string; error: string | null }[] };
  const event = (await readRows(home)).events.find((row) => row.channel_id === id);
  const [delivery] = items;
  return {
    channel,
    event: event?.error_code ?? null,
    delivery: delivery ? { state: delivery.state, error: delivery.error ?? '' } : null,
  };
};

beforeAll(async () => {
  telegram = await startFakeTelegram({ token: TOKEN });
  service = await startChatService();
  home = makeHome({
    'store/channels/telegram/manifest.json': telegramManifest,
    'config/channels.json': {
      telegram: { config: { api_base_url: telegram.url } },
      ...Object.fromEntries(MISBEHAVIOURS.map(({ id }) => [id, folderEntry(service.url)])),
    },
    'config/security_policy.json': policyFor(service.url, telegram.url),
  });
  for (const { id, parts } of MISBEHAVIOURS) writeFolderPlugin(home, id, service.url, parts);
  host = await startHost(home, {
    env: { AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN, TELEGRAM_BOT_TOKEN: TOKEN, TELEGRAM_WEBHOOK_SECRET: SECRET },
    running: ['telegram'],
  });
  api = adminApi(host);
  await telegramMedian(20);
  usual_ms = await telegramMedian(50);
});
afterAll(async () => {
  await host.kill();
  await telegram.close();
  await service.close();
  home.remove();
});

describe.each(MISBEHAVIOURS)('the plugin $id', ({ id, provoked, shown }) => {
  it('shows its fault on its own channel, and Telegram is answered as ever', async () => {
    const { channel } = await look(id);
    expect(channel.state).toBe('needs_approval');
    expect((await api.post(`/api/channels/${id}/approve`, { digest: channel.digest })).status).toBe(200);
    if (provoked) {
      await until(
        () => look(id),
        ({ channel }) => channel.state === 'running',
        'it runs',
      );
      expect(await service.deliver(host, id, { id: 'm1', chat: 'somebody', text: 'hello' })).toBe(200);
    }
    const [meanwhile_ms] = await Promise.all([telegramMedian(50), until(() => look(id), shown, 'its fault is shown')]);
    // Generous: two processors carry the host, its workers and this test. A host that waits for a plugin is off by seconds.
    expect(meanwhile_ms).toBeLessThan(Math.max(usual_ms * 10, 500));
    expect((await api.get('/api/channels/telegram')).body).toMatchObject({ state: 'running', reason: null });
    expect((await api.post(`/api/channels/${id}/disable`)).status).toBe(200);
  });
});

it('a plugin that fails at every start is quarantined with its reason, and can be tried again by a command', async () => {
  expect((await api.post('/api/channels/start_throws/enable')).status).toBe(200);
  const { channel } = await until(
    () => look('start_throws'),
    (seen) => seen.channel.state === 'quarantined',
    'it is quarantined',
    50_000,
  );
  expect(channel).toMatchObject({
    reason: expect.stringContaining('no such luck'),
    fix: expect.stringContaining('channel enable start_throws'),
  });
  expect((await (await fetch(`${host.url}/health`)).json()) as object).toMatchObject({ status: 'degraded' });
  expect((await api.post('/api/channels/start_throws/enable')).status).toBe(200);
  expect((await look('start_throws')).channel.state).toBe('starting');
  expect((await api.post('/api/channels/start_throws/disable')).status).toBe(200);
});

/**
 * Secrets that the test planted are searched for in everything that the built host writes or says: raw,
 * in base64, hexadecimal and percent-encoding. The host is killed while messages are on their way.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FakeTelegram, startFakeTelegram } from '../fakes/telegram.ts';
import { adminApi, type ShownMessage } from '../support/admin-api.ts';
import { type AgentServer, gate, startAgentServer } from '../support/agent-server.ts';
import { agentos, type Home, makeHome, type RunningHost, startHost } from '../support/home.ts';
import { saidTo } from '../support/telegram-chats.ts';
import { telegramManifest, textUpdate } from '../support/telegram-home.ts';
import { until } from '../support/until.ts';

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
const MASTER_KEY = randomBytes(32);
const SECRETS = {
  'bot token': `123456:planted-${hex(12)}`,
  'webhook secret': `planted_${hex(12)}`,
  'admin token': `planted-admin-${hex(16)}`,
  'agent secret': randomBytes(24).toString('base64'),
  'master key': MASTER_KEY.toString('hex'),
  'wrong token': `planted-wrong-${hex(16)}`,
};
/** May be shown to who asks for the message, and stands nowhere else. */
const TEXT = `planted words of a person ${hex(8)}`;
const FAILING = `${TEXT} that fail`;
const LAST = `${TEXT} that come last`;

const env = {
  TELEGRAM_BOT_TOKEN: SECRETS['bot token'],
  TELEGRAM_WEBHOOK_SECRET: SECRETS['webhook secret'],
  AGENTOS_ADMIN_TOKEN: SECRETS['admin token'],
  AGENTOS_MASTER_KEY: SECRETS['master key'],
  AGENT_BACKEND: 'http',
  AGENT_SECRET: `whsec_${SECRETS['agent secret']}`,
  DEBUG: 'true',
};

let home: Home;
let telegram: FakeTelegram;
let agent: AgentServer;
let host: RunningHost;

const start = () => startHost(home, { env: { ...env, AGENT_URL: agent.url }, running: ['telegram'] });
const say = (update: number, text: string, secret = SECRETS['webhook secret']) =>
  telegram.deliver(`${host.url}/webhooks/telegram`, textUpdate(update, text, 9000 + update), { secret });

beforeAll(async () => {
  telegram = await startFakeTelegram({ token: SECRETS['bot token'] });
  agent = await startAgentServer();
  home = makeHome({
    'store/channels/telegram/manifest.json': telegramManifest,
    'config/channels.json': { telegram: { config: { api_base_url: telegram.url } } },
    'config/security_policy.json': {
      egress: { allow_private: [new URL(telegram.url).host] },
      channels: { telegram: { error_reply: 'sorry' } },
    },
  });
  host = await start();
});
afterAll(async () => {
  await host.stop();
  await telegram.close();
  await agent.close();
  home.remove();
});

const forms = (secret: string): Buffer[] => {
  const bytes = Buffer.from(secret);
  const texts = [
    secret,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    encodeURIComponent(secret),
  ];
  return [...new Set(texts)].map((text) => Buffer.from(text));
};
const KEY_FORMS = [
  MASTER_KEY,
  Buffer.from(MASTER_KEY.toString('base64').replace(/=+$/, '')),
  Buffer.from(MASTER_KEY.toString('base64url')),
];
const NEEDLES: Record<string, Buffer[]> = Object.fromEntries(
  Object.entries(SECRETS).map(([name, secret]) => [name, name === 'master key' ? [...forms(secret), ...KEY_FORMS] : forms(secret)]),
);
const TEXT_FORMS = [...forms(TEXT), Buffer.from(JSON.stringify(TEXT).slice(1, -1))];

const filesBelow = (dir: string): string[] =>
  readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(dir, entry.name);
    return entry.isDirectory() ? filesBelow(file) : entry.isFile() ? [file] : [];
  });

/** Names of what was found where. */
const found = (where: string, content: Buffer, with_text: boolean): string[] => [
  ...Object.entries(NEEDLES).flatMap(([name, needles]) =>
    needles.some((needle) => content.includes(needle)) ? [`${name} in ${where}`] : [],
  ),
  ...(with_text && TEXT_FORMS.some((needle) => content.includes(needle)) ? [`the person’s text in ${where}`] : []),
];
const foundInFiles = () => filesBelow(home.dir).flatMap((file) => found(path.relative(home.dir, file), readFileSync(file), true));
const foundInOutput = () => [
  ...found('the log', Buffer.from(JSON.stringify(host.log)), true),
  ...found('the error stream', Buffer.from(host.errors()), true),
];

it('the search finds what is there', () => {
  for (const [name, secret] of Object.entries(SECRETS)) {
    for (const shown of [secret, `x${Buffer.from(secret).toString('base64')}`, Buffer.from(secret).toString('hex')])
      expect(found('here', Buffer.from(`before ${shown} after`), true)).toEqual([`${name} in here`]);
  }
  expect(found('here', Buffer.concat([Buffer.from('key: '), MASTER_KEY]), true)).toEqual(['master key in here']);
  expect(found('here', Buffer.from(TEXT), true)).toEqual(['the person’s text in here']);
});

it('traffic that succeeds and fails, with a platform and an agent that quote everything back, plants nothing in log or files', async () => {
  const known_to_platform = `${SECRETS['bot token']} ${SECRETS['webhook secret']}`;
  telegram.script.next('sendMessage', {
    kind: 'answer',
    status: 400,
    body: { ok: false, error_code: 400, description: `Bad Request: ${known_to_platform} ${TEXT}` },
  });
  await say(1, TEXT);
  await until(
    () => messagesOfHost(),
    (rows) => rows.some(({ direction, state }) => direction === 'outbound' && state === 'dead'),
    'the refused delivery is dead',
  );
  await say(2, TEXT);
  await saidTo(telegram, 9002, 1);
  agent.answer(() => ({ status: 400, body: `refused: ${SECRETS['agent secret']} ${FAILING}` }));
  await say(3, FAILING);
  await saidTo(telegram, 9003, 1);
  expect((await say(4, TEXT, SECRETS['wrong token'])).status).not.toBe(200);
  expect(foundInFiles()).toEqual([]);
  expect(foundInOutput()).toEqual([]);
});

const api = () => adminApi(host, { token: SECRETS['admin token'] });
const messagesOfHost = async () => (await api().get('/api/messages?limit=500')).body.items as ShownMessage[];

it('no answer of the API or of a command shows one', async () => {
  const [{ id = '' } = {}] = await messagesOfHost();
  const routes = [
    '/health',
    '/metrics',
    '/api/status',
    '/api/config',
    '/api/config/AGENTOS_MASTER_KEY',
    '/api/config/channels.telegram.bot_token',
    '/api/secrets',
    '/api/channels',
    '/api/channels/telegram',
    '/api/messages?limit=500',
    `/api/messages/${id}`,
    `/api/messages/${id}/trace`,
    '/api/deliveries?state=dead',
    '/api/users/telegram/9002',
    '/api/nothing',
    '/api/messages?limit=nonsense',
    '/webhooks/telegram',
  ];
  for (const route of routes) {
    const { body, headers } = await api().get(route);
    expect(found(route, Buffer.from(JSON.stringify([body, [...headers]])), false)).toEqual([]);
  }
  const refused = await adminApi(host, { token: SECRETS['wrong token'] }).get('/api/status');
  expect([refused.status, found('a refusal', Buffer.from(JSON.stringify([refused.body, [...refused.headers]])), true)]).toEqual([401, []]);
  const commands = [
    ['status'],
    ['config', 'list'],
    ['secrets', 'list'],
    ['channel', 'show', 'telegram'],
    ['deliveries', 'list'],
    ['trace', id],
    ['db', 'analyze'],
  ];
  for (const command of commands) {
    const { stdout, stderr } = await agentos(home, command, { ...env, AGENT_URL: agent.url });
    expect(found(command.join(' '), Buffer.from(stdout + stderr), false)).toEqual([]);
  }
});

it('neither a backup nor what a host killed in the middle of traffic leaves behind holds one', async () => {
  expect((await agentos(home, ['backup', path.join(home.dir, 'backups')], { ...env, AGENT_URL: agent.url })).code).toBe(0);
  const { opened, open } = gate();
  agent.answer(async () => {
    await opened;
    return { status: 200, body: { text: LAST } };
  });
  for (const update of [11, 12, 13]) await say(update, LAST);
  await until(
    async () => agent.about(LAST).length,
    (count) => count > 0,
    'the agent is asked',
  );
  await host.kill();
  expect(foundInFiles()).toEqual([]);
  expect(foundInOutput()).toEqual([]);
  open();
  host = await start();
  await saidTo(telegram, 9011, 1);
  expect(foundInFiles()).toEqual([]);
  expect(foundInOutput()).toEqual([]);
});

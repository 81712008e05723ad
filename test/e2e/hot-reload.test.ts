/** A channel whose folder changes while people write to it: `agentos serve --reload`, `channel reload` and SIGHUP. */
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ADMIN_TOKEN, type AdminApi, adminApi, channelIn, messagesOf } from '../support/admin-api.ts';
import {
  type AdapterParts,
  adapterSource,
  type ChatService,
  folderEntry,
  folderManifest,
  policyFor,
  startChatService,
  writeFolderPlugin,
} from '../support/folder-plugin.ts';
import { type Home, makeHome, type RunningHost, startHost } from '../support/home.ts';
import { readAudit, readRows } from '../support/rows.ts';
import { makeTelegramHome } from '../support/telegram-home.ts';
import { arrivals, arrivedIn, deliverAll, makeTraffic } from '../support/traffic.ts';
import { until } from '../support/until.ts';

const ID = 'parrot';
// Several starts of a host in one test.
vi.setConfig({ testTimeout: 120_000 });

let service: ChatService;
let home: Home;
let host: RunningHost;
let api: AdminApi;

const start = async (...args: string[]): Promise<void> => {
  host = await startHost(home, { env: { AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN }, args });
  api = adminApi(host);
};

beforeEach(async () => {
  service = await startChatService();
  home = makeHome({ 'config/channels.json': { [ID]: folderEntry(service.url) }, 'config/security_policy.json': policyFor(service.url) });
});
afterEach(async () => {
  await host.kill();
  await service.close();
  home.remove();
});

const shown = async (id = ID) => (await api.get(`/api/channels/${id}`)).body;
const answered = (text: string) =>
  until(
    () => service.sent.filter((sent) => sent.text === text),
    ({ length }) => length > 0,
    `"${text}" is answered`,
  );
const deliver = (id: string, text: string, chat = 'somebody') => service.deliver(host, ID, { id, chat, text });

/** Tries again soon when the service is not well. */
const PATIENT = `
    const response = await this.context.fetch(ORIGIN + '/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ to: outbound.conversation_key, text: outbound.text }),
    });
    if (response.status !== 200) return { status: 'failed', code: 'BUSY', reason: 'busy', retryable: true, retry_after_ms: 200 };
    return { status: 'sent', platform_message_id: JSON.parse(response.body).id };`;

/** Each version answers in its own way, so that an answer tells which one gave it. */
const version = (name: string, parts: AdapterParts = {}): AdapterParts => ({
  receive: `
    const { id, chat, text } = JSON.parse(event.body);
    return [message(id, chat, '${name} ' + text)];`,
  ...parts,
});
const edit = (parts: AdapterParts, id = ID): void => home.write(`store/channels/${id}/adapter.ts`, adapterSource(service.url, parts));
const approve = async (id = ID): Promise<void> => {
  const { digest } = await until(
    () => shown(id),
    (channel) => channel.digest !== null && channel.pending !== null,
    `${id} waits`,
  );
  expect((await api.post(`/api/channels/${id}/approve`, { digest })).status).toBe(200);
  await channelIn(host, id, 'running');
};

describe('under load', () => {
  const RELOADS = 100;
  const CONVERSATIONS = 8;
  /** Messages of one conversation for each reload at most: the load lasts as long as the reloads do. */
  const EACH = 4;

  it('a hundred reloads lose no event, answer none twice, and keep the order of each conversation', async () => {
    writeFolderPlugin(home, ID, service.url, version('v0'));
    await start('--reload');
    await approve();
    let reached = 0;
    const goOn: (() => void)[] = [];
    const acknowledged = new Map<string, string[]>();
    const talk = async (conversation: number): Promise<void> => {
      const chat = `c${conversation}`;
      const texts: string[] = [];
      acknowledged.set(chat, texts);
      for (let number = 0; number < EACH * RELOADS; number++) {
        while (number >= EACH * (reached + 1)) await new Promise<void>((resolve) => goOn.push(resolve));
        const text = `${chat}-${number}`;
        // What is acknowledged counts, whatever happens to the folder at that time.
        expect(await deliver(`${chat}:${number}`, text, chat)).toBe(200);
        texts.push(text);
      }
    };
    const traffic = Promise.all(Array.from({ length: CONVERSATIONS }, (_, conversation) => talk(conversation)));
    const served = new Set<unknown>([(await shown()).serving.digest]);
    while (reached < RELOADS) {
      edit(version(`v${reached + 1}`));
      const { digest } = await host.logged((line) => line.channel_id === ID && typeof line.digest === 'string' && !served.has(line.digest));
      served.add(digest);
      reached++;
      for (const wake of goOn.splice(0)) wake();
    }
    await traffic;
    const total = CONVERSATIONS * EACH * RELOADS;
    await until(
      () => service.sent.length,
      (sent) => sent >= total,
      `${total} answers`,
      120_000,
    );

    for (const [chat, texts] of acknowledged) {
      const arrived = service.sent.flatMap(({ to, text }) => (to === chat ? [text.split(' ')[1]] : []));
      expect(arrived).toEqual(texts);
    }
    const versions = new Set(service.sent.map(({ text }) => text.split(' ')[0]));
    expect(versions.size).toBeGreaterThan(RELOADS / 4);
    const { events, inbound, outbound } = await until(
      () => readRows(home),
      (rows) => rows.outbound.every(({ state }) => state === 'sent'),
      'every delivery is sent',
    );
    expect(events.filter(({ state }) => state !== 'parsed')).toEqual([]);
    expect([events.length, inbound.length, outbound.length]).toEqual([total, total, total]);
    expect((await shown()).pending).toBeNull();
  }, 900_000);
});

describe('a changed folder', () => {
  it('whose build fails leaves the one before serving, says why, and is taken up when it is mended', async () => {
    writeFolderPlugin(home, ID, service.url, version('v1'));
    await start('--reload');
    await approve();
    edit({ ...version('v2'), top: 'const broken = ;' });
    const broken = await until(shown, ({ pending }) => pending?.state === 'invalid', 'the build has failed');
    expect(broken).toMatchObject({
      state: 'invalid',
      reason: expect.stringContaining('adapter.ts:'),
      serving: { state: 'running' },
      pending: { digest: null, fix: expect.any(String) },
      problems: expect.arrayContaining([expect.objectContaining({ check: 'bundle', file: 'adapter.ts' })]),
    });
    expect(await deliver('1', 'hello')).toBe(200);
    await answered('v1 hello');
    edit(version('v3'));
    await until(shown, ({ state, pending }) => state === 'running' && pending === null, 'it is mended');
    expect(await deliver('2', 'again')).toBe(200);
    await answered('v3 again');
  });

  it.each<[string, AdapterParts, RegExp]>([
    ['that throws at load', { top: "throw new Error('not today');" }, /not today/],
    ['whose start fails', { start: "throw new Error('no such luck');" }, /no such luck/],
    ['whose start never turns back', { start: 'for (;;) {}' }, /stood still|start/],
  ])('%s leaves the one before serving, and is not tried again by itself', async (_name, parts, reason) => {
    writeFolderPlugin(home, ID, service.url, version('v1'));
    await start('--reload');
    await approve();
    const { serving } = await shown();
    edit(version('v2', parts));
    const seen = await until(shown, ({ pending }) => pending?.state === 'quarantined', 'it has failed');
    expect(seen).toMatchObject({
      state: 'running',
      reason: null,
      serving,
      pending: { state: 'quarantined', reason: expect.stringMatching(reason) },
    });
    expect(await deliver('1', 'hello')).toBe(200);
    await answered('v1 hello');

    // Reading the same folder again starts nothing: only a change or a person does.
    process.kill(host.pid, 'SIGHUP');
    expect(await deliver('2', 'more')).toBe(200);
    await answered('v1 more');
    expect((await api.post(`/api/channels/${ID}/reload`)).body).toMatchObject({ serving, pending: { state: 'quarantined' } });
    edit(version('v3'));
    await until(shown, ({ pending }) => pending === null, 'it is mended');
    expect(await deliver('3', 'again')).toBe(200);
    await answered('v3 again');
  });

  it('that asks for more waits for a person, with the difference shown, while the one before serves', async () => {
    writeFolderPlugin(home, ID, service.url, version('v1'));
    await start('--reload');
    await approve();
    const before = (await shown()).digest;
    const manifest = folderManifest(ID, service.url) as { permissions: Record<string, unknown> };
    home.write(`store/channels/${ID}/manifest.json`, {
      ...manifest,
      permissions: { ...manifest.permissions, storage: { max_bytes: 1000, reason: 'Keeps its place.' } },
    });
    edit(version('v2'));
    const waiting = await until(shown, ({ state }) => state === 'needs_approval', 'it waits');
    expect(waiting).toMatchObject({
      fix: expect.stringMatching(/its code changed; new: storage.*channel approve parrot --digest sha256-/),
      serving: { digest: before, state: 'running' },
      pending: {
        state: 'needs_approval',
        difference: {
          against: before,
          code: 'changed',
          permissions: [{ permission: 'storage', change: 'new', reason: 'Keeps its place.' }],
        },
      },
    });
    expect(await deliver('1', 'hello')).toBe(200);
    await answered('v1 hello');
    // Approving what is no longer the one that waits is refused; approving this one switches to it.
    expect((await api.post(`/api/channels/${ID}/approve`, { digest: before })).body).toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect((await api.post(`/api/channels/${ID}/approve`, { digest: waiting.digest })).body).toMatchObject({
      state: 'running',
      approved_digest: waiting.digest,
      serving: { digest: waiting.digest },
      pending: null,
    });
    expect(await deliver('2', 'again')).toBe(200);
    await answered('v2 again');
  });

  it('is not approved by itself before a person has approved the channel once, nor without --reload', async () => {
    writeFolderPlugin(home, ID, service.url, version('v1'));
    await start('--reload');
    await channelIn(host, ID, 'needs_approval');
    const { digest } = await shown();
    edit(version('v2'));
    await until(shown, (channel) => channel.digest !== digest, 'it was read again');
    expect(await shown()).toMatchObject({ state: 'needs_approval', serving: null, approved_digest: null });
    await approve();
    await host.stop();

    await start();
    edit(version('v3'));
    process.kill(host.pid, 'SIGHUP');
    await until(
      shown,
      ({ state, serving }) => state === 'needs_approval' && serving?.state === 'running',
      'it waits beside the one before',
    );
    expect(await deliver('1', 'hello')).toBe(200);
    await answered('v2 hello');
  });

  it('is told in the audit trail as approved by the reload, behind the person who approved it first', async () => {
    writeFolderPlugin(home, ID, service.url, version('v1'));
    await start('--reload');
    await approve();
    const { digest } = await shown();
    edit(version('v2'));
    const next = await until(shown, ({ serving }) => serving.digest !== digest, 'it is taken up');
    expect(next).toMatchObject({ approved_by: 'host:reload', approved_digest: next.digest });
    const audit = await readAudit(home, ID);
    expect(audit).toContainEqual(
      expect.objectContaining({
        actor: 'host:reload',
        action: 'channel.approved',
        detail: expect.objectContaining({ digest: next.digest, before: digest, first_approved_by: 'token:admin' }),
      }),
    );
  });
});

describe('the approved generation', () => {
  const bundles = (): string[] => readdirSync(path.join(home.dir, 'store/bundles')).sort();

  it('is kept, readable by its owner only, and serves after a restart while a change waits', async () => {
    writeFolderPlugin(home, ID, service.url, version('v1'));
    await start();
    await approve();
    const { digest } = await shown();
    expect(bundles()).toContain(`${digest}.js`);
    expect(statSync(path.join(home.dir, `store/bundles/${digest}.js`)).mode & 0o777).toBe(0o600);
    await host.stop();

    edit(version('v2'));
    await start();
    expect(await channelIn(host, ID, 'needs_approval')).toMatchObject({
      serving: { digest },
      pending: { difference: { code: 'changed', permissions: [] } },
    });
    expect(await deliver('1', 'hello')).toBe(200);
    await answered('v1 hello');
    await host.stop();

    home.write(`store/channels/${ID}/manifest.json`, '{ "id": ');
    await start();
    expect(await channelIn(host, ID, 'invalid')).toMatchObject({ serving: { digest } });
    expect(await deliver('2', 'again')).toBe(200);
    await answered('v1 again');
  });

  it.each<[string, (file: string) => void, RegExp]>([
    ['changed', (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('v1 ', 'v9 ')), /does not hold what was approved/],
    ['cut off', (file) => writeFileSync(file, readFileSync(file, 'utf8').slice(0, -1)), /does not hold what was approved/],
    ['given another manifest', (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('"timers"', '"timer5"')), /does not hold/],
    ['missing', (file) => rmSync(file), /is missing/],
    [
      'a folder',
      (file) => {
        rmSync(file);
        home.write(`store/bundles/${path.basename(file)}/x`, '');
      },
      /cannot be read/,
    ],
  ])('is never run when its kept file is %s: that is told, and the webhook answers 503', async (_name, damage, message) => {
    writeFolderPlugin(home, ID, service.url, version('v1'));
    await start();
    await approve();
    const { digest } = await shown();
    await host.stop();
    edit(version('v2'));
    damage(path.join(home.dir, `store/bundles/${digest}.js`));
    await start();
    const seen = await channelIn(host, ID, 'needs_approval');
    expect(seen).toMatchObject({ reason: expect.stringMatching(message), serving: null });
    expect((await shown()).problems).toContainEqual(
      expect.objectContaining({ check: 'kept_bundle', message: expect.stringMatching(message) }),
    );
    expect(await deliver('1', 'hello')).toBe(503);
    expect(service.sent).toEqual([]);
    await approve();
    expect(await deliver('1', 'hello')).toBe(200);
    await answered('v2 hello');
  });

  it('and the one before it are all that is kept', async () => {
    writeFolderPlugin(home, ID, service.url, version('v1'));
    await start('--reload');
    await approve();
    let { digest } = await shown();
    for (const name of ['v2', 'v3', 'v4']) {
      const before = digest;
      edit(version(name));
      digest = (await until(shown, ({ serving }) => serving.digest !== before, `${name} serves`)).serving.digest;
      await until(
        bundles,
        (names) => names.join() === [`${before}.js`, `${digest}.js`].sort().join(),
        `only ${name} and the one before are kept`,
      );
    }
  });
});

describe('a request for less', () => {
  it('with the same code does not wait, and says so in the audit trail; asking for it again waits', async () => {
    writeFolderPlugin(home, ID, service.url, version('v1'));
    await start();
    await approve();
    const { digest } = await shown();
    const manifest = folderManifest(ID, service.url) as { permissions: Record<string, unknown> };
    const { timers: _timers, ...fewer } = manifest.permissions;
    home.write(`store/channels/${ID}/manifest.json`, { ...manifest, permissions: fewer });
    const narrowed = (await api.post(`/api/channels/${ID}/reload`)).body;
    expect(narrowed).toMatchObject({ state: 'running', pending: null, approved_by: 'token:admin' });
    expect(narrowed.serving.digest).not.toBe(digest);
    expect(narrowed.approved_digest).toBe(narrowed.serving.digest);
    expect(await readAudit(home, ID)).toContainEqual(
      expect.objectContaining({
        actor: 'host',
        action: 'channel.approved',
        detail: expect.objectContaining({ before: digest, because: expect.stringContaining('same code') }),
      }),
    );
    home.write(`store/channels/${ID}/manifest.json`, manifest);
    expect((await api.post(`/api/channels/${ID}/reload`)).body).toMatchObject({
      state: 'needs_approval',
      serving: { digest: narrowed.serving.digest },
      pending: { difference: { code: 'same', permissions: [expect.objectContaining({ permission: 'timers', change: 'new' })] } },
    });
  });
});

describe('folders that come and go', () => {
  const dir = (name: string): string => path.join(home.dir, name);

  it('are taken up by themselves: a new one runs once it may, a removed one answers 404, and comes back whole', async () => {
    await start('--reload');
    writeFolderPlugin(home, ID, service.url, version('v1'));
    await until(
      () => api.get(`/api/channels/${ID}`),
      ({ status }) => status === 200,
      'it appears',
    );
    await approve();
    expect(await deliver('1', 'hello')).toBe(200);
    await answered('v1 hello');

    renameSync(dir(`store/channels/${ID}`), dir('elsewhere'));
    await until(
      () => deliver('2', 'lost'),
      (status) => status === 404,
      'its webhook is gone',
    );
    expect((await api.get(`/api/channels/${ID}`)).status).toBe(404);

    renameSync(dir('elsewhere'), dir(`store/channels/${ID}`));
    await until(
      () => api.get(`/api/channels/${ID}`),
      ({ body }) => body.state === 'running',
      'it runs again',
    );
    expect(await deliver('3', 'again')).toBe(200);
    await answered('v1 again');
  });

  it('leave their deliveries held and visible, and those go out when the folder returns', async () => {
    writeFolderPlugin(home, ID, service.url, version('v1', { send: PATIENT }));
    await start('--reload');
    await approve();
    service.script.next('/messages', ...Array.from({ length: 1000 }, () => ({ kind: 'answer', status: 503, body: {} }) as const));
    expect(await deliver('1', 'hello')).toBe(200);
    await until(
      () => messagesOf(host, { direction: 'outbound' }),
      ([row]) => (row?.attempts ?? 0) > 0,
      'a delivery waits',
    );
    renameSync(dir(`store/channels/${ID}`), dir('elsewhere'));
    await until(
      () => messagesOf(host, { direction: 'outbound' }),
      ([row]) => row?.state === 'held',
      'it is held',
    );
    expect(await messagesOf(host, { direction: 'outbound' })).toMatchObject([{ state: 'held', held_by: 'removed' }]);
    service.script.clear();
    renameSync(dir('elsewhere'), dir(`store/channels/${ID}`));
    await answered('v1 hello');
  });
});

it('a channel that was switched off while its next code starts stays off', async () => {
  writeFolderPlugin(home, ID, service.url, version('v1'));
  await start('--reload');
  await approve();
  edit(version('v2', { start: `await this.context.fetch(ORIGIN + '/updates', { method: 'GET' }); await new Promise(() => undefined);` }));
  await until(() => service.calls.some(({ method }) => method === '/updates'), Boolean, 'the next one starts');
  expect((await api.post(`/api/channels/${ID}/disable`)).body).toMatchObject({ state: 'disabled', serving: null });
  expect(await deliver('1', 'hello')).toBe(404);
});

it('what is sent while the code is replaced ends by the code that began it, once', async () => {
  writeFolderPlugin(home, ID, service.url, version('v1'));
  await start('--reload');
  await approve();
  const { digest } = await shown();
  service.script.next('/messages', { kind: 'slow_body', ms: 3_000 });
  expect(await deliver('1', 'slow')).toBe(200);
  await until(() => service.calls.some(({ method }) => method === '/messages'), Boolean, 'it is being sent');
  edit(version('v2'));
  await until(shown, ({ serving }) => serving.digest !== digest, 'the next one serves');
  expect(await deliver('2', 'next', 'somebody else')).toBe(200);
  await answered('v1 slow');
  await answered('v2 next');
  const { outbound } = await until(
    () => readRows(home),
    (rows) => rows.outbound.every(({ state }) => state === 'sent'),
    'both are sent',
  );
  expect(outbound).toMatchObject([{ attempts: 1 }, { attempts: 1 }]);
  expect(service.sent).toHaveLength(2);
});

it('a poller is started anew without losing or repeating what it polls', async () => {
  const POLLS = `
    let next = 0;
    const poll = async (): Promise<void> => {
      const response = await this.context.fetch(ORIGIN + '/updates?after=' + next, { method: 'GET' });
      const answer = JSON.parse(response.body);
      for (const update of answer.updates) await this.context.emit({ event_id: update.id, body: JSON.stringify(update) });
      next = answer.next;
    };
    await poll();
    this.context.timers.setInterval(() => void poll().catch((error: Error) => this.context.log.warn(error.message)), 20);`;
  writeFolderPlugin(home, ID, service.url, { start: POLLS });
  await start();
  await approve();
  const texts: string[] = [];
  for (let reload = 0; reload < 5; reload++) {
    for (let number = 0; number < 5; number++) {
      const text = `${reload}-${number}`;
      texts.push(text);
      service.updates.push({ id: text, chat: 'somebody', text });
    }
    expect((await api.post(`/api/channels/${ID}/reload`)).body).toMatchObject({ state: 'running', pending: null });
  }
  await answered(texts.at(-1) as string);
  // Each new one began from the first update: all of that was known already.
  expect(service.sent.map(({ text }) => text)).toEqual(texts);
});

it('a built-in channel is started anew by channel reload, under load, without losing or repeating anything', async () => {
  const place = await makeTelegramHome();
  const telegram = await startHost(place.home, { env: { ...place.env, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN }, running: ['telegram'] });
  try {
    const traffic = makeTraffic({ conversations: 20, each: 10 });
    const acknowledged: string[] = [];
    const sending = deliverAll(place.telegram, place.webhook(telegram), traffic, {
      at_once: 5,
      onAcknowledged: ({ text }) => acknowledged.push(text),
    });
    for (let reload = 0; reload < 10; reload++) {
      const { status, body } = await adminApi(telegram).post('/api/channels/telegram/reload');
      expect([status, body.state, body.pending]).toEqual([200, 'running', null]);
    }
    await sending;
    expect(acknowledged).toHaveLength(200);
    await until(
      () => place.telegram.sent.length,
      (sent) => sent >= 200,
      'all are answered',
      60_000,
    );
    expect([...arrivals(place.telegram).values()].every((count) => count === 1)).toBe(true);
    for (const conversation of traffic)
      expect(arrivedIn(place.telegram, conversation[0]?.chat as number)).toEqual(conversation.map(({ text }) => text));
  } finally {
    await telegram.kill();
    await place.telegram.close();
    place.home.remove();
  }
});

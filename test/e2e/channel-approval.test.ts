/** Approving, enabling and reloading channels: who says what runs, by file, by command, and both at once. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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
import { agentos, type Home, makeHome, type RunningHost, startHost } from '../support/home.ts';
import { readAudit } from '../support/rows.ts';
import { until } from '../support/until.ts';

const ID = 'parrot';
// Several starts of a host and of commands in one test.
vi.setConfig({ testTimeout: 120_000 });

let service: ChatService;
let home: Home;
let host: RunningHost | null;
let api: AdminApi;

const entry = (more: object = {}): Record<string, object> => ({ [ID]: { ...folderEntry(service.url), ...more } });
const start = async (channels: object = entry()): Promise<void> => {
  home.write('config/channels.json', channels);
  await host?.stop();
  host = await startHost(home, { env: { AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN } });
  api = adminApi(host);
};
const shown = async (id = ID) => (await api.get(`/api/channels/${id}`)).body;
const post = (verb: string, body?: object, id = ID) => api.post(`/api/channels/${id}/${verb}`, body);
const edit = (name: string): void =>
  home.write(
    `store/channels/${ID}/adapter.ts`,
    adapterSource(service.url, {
      receive: `
    const { id, chat, text } = JSON.parse(event.body);
    return [message(id, chat, '${name} ' + text)];`,
    }),
  );
const answers = async (id: string, text: string): Promise<void> => {
  expect(await service.deliver(host as RunningHost, ID, { id, chat: 'x', text: id })).toBe(200);
  await until(
    () => service.sent.map((sent) => sent.text),
    (texts) => texts.includes(`${text} ${id}`),
    `${text} answers`,
  );
};

beforeEach(async () => {
  service = await startChatService();
  host = null;
  home = makeHome({ 'config/security_policy.json': policyFor(service.url) });
  writeFolderPlugin(home, ID, service.url);
  edit('v1');
});
afterEach(async () => {
  await host?.kill();
  await service.close();
  home.remove();
});

describe('grants in config/channels.json', () => {
  const grants = (): object => ({ network: [service.url], timers: true });

  it('with a digest hold that generation, also when the folder has changed before a restart', async () => {
    await start();
    const { digest } = await shown();
    await start(entry({ grants: { digest, ...grants() } }));
    await channelIn(host as RunningHost, ID, 'running');
    await answers('1', 'v1');
    edit('v2');
    await start(entry({ grants: { digest, ...grants() } }));
    const seen = await until(shown, ({ serving }) => serving?.state === 'running', 'the granted one serves');
    expect(seen).toMatchObject({ state: 'needs_approval', serving: { digest }, reason: expect.stringContaining('names the digest') });
    await answers('2', 'v1');
    // Only the file decides: a call would change what it states.
    expect(await post('approve', { digest: seen.digest })).toMatchObject({
      status: 409,
      body: { code: 'SET_IN_FILE', hint: expect.stringContaining(seen.digest) },
    });
    await start(entry({ grants: { digest: seen.digest, ...grants() } }));
    await channelIn(host as RunningHost, ID, 'running');
    await answers('3', 'v2');
  });

  it('without a digest take whatever is in the folder; what is broken leaves the last one serving, also after a restart', async () => {
    await start(entry({ grants: grants() }));
    await channelIn(host as RunningHost, ID, 'running');
    edit('v2');
    expect((await post('reload')).body).toMatchObject({ state: 'running', approved_by: 'file' });
    await answers('1', 'v2');
    home.write(`store/channels/${ID}/adapter.ts`, 'export const = 1;');
    expect((await post('reload')).body).toMatchObject({ state: 'invalid', serving: { state: 'running' } });
    await start(entry({ grants: grants() }));
    await until(shown, ({ serving }) => serving?.state === 'running', 'the last one serves');
    await answers('2', 'v2');
  });

  it('that are taken back end it: what was kept of it does not run without them', async () => {
    await start(entry({ grants: grants() }));
    await channelIn(host as RunningHost, ID, 'running');
    await start();
    expect(await shown()).toMatchObject({ state: 'needs_approval', serving: null });
    edit('v2');
    expect((await post('reload')).body).toMatchObject({ state: 'needs_approval', serving: null });
    expect(await service.deliver(host as RunningHost, ID, { id: '1', chat: 'x', text: 'x' })).toBe(503);
  });

  it('"enabled": false cannot be overruled by a call; switching off always works', async () => {
    await start(entry({ enabled: false, grants: grants() }));
    expect(await shown()).toMatchObject({ state: 'disabled' });
    expect(await post('enable')).toMatchObject({
      status: 409,
      body: { code: 'SET_IN_FILE', hint: expect.stringContaining('"enabled": true') },
    });
    await start(entry({ enabled: true, grants: grants() }));
    await channelIn(host as RunningHost, ID, 'running');
    expect((await post('disable')).body).toMatchObject({ state: 'disabled' });
  });
});

describe('agentos channel', () => {
  it('approve shows what is asked for and approves exactly that; show and list tell what waits and what serves', async () => {
    await start();
    const { digest } = await shown();
    const first = await agentos(home, ['channel', 'approve', ID]);
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/nothing was approved before[\s\S]*new\s+network http[\s\S]*new\s+timers\s+Asks for updates\./);
    expect(first.stdout).toContain(`approved  ${digest} with {"network"`);
    await channelIn(host as RunningHost, ID, 'running');

    edit('v2');
    const manifest = folderManifest(ID, service.url) as { permissions: object };
    home.write(`store/channels/${ID}/manifest.json`, { ...manifest, permissions: { ...manifest.permissions, storage: { max_bytes: 10 } } });
    expect((await agentos(home, ['channel', 'reload', ID])).code).toBe(0);
    const list = await agentos(home, ['channel', 'list']);
    expect(list.stdout).toMatch(/parrot\s+needs_approval.*its code changed; new: storage.*agentos channel approve parrot --digest sha256-/);
    const show = await agentos(home, ['channel', 'show', ID]);
    expect(show.stdout).toMatch(/serving\s+sha256-\S+ \(1\.0\.0, running\)/);
    expect(show.stdout).toMatch(/in the folder, not serving[\s\S]*code\s+changed[\s\S]*new\s+storage/);
    expect(show.stdout).toContain(digest);
    await answers('1', 'v1');
    expect((await agentos(home, ['channel', 'approve', ID])).code).toBe(0);
    await answers('2', 'v2');
  });

  it('approve works without a running host, and the approved generation is kept for it', async () => {
    home.write('config/channels.json', entry());
    expect((await agentos(home, ['channel', 'approve', ID])).code).toBe(0);
    edit('v2');
    await start();
    await until(shown, ({ serving }) => serving?.state === 'running', 'the approved one serves');
    await answers('1', 'v1');
  });
});

describe('many hands at once', () => {
  it('on one channel act one after the other, and the last word counts', async () => {
    await start();
    const { digest } = await shown();
    const calls = [
      post('approve', { digest }),
      post('reload'),
      post('disable'),
      post('enable'),
      post('reload'),
      post('disable'),
      post('reload'),
      post('enable'),
      post('reload'),
    ];
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(calls.map(() => 200));
    // Each decision was written once, in some order; the channel is what the last of them says.
    const decisions = (await readAudit(home, ID)).flatMap(({ action }) => (/approved|enabled|disabled/.test(action) ? [action] : []));
    expect([...decisions].sort()).toEqual(
      ['channel.approved', 'channel.disabled', 'channel.disabled', 'channel.enabled', 'channel.enabled'].sort(),
    );
    const last = decisions.filter((action) => action !== 'channel.approved').at(-1);
    await channelIn(host as RunningHost, ID, last === 'channel.enabled' ? 'running' : 'disabled');
    expect((await post('enable')).status).toBe(200);
    await channelIn(host as RunningHost, ID, 'running');
    await answers('1', 'v1');
  });
});

it('a path that another channel serves cannot be taken by a change of one that was approved earlier', async () => {
  writeFolderPlugin(home, 'second', service.url);
  await start({ ...entry(), second: folderEntry(service.url) });
  for (const id of [ID, 'second']) expect((await post('approve', { digest: (await shown(id)).digest }, id)).status).toBe(200);
  home.write(`store/channels/${ID}/manifest.json`, { ...folderManifest(ID, service.url), webhook_url: '/webhooks/second' });
  expect((await post('reload')).body).toMatchObject({
    state: 'invalid',
    reason: expect.stringContaining('/webhooks/second belongs to the channel second'),
    webhook_url: '/webhooks/parrot',
    serving: { digest: expect.any(String) },
  });
  await answers('1', 'v1');
  // A newcomer cannot have the path that the approved one left in its folder only.
  writeFolderPlugin(home, 'third', service.url);
  home.write('store/channels/third/manifest.json', { ...folderManifest('third', service.url), webhook_url: '/webhooks/parrot' });
  expect((await post('reload', undefined, 'third')).body).toMatchObject({
    state: 'invalid',
    reason: expect.stringContaining('belongs to the channel parrot'),
  });
});

it('is ready when the first look at the folders is done, whatever is wrong in them', async () => {
  home.write('store/channels/broken/manifest.json', '{');
  await start();
  const ready = await until(
    () => fetch(`${host?.url}/health/ready`),
    ({ status }) => status === 200,
    'it is ready',
  );
  expect(await ready.json()).toEqual({ status: 'ready' });
  expect(await post('approve', { digest: (await shown()).digest })).toMatchObject({ status: 200 });
  await channelIn(host as RunningHost, ID, 'running');
  edit('v2');
  expect((await post('reload')).body).toMatchObject({ state: 'needs_approval' });
  // What serves is what is told, whatever waits.
  expect(await (await fetch(`${host?.url}/health`)).json()).toMatchObject({ components: { channels: [ID] } });
});

describe('values that are stated while changed code waits', () => {
  /** Answers with the values that it was given. */
  const write = (version: string, fields: object): void => {
    const manifest = folderManifest(ID, service.url);
    home.write(`store/channels/${ID}/manifest.json`, {
      ...manifest,
      version,
      configuration_schema: { ...(manifest.configuration_schema as object), ...fields },
    });
    const receive = `
    const { id, chat } = JSON.parse(event.body);
    const { color, shape, size } = this.context.config;
    return [message(id, chat, [color, shape, size].join(' ') + ' ' + id)];`;
    home.write(`store/channels/${ID}/adapter.ts`, adapterSource(service.url, { receive }));
  };
  const put = (values: object) => api.put(`/api/channels/${ID}/config`, values);
  const says = (id: string, text: string) =>
    until(
      async () => {
        if (!service.sent.some((sent) => sent.text?.endsWith(` ${id}`)))
          await service.deliver(host as RunningHost, ID, { id, chat: 'x', text: id });
        return service.sent.map((sent) => sent.text);
      },
      (texts) => texts.includes(`${text} ${id}`),
      `${text} is said`,
    );

  it('reach the code that serves at once where it has the field, and the waiting code when it is approved', async () => {
    write('1.0.0', { color: { type: 'string', required: true }, size: { type: 'number' } });
    await start();
    await put({ color: 'red' });
    expect((await post('approve', { digest: (await shown()).digest })).status).toBe(200);
    await channelIn(host as RunningHost, ID, 'running');
    await says('1', 'red  ');
    write('2.0.0', { color: { type: 'string', required: true }, shape: { type: 'string' } });
    await post('reload');
    const { serving, pending } = await shown();
    expect(pending.state).toBe('needs_approval');
    const answer = await put({ color: 'blue', shape: 'round', size: 5 });
    expect(answer.body).toMatchObject({ serving: { digest: serving.digest, state: 'running' }, pending: { digest: pending.digest } });
    // What only the older manifest has can be stated too.
    await says('2', 'blue  5');
    expect((await put({ weight: 1 })).status).toBe(400);
    await post('approve', { digest: pending.digest });
    await says('3', 'blue round ');
  });

  it('that the code that serves cannot take leave it as it is; without one that it needs it stops', async () => {
    write('1.0.0', { color: { type: 'string', required: true } });
    await start();
    await put({ color: 'red' });
    await post('approve', { digest: (await shown()).digest });
    await channelIn(host as RunningHost, ID, 'running');
    write('2.0.0', { color: { type: 'number', required: true } });
    await post('reload');
    expect((await put({ color: 7 })).body.serving).toMatchObject({ state: 'running' });
    await says('1', 'red  ');
    await put({ color: null });
    expect(await shown()).toMatchObject({ state: 'needs_approval', serving: null });
  });
});

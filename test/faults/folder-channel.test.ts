/** A well-behaved plugin in a folder: what it takes until it runs, and that it then works from end to end. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  API_KEY,
  type ChatService,
  folderEntry,
  HOOK_SECRET,
  policyFor,
  startChatService,
  writeFolderPlugin,
} from '../support/folder-plugin.ts';
import { agentos, type Home, makeHome, type RunningHost, startHost } from '../support/home.ts';
import { readRows } from '../support/rows.ts';
import { until } from '../support/until.ts';

const ID = 'parrot';

const POLLS = `
    let next = 0;
    const poll = async (): Promise<void> => {
      const response = await this.context.fetch(ORIGIN + '/updates?after=' + next, { method: 'GET' });
      const answer = JSON.parse(response.body);
      for (const update of answer.updates) await this.context.emit({ event_id: update.id, body: JSON.stringify(update) });
      next = answer.next;
    };
    await poll();
    this.context.timers.setInterval(() => void poll().catch((error: Error) => this.context.log.warn(error.message)), 100);`;

let service: ChatService;
let home: Home;
let host: RunningHost;

beforeEach(async () => {
  service = await startChatService();
  home = makeHome({ 'config/channels.json': { [ID]: folderEntry(service.url) }, 'config/security_policy.json': policyFor(service.url) });
  writeFolderPlugin(home, ID, service.url, { start: POLLS });
  host = await startHost(home);
});
afterEach(async () => {
  await host.kill();
  await service.close();
  home.remove();
});

interface Shown {
  state: string;
  reason: string | null;
  fix: string | null;
  digest: string;
}
const show = async (): Promise<Shown> => (await agentos(home, ['channel', 'show', ID, '--json'])).json<Shown>();
const approve = (...args: string[]) => agentos(home, ['channel', 'approve', ID, ...args]);
const deliver = (id: string, text: string, secret?: string) => service.deliver(host, ID, { id, chat: 'somebody', text }, secret);
const heard = (text: string) =>
  until(
    () => service.sent.filter((sent) => sent.text === text),
    ({ length }) => length > 0,
    `"${text}" is answered`,
  );

it('works from end to end by webhook, polling and a credential it never sees', async () => {
  expect((await approve('--digest', (await show()).digest)).code).toBe(0);
  await host.logged(({ channel_id, state }) => channel_id === ID && state === 'running');

  expect(await deliver('w1', 'by webhook')).toBe(200);
  expect(await heard('by webhook')).toEqual([{ to: 'somebody', text: 'by webhook', authorization: `Bearer ${API_KEY}` }]);

  service.updates.push({ id: 'p1', chat: 'somebody', text: 'by polling' });
  await heard('by polling');

  // The same message by both ways, and the webhook again: one answer.
  service.updates.push({ id: 'w1', chat: 'somebody', text: 'by webhook' });
  expect(await deliver('w1', 'by webhook')).toBe(200);
  expect(await deliver('w2', 'the last')).toBe(200);
  await heard('the last');
  expect(service.sent.map(({ text }) => text)).toEqual(['by webhook', 'by polling', 'the last']);

  expect(await deliver('w3', 'forged', 'somebody else signed this')).toBeGreaterThanOrEqual(401);
  expect((await readRows(home)).events.map(({ event_id }) => event_id)).not.toContain('w3');
});

it('does not run before a person approved it: its webhook answers 503, and its code has asked nobody anything', async () => {
  expect(await show()).toMatchObject({ state: 'needs_approval', fix: expect.stringMatching(/channel approve parrot --digest sha256-/) });
  expect(await deliver('w1', 'hello')).toBe(503);
  expect(service.calls).toEqual([]);
  expect((await readRows(home)).events).toEqual([]);
});

it('cannot be approved by another digest than the one that waits', async () => {
  const { code, stderr } = await approve('--digest', `sha256-${'A'.repeat(43)}`);
  expect(code).toBe(1);
  expect(stderr).toContain((await show()).digest);
  expect(await show()).toMatchObject({ state: 'needs_approval' });
  expect(service.calls).toEqual([]);
});

it('waits for approval again when its folder has changed, and the approval of the old code does not count', async () => {
  const { digest } = await show();
  expect((await approve('--digest', digest)).code).toBe(0);
  await host.logged(({ channel_id, state }) => channel_id === ID && state === 'running');

  const file = path.join(home.dir, 'store/channels', ID, 'adapter.ts');
  home.write(`store/channels/${ID}/adapter.ts`, readFileSync(file, 'utf8').replace('/messages', '/stolen'));
  expect((await agentos(home, ['channel', 'reload', ID])).code).toBe(0);
  const changed = await show();
  expect(changed).toMatchObject({ state: 'needs_approval' });
  expect(changed.digest).not.toBe(digest);
  expect((await approve('--digest', digest)).code).toBe(1);
  expect(service.calls.map(({ method }) => method)).not.toContain('/stolen');

  expect((await approve('--digest', changed.digest)).code).toBe(0);
  await until(show, ({ state }) => state === 'running', 'the new code runs');
  expect(await deliver('w9', 'hello')).toBe(200);
  await heard('hello');
  expect(service.calls.map(({ method }) => method)).toContain('/stolen');
});

it('is not approved again after a restart, and its changed folder is noticed at the start', async () => {
  expect((await approve('--digest', (await show()).digest)).code).toBe(0);
  await host.stop();
  host = await startHost(home, { running: [ID] });
  await host.stop();

  home.write(`store/channels/${ID}/more.ts`, 'export const more = 1;\n');
  const file = path.join(home.dir, 'store/channels', ID, 'adapter.ts');
  home.write(
    `store/channels/${ID}/adapter.ts`,
    `import { more } from './more.ts';\nexport const seen = more;\n${readFileSync(file, 'utf8')}`,
  );
  host = await startHost(home);
  expect(await show()).toMatchObject({ state: 'needs_approval' });
});

it('shows its secrets to nobody: neither its own code nor a command', async () => {
  writeFolderPlugin(home, ID, service.url, {
    start: "this.context.log.info('config ' + JSON.stringify(this.context.config));",
    send: `
    const response = await this.context.fetch(ORIGIN + '/messages', { method: 'POST', body: JSON.stringify({ to: 'x', text: this.context.config.api_key }) });
    return { status: 'sent', platform_message_id: JSON.parse(response.body).id };`,
  });
  expect((await agentos(home, ['channel', 'reload', ID])).code).toBe(0);
  expect((await approve('--digest', (await show()).digest)).code).toBe(0);
  const line = await host.logged(({ msg }) => String(msg).startsWith('config '));
  expect(String(line.msg)).not.toContain(API_KEY);
  expect(String(line.msg)).not.toContain(HOOK_SECRET);
  expect(await deliver('w1', 'hello')).toBe(200);
  const { outbound } = await until(
    () => readRows(home),
    (rows) => (rows.outbound[0]?.attempts ?? 0) > 0,
    'the send was tried',
  );
  expect(outbound[0]).toMatchObject({ reason: 'SEND_FAILED' });
  expect(service.sent).toEqual([]);
  const { stdout } = await agentos(home, ['channel', 'show', ID, '--json']);
  expect(stdout).not.toContain(API_KEY);
});

/** Events that end or upset the one who parses them. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, adminApi } from '../support/admin-api.ts';
import { buildFaultyHost, type FaultyHost } from '../support/faults.ts';
import { type ChatService, folderEntry, policyFor, startChatService, writeFolderPlugin } from '../support/folder-plugin.ts';
import { type Home, makeHome, type RunningHost, startHost } from '../support/home.ts';
import { readRows } from '../support/rows.ts';
import { until } from '../support/until.ts';

const ID = 'parrot';

const RECEIVE = `
    const { id, chat, text } = JSON.parse(event.body);
    if (text === 'loop') for (;;) {}
    if (text === 'throw') throw new Error('cannot read this, try ' + ++this.tries);
    if (text === 'slow') await new Promise<void>((done) => this.context.timers.setTimeout(done, 2500));
    return [message(id, chat, text)];`;

let faulty: FaultyHost;
let service: ChatService;
let home: Home;
let hosts: RunningHost[] = [];
const env = { AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN };

beforeAll(async () => {
  faulty = await buildFaultyHost();
});
afterAll(() => faulty.remove());
beforeEach(async () => {
  service = await startChatService();
  home = makeHome({
    'config/channels.json': { [ID]: folderEntry(service.url, { approved: true }) },
    'config/security_policy.json': policyFor(service.url),
  });
  writeFolderPlugin(home, ID, service.url, { receive: RECEIVE });
});
afterEach(async () => {
  for (const host of hosts) await host.kill();
  hosts = [];
  await service.close();
  home.remove();
});

const start = async (): Promise<RunningHost> => {
  const host = await startHost(home, { env, running: [ID] });
  hosts.push(host);
  return host;
};

const deliver = (host: RunningHost, id: string, text: string): Promise<number> =>
  service.deliver(host, ID, { id, chat: `chat-${id}`, text });
const heard = (): string[] => service.sent.map(({ to }) => to).sort();
const chats = (...ids: string[]): string[] => ids.map((id) => `chat-${id}`).sort();
const answered = (ids: readonly string[], timeout_ms?: number) =>
  until(heard, (seen) => ids.every((id) => seen.includes(`chat-${id}`)), `answers to ${ids.join(' ')}`, timeout_ms);
const eventOf = async (event_id: string) => (await readRows(home)).events.find((event) => event.event_id === event_id);

describe('an event that never lets its worker go', () => {
  it('is dead after it ended its worker alone, the ones around it are answered, and the channel goes on', async () => {
    const host = await start();
    const around = ['e1', 'e2', 'e3', 'e5', 'e6', 'e7'];
    const statuses = await Promise.all(
      ['e1', 'e2', 'e3', 'e4', 'e5', 'e6', 'e7'].map((id) => deliver(host, id, id === 'e4' ? 'loop' : `I am ${id}`)),
    );
    expect(statuses).toEqual(Array(7).fill(200));
    await answered(around, 40_000);
    await until(
      () => eventOf('e4'),
      (event) => event?.state === 'dead',
      'the poison is dead',
      40_000,
    );
    expect(await eventOf('e4')).toMatchObject({ state: 'dead', error_code: 'POISON' });
    expect(await deliver(host, 'e8', 'and on')).toBe(200);
    await answered(['e8'], 30_000);
    expect(heard()).toEqual(chats(...around, 'e8'));
    expect((await adminApi(host).get(`/api/channels/${ID}`)).body).toMatchObject({ state: 'running', reason: null });
    // The platform's repeat of the poison is refused by its key, not run again.
    expect(await deliver(host, 'e4', 'loop')).toBe(200);
    expect(await eventOf('e4')).toMatchObject({ state: 'dead', deliveries: 2 });
  });

  it('does not use up the faults of the plugin: three of them in a row leave the channel running', async () => {
    const host = await start();
    for (const id of ['p1', 'p2', 'p3']) {
      expect(await deliver(host, id, 'loop')).toBe(200);
      await until(
        () => eventOf(id),
        (event) => event?.state === 'dead',
        `${id} is dead`,
        40_000,
      );
    }
    expect(await deliver(host, 'e1', 'still there?')).toBe(200);
    await answered(['e1'], 30_000);
    expect((await adminApi(host).get(`/api/channels/${ID}`)).body).toMatchObject({ state: 'running' });
  }, 120_000);
});

describe('an event that its adapter cannot parse', () => {
  it('is tried once more, then dead with the reason; the ones behind are answered meanwhile', async () => {
    const host = await start();
    const [bad, ...good] = await Promise.all([deliver(host, 'e1', 'throw'), deliver(host, 'e2', 'two'), deliver(host, 'e3', 'three')]);
    expect([bad, ...good]).toEqual([200, 200, 200]);
    await answered(['e2', 'e3']);
    const line = await host.logged(({ msg }) => String(msg).includes('given up'));
    expect(line).toMatchObject({ channel_id: ID, event_id: 'e1', code: 'PARSE_FAILED' });
    expect(String(line.msg)).toContain('cannot read this, try 2');
    await until(
      () => eventOf('e1'),
      (event) => event?.state === 'dead',
      'it is dead',
    );
    expect(await eventOf('e1')).toMatchObject({ error_code: 'PARSE_FAILED' });
    expect(heard()).toEqual(chats('e2', 'e3'));
  });
});

describe('after a stop that was not clean', () => {
  const ids = ['e1', 'e2', 'e3', 'e4', 'e5', 'e6'];

  /** Six events that stand as received: the first is slow, and results are taken in order. */
  const leaveSix = async (): Promise<void> => {
    const host = await start();
    expect(await deliver(host, 'e1', 'slow')).toBe(200);
    expect(await Promise.all(ids.slice(1).map((id) => deliver(host, id, 'hello')))).toEqual(Array(5).fill(200));
    await host.kill();
    expect((await readRows(home)).events.map(({ state, attempts }) => [state, attempts])).toEqual(Array(6).fill(['received', 0]));
  };
  const attempts = async (): Promise<Record<string, number>> =>
    Object.fromEntries((await readRows(home)).events.map((event) => [event.event_id, event.attempts]));

  it('leftovers are handed over one at a time, each with its attempt written before', async () => {
    await leaveSix();
    const order = (await readRows(home)).events.map(({ event_id }) => event_id);
    expect(await faulty.dies({ home, env }, { point: 'event.handed', count: 3 })).toBe('SIGKILL');
    const tried = await attempts();
    expect(order.map((id) => tried[id])).toEqual([1, 1, 1, 0, 0, 0]);
    await start();
    const { inbound, outbound } = await until(
      () => readRows(home),
      (rows) => rows.outbound.length === 6 && rows.outbound.every(({ state }) => state === 'sent' || state === 'unknown'),
      'every event is answered',
    );
    expect(inbound.map(({ state }) => state)).toEqual(Array(6).fill('answered'));
    // The answers to the first two may have been in flight when the host died.
    expect(outbound.filter(({ state }) => state === 'unknown').length).toBeLessThanOrEqual(2);
    expect(new Set(heard()).size).toBe(heard().length);
  });

  it('the event with which the host died twice is dead at the next start, and all the others are answered', async () => {
    await leaveSix();
    for (let death = 1; death <= 2; death++) {
      expect(await faulty.dies({ home, env }, { point: 'event.handed' })).toBe('SIGKILL');
      expect((await attempts()).e1).toBe(death);
    }
    await start();
    await answered(ids.slice(1));
    expect(await eventOf('e1')).toMatchObject({ state: 'dead', error_code: 'POISON' });
    expect(heard()).toEqual(chats(...ids.slice(1)));
  });
});

/** The crash table: the host is killed at exactly that point, then started again on what it left. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { jsonReply, type Provider, startProvider } from '../fakes/provider.ts';
import { buildFaultyHost, type Fault, type FaultyHost } from '../support/faults.ts';
import { agentos, type RunningHost, type StartOptions, startHost } from '../support/home.ts';
import { type MessageRecord, readRows } from '../support/rows.ts';
import { makeTelegramHome, SECRET, type TelegramHome, textUpdate } from '../support/telegram-home.ts';
import { until } from '../support/until.ts';

const CHAT = 1000;
const MARKER = 'the one after';

let faulty: FaultyHost;
let place: TelegramHome;
let running: RunningHost[] = [];

beforeAll(async () => {
  faulty = await buildFaultyHost();
});
afterAll(() => faulty.remove());
beforeEach(async () => {
  place = await makeTelegramHome();
});
afterEach(async () => {
  for (const host of running) await host.kill();
  running = [];
  await place.telegram.close();
  place.home.remove();
});

/** What Telegram is told: a status, or null when the host died before it answered. */
const deliver = (host: RunningHost, update: object): Promise<number | null> =>
  place.telegram.deliver(place.webhook(host), update, { secret: SECRET }).then(
    ({ status }) => status,
    () => null,
  );

const texts = (): unknown[] => place.telegram.sent.map(({ params }) => params.text);

const start = async (options: StartOptions = {}): Promise<RunningHost> => {
  const host = await startHost(place.home, { ...options, env: { ...place.env, ...options.env }, running: ['telegram'] });
  running.push(host);
  return host;
};

/** Sends one update to a host that dies at `fault`; says what Telegram was told and what the dead host left. */
const crash = async (fault: Fault, update: object, options: StartOptions = {}) => {
  const host = await faulty.start(place, fault, { ...options, running: ['telegram'] });
  running.push(host);
  // Nothing else is being written then, so that the event's own commit is a commit of its own.
  await until(
    () => readRows(place.home),
    ({ ran }) => ran.includes('telegram'),
    'its first run is noted',
  );
  const acknowledged = await deliver(host, update);
  expect(await host.ended).toBe('SIGKILL');
  const rows = await readRows(place.home);
  return { acknowledged, ...rows, texts: texts() };
};

/**
 * After the restart: the platform repeats the update, and a message after it in the same conversation is answered,
 * so that everything before it has come to its end. Returns what the person has seen before the marker.
 */
const settle = async (host: RunningHost, update: object) => {
  expect(await deliver(host, update)).toBe(200);
  expect(await deliver(host, textUpdate(9_000, MARKER, CHAT))).toBe(200);
  await until(texts, (seen) => seen.includes(MARKER), 'the message after the crash is answered');
  const rows = await until(
    () => readRows(place.home),
    ({ outbound }) => outbound.at(-1)?.state === 'sent',
    'the last receipt is written',
  );
  return { seen: texts().slice(0, -1), ...rows };
};

const states = (rows: readonly MessageRecord[]): string[] => rows.map(({ state }) => state);

/** The database of a host that was killed is whole. */
const endsWhole = async (host: RunningHost): Promise<void> => {
  expect(await host.stop()).toBe(0);
  const { code, stdout, stderr } = await agentos(place.home, ['db', 'check']);
  expect({ code, output: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, output: '' });
};

describe('the host died', () => {
  const update = textUpdate(1, 'hello', CHAT);

  it("before the event's commit: nothing was acknowledged and nothing is kept; the repeat is answered", async () => {
    const left = await crash({ point: 'batch.begin:event' }, update);
    expect(left).toMatchObject({ acknowledged: null, events: [], inbound: [], outbound: [], texts: [] });
    const host = await start();
    expect((await settle(host, update)).seen).toEqual(['hello']);
    await endsWhole(host);
  });

  it('after the commit, before its 2xx was on the wire: one run, and the repeat is refused by its key', async () => {
    const left = await crash({ point: 'event.committed' }, update);
    expect(left).toMatchObject({ acknowledged: null, events: [{ state: 'received' }], inbound: [], outbound: [], texts: [] });
    const host = await start();
    const after = await settle(host, update);
    expect(after.seen).toEqual(['hello']);
    expect(after.events).toMatchObject([{ state: 'parsed', deliveries: 2 }, { state: 'parsed' }]);
    await endsWhole(host);
  });

  it('while the adapter held the event: it is handed over again, with the attempt written before', async () => {
    await crash({ point: 'event.committed' }, update);
    expect(await faulty.dies(place, { point: 'event.handed' })).toBe('SIGKILL');
    expect(await readRows(place.home)).toMatchObject({ events: [{ state: 'received', attempts: 1 }], inbound: [], outbound: [] });
    const next = await start();
    expect((await settle(next, update)).seen).toEqual(['hello']);
    await endsWhole(next);
  });

  it("before the decision's commit: the event is parsed again into the same rows", async () => {
    await crash({ point: 'event.committed' }, update);
    expect(await faulty.dies(place, { point: 'batch.begin:decision' })).toBe('SIGKILL');
    expect(await readRows(place.home)).toMatchObject({ events: [{ state: 'received' }], inbound: [], outbound: [] });
    expect(texts()).toEqual([]);
    const host = await start();
    const after = await settle(host, update);
    expect(after.seen).toEqual(['hello']);
    expect(after.inbound).toMatchObject([{ message_id: '1000:1', state: 'answered' }, { state: 'answered' }]);
    await endsWhole(host);
  });

  it('after the decision was made, before it was written: nothing of it counts', async () => {
    const left = await crash({ point: 'decision.made' }, update);
    expect(left.inbound).toEqual([]);
    expect(left.texts).toEqual([]);
    const host = await start();
    expect((await settle(host, update)).seen).toEqual(['hello']);
  });

  it('while the delivery waited for its next attempt: it is sent after the restart', async () => {
    place.telegram.script.next('sendMessage', { kind: 'rate_limited', retry_after: 1 });
    const left = await crash({ point: 'batch.committed:postponed' }, update);
    expect(left).toMatchObject({ acknowledged: 200, inbound: [{ state: 'answered' }], outbound: [{ state: 'pending' }], texts: [] });
    const host = await start();
    const after = await settle(host, update);
    expect(after.seen).toEqual(['hello']);
    expect(states(after.outbound)).toEqual(['sent', 'sent']);
    await endsWhole(host);
  });

  describe.each([
    ['the delivery was committed as sending, before the request left', { point: 'sending.committed' }, []],
    ['the platform had taken the message, before the answer was read', { point: 'send.ended' }, ['hello']],
    ['the platform had answered, before the receipt was written', { point: 'batch.begin:receipt' }, ['hello']],
  ])('after %s', (_name, fault, arrived) => {
    it('the delivery is unknown: neither forgotten nor repeated', async () => {
      const left = await crash(fault, update);
      expect(left).toMatchObject({ inbound: [{ state: 'answered' }], outbound: [{ state: 'sending' }], texts: arrived });
      const host = await start();
      const after = await settle(host, update);
      expect(after.seen).toEqual(arrived);
      expect(after.outbound).toMatchObject([{ state: 'unknown', reason: 'INTERRUPTED', attempts: 1 }, { state: 'sent' }]);
      const shown = await agentos(place.home, ['deliveries', 'list', '--state', 'unknown', '--json']);
      expect(shown.json<{ text: string }[]>()).toMatchObject([{ text: 'hello', state: 'unknown' }]);
      await endsWhole(host);
    });
  });

  it('after the receipt was written: the delivery is sent and stays so', async () => {
    const left = await crash({ point: 'batch.committed:receipt' }, update);
    expect(left).toMatchObject({ outbound: [{ state: 'sent' }], texts: ['hello'] });
    const host = await start();
    expect((await settle(host, update)).seen).toEqual(['hello']);
  });

  it('between the parts of an answer: the one in flight is unknown, the later ones are dead, one command sends both', async () => {
    const long = textUpdate(1, ['a', 'b', 'c'].map((letter) => letter.repeat(4000)).join('\n'), CHAT);
    const left = await crash({ point: 'send.ended', count: 2 }, long);
    expect(states(left.outbound)).toEqual(['sent', 'sending', 'pending']);
    const host = await start();
    const after = await settle(host, long);
    expect(after.outbound.slice(0, 3)).toMatchObject([
      { part: 1, state: 'sent' },
      { part: 2, state: 'unknown' },
      { part: 3, state: 'dead', reason: 'EARLIER_PART_FAILED' },
    ]);
    expect(after.seen.map((text) => String(text)[0])).toEqual(['a', 'b']);
    const retried = await agentos(place.home, ['deliveries', 'retry', after.outbound[1]?.id as string]);
    expect(retried.code).toBe(0);
    await until(texts, (seen) => seen.length === 5, 'the two parts are sent');
    expect(texts().map((text) => String(text)[0])).toEqual(['a', 'b', 't', 'b', 'c']);
  });
});

describe('the host died while an agent of its own was asked', () => {
  const update = textUpdate(1, 'what is the time?', CHAT);
  let agent: Provider;
  let options: StartOptions;
  const askedFor = (text: string): string[] =>
    agent.calls.filter(({ body }) => JSON.parse(body).message.text === text).map(({ headers }) => String(headers['webhook-id']));

  beforeEach(async () => {
    agent = await startProvider({
      operationOf: () => 'ask',
      carryOut: ({ body }) => jsonReply(200, { text: JSON.parse(body).message.text === MARKER ? MARKER : 'ten' }),
      refuse: () => jsonReply(500, {}),
    });
    options = { env: { AGENT_BACKEND: 'http', AGENT_URL: `${agent.url}/ask` } };
  });
  afterEach(() => agent.close());

  it.each([
    ['after it answered', { point: 'agent.answered' }],
    ["before the answer's commit", { point: 'batch.begin:answer' }],
  ])('%s: it is asked again with the same id, and the person gets one answer', async (_name, fault) => {
    const left = await crash(fault, update, options);
    expect(left).toMatchObject({ inbound: [{ state: 'dispatched' }], outbound: [], texts: [] });
    const host = await start(options);
    const after = await settle(host, update);
    expect(after.seen).toEqual(['ten']);
    expect(states(after.inbound)).toEqual(['answered', 'answered']);
    const asked = askedFor('what is the time?');
    expect(asked).toEqual([after.inbound[0]?.id, after.inbound[0]?.id]);
    await endsWhole(host);
  });

  it('with the answer committed: it is not asked again', async () => {
    const left = await crash({ point: 'sending.committed' }, update, options);
    expect(left).toMatchObject({ inbound: [{ state: 'answered' }], outbound: [{ state: 'sending' }] });
    const host = await start(options);
    await settle(host, update);
    expect(askedFor('what is the time?')).toHaveLength(1);
  });
});

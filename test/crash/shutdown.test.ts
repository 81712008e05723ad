/** SIGTERM in the middle of traffic. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type RunningHost, startHost } from '../support/home.ts';
import { readRows } from '../support/rows.ts';
import { makeTelegramHome, type TelegramHome, textUpdate } from '../support/telegram-home.ts';
import { arrivals, arrivedIn, deliverAll, deliverTo, makeTraffic, type Sent } from '../support/traffic.ts';
import { until } from '../support/until.ts';

/** The process ends by itself within this time, whatever is under way. */
const DEADLINE_MS = 10_000;

let place: TelegramHome;
let hosts: RunningHost[] = [];

const start = async (): Promise<RunningHost> => {
  const host = await startHost(place.home, { env: place.env, running: ['telegram'] });
  hosts.push(host);
  return host;
};

beforeEach(async () => {
  place = await makeTelegramHome();
});
afterEach(async () => {
  for (const host of hosts) await host.kill();
  hosts = [];
  await place.telegram.close();
  place.home.remove();
});

/** Traffic until `signals` SIGTERMs have been sent in its middle; what was acknowledged. */
const interrupt = async (host: RunningHost, traffic: Sent[][], signals: number): Promise<{ acknowledged: Sent[]; took_ms: number }> => {
  const acknowledged: Sent[] = [];
  let began = 0;
  await deliverAll(place.telegram, place.webhook(host), traffic, {
    at_once: 40,
    onAcknowledged(sent) {
      acknowledged.push(sent);
      if (acknowledged.length < 150 || acknowledged.length >= 150 + signals) return;
      began ||= performance.now();
      process.kill(host.pid, 'SIGTERM');
    },
  });
  expect(await host.ended).toBe(0);
  return { acknowledged, took_ms: performance.now() - began };
};

it.each([
  ['SIGTERM', 1],
  ['two SIGTERMs', 2],
])('%s under load: the host ends by itself in time, and nothing is lost or answered twice', async (_name, signals) => {
  const traffic = makeTraffic({ conversations: 100, each: 5 });
  const { acknowledged, took_ms } = await interrupt(await start(), traffic, signals);
  expect(took_ms).toBeLessThan(DEADLINE_MS);
  expect(acknowledged.length).toBeLessThan(500);

  // It had the time to end what was in flight, so nothing is unknown.
  const left = await readRows(place.home);
  expect(left.outbound.filter(({ state }) => state === 'sending' || state === 'unknown')).toEqual([]);

  const next = await start();
  for (const conversation of traffic)
    for (const { update } of conversation) expect(await deliverTo(place.telegram, place.webhook(next), update)).toBe(200);
  const expected = traffic.flat().map(({ text }) => text);
  await until(
    () => place.telegram.sent.length,
    (count) => count >= expected.length,
    'every message is answered',
    40_000,
  );
  expect(await next.stop()).toBe(0);
  expect([...arrivals(place.telegram)].sort()).toEqual(expected.map((text) => [text, 1] as const).sort());
  for (const conversation of traffic) {
    expect(arrivedIn(place.telegram, conversation[0]?.chat as number)).toEqual(conversation.map(({ text }) => text));
  }
});

it('a platform that never answers does not keep the host: what is in flight is unknown after the restart, never repeated', async () => {
  const host = await start();
  place.telegram.script.next('sendMessage', { kind: 'no_answer', effective: true });
  expect(await deliverTo(place.telegram, place.webhook(host), textUpdate(1, 'hello'))).toBe(200);
  await until(
    () => place.telegram.sent.length,
    (count) => count === 1,
    'the message has left',
  );
  const began = performance.now();
  process.kill(host.pid, 'SIGTERM');
  await host.ended;
  expect(performance.now() - began).toBeLessThan(DEADLINE_MS + 3_000);

  const next = await start();
  expect(await deliverTo(place.telegram, place.webhook(next), textUpdate(2, 'and again'))).toBe(200);
  await until(
    () => arrivals(place.telegram).get('and again'),
    (count) => count === 1,
    'the next one is answered',
  );
  expect(arrivals(place.telegram).get('hello')).toBe(1);
  const rows = await readRows(place.home);
  expect(rows.outbound[0]).toMatchObject({ state: 'unknown' });
});

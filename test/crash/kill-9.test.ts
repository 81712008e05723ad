/** `kill -9` in the middle of 500 messages of 100 conversations, at a random moment. KILL_SEED repeats a run. */
import { afterEach, expect, it } from 'vitest';
import { type RunningHost, startHost } from '../support/home.ts';
import { type MessageRecord, readRows } from '../support/rows.ts';
import { makeTelegramHome, type TelegramHome } from '../support/telegram-home.ts';
import { arrivals, arrivedIn, deliverAll, deliverTo, makeTraffic, type Sent } from '../support/traffic.ts';
import { until } from '../support/until.ts';

const ROUNDS = 3;
const CONVERSATIONS = 100;
const EACH = 5;
/** Deliveries of one channel in flight at most. */
const SEND_CONCURRENCY = 48;
const SEED = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);

/** mulberry32: small, and the same numbers everywhere. */
const randomFrom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
};

let place: TelegramHome;
let hosts: RunningHost[] = [];

const start = async (): Promise<RunningHost> => {
  const host = await startHost(place.home, { env: place.env, running: ['telegram'] });
  hosts.push(host);
  return host;
};

afterEach(async () => {
  for (const host of hosts) await host.kill();
  hosts = [];
  await place.telegram.close();
  place.home.remove();
});

const OPEN: ReadonlySet<string> = new Set(['received', 'dispatched', 'pending', 'sending', 'held']);
const allSettled = () =>
  until(
    () => readRows(place.home),
    ({ events, inbound, outbound }) =>
      events.every(({ state }) => state !== 'received') && [...inbound, ...outbound].every(({ state }) => !OPEN.has(state)),
    'everything has come to its end',
    40_000,
  );

/** The answer of each message, by the platform's id of what it answers. */
const answersByMessage = ({ inbound, outbound }: { inbound: MessageRecord[]; outbound: MessageRecord[] }): Map<string, MessageRecord[]> => {
  const names = new Map(inbound.map(({ id, message_id }) => [id, message_id as string]));
  const answers = new Map(inbound.map(({ message_id }) => [message_id as string, [] as MessageRecord[]]));
  for (const row of outbound) answers.get(names.get(row.in_reply_to as string) as string)?.push(row);
  return answers;
};

const idOf = ({ update, chat }: Sent): string => `${chat}:${(update as { update_id: number }).update_id}`;

it.each(Array.from({ length: ROUNDS }, (_, round) => [round]))(
  'loses nothing that was acknowledged and answers nothing twice, round %i',
  async (round) => {
    const random = randomFrom(SEED + round);
    place = await makeTelegramHome();
    const traffic = makeTraffic({ conversations: CONVERSATIONS, each: EACH });
    const everything = traffic.flat();
    const killAfter = 1 + Math.floor(random() * (everything.length - 60));

    const first = await start();
    const acknowledged = new Set<Sent>();
    await deliverAll(place.telegram, place.webhook(first), traffic, {
      at_once: 50,
      onAcknowledged(sent) {
        acknowledged.add(sent);
        if (acknowledged.size === killAfter) process.kill(first.pid, 'SIGKILL');
      },
    });
    expect(await first.ended).toBe('SIGKILL');

    const second = await start();
    const rows = await allSettled();
    const answers = answersByMessage(rows);
    const unknown = rows.outbound.filter(({ state }) => state === 'unknown').length;
    console.log(
      `seed ${SEED} round ${round}: killed after ${acknowledged.size} acknowledgements, ${unknown} deliveries in flight are unknown`,
    );
    expect(unknown).toBeLessThanOrEqual(SEND_CONCURRENCY);

    for (const sent of acknowledged) {
      expect(answers.get(idOf(sent)), sent.text).toHaveLength(1);
      expect(answers.get(idOf(sent))?.[0]?.state, sent.text).toMatch(/^(sent|unknown)$/);
    }
    // What was not acknowledged is absent or complete.
    const kept = new Set(rows.events.map(({ event_id }) => event_id));
    for (const sent of everything) {
      if (acknowledged.has(sent)) continue;
      const was = kept.has(idOf(sent).split(':')[1] as string);
      expect(answers.get(idOf(sent))?.length ?? 0, sent.text).toBe(was ? 1 : 0);
    }

    // The platform repeats what it got no 200 for, in order, and to be sure everything else too.
    for (const conversation of traffic) {
      const statuses = [];
      for (const { update } of conversation) statuses.push(await deliverTo(place.telegram, place.webhook(second), update));
      expect(statuses).toEqual(Array(EACH).fill(200));
    }
    const end = answersByMessage(await allSettled());
    expect(end.size).toBe(everything.length);
    const seen = arrivals(place.telegram);
    for (const sent of everything) {
      const [answer, ...more] = end.get(idOf(sent)) ?? [];
      expect(more, sent.text).toEqual([]);
      // An unknown one may have arrived; it must not have arrived twice.
      if (answer?.state === 'unknown') expect(seen.get(sent.text) ?? 0, sent.text).toBeLessThanOrEqual(1);
      else expect([answer?.state, seen.get(sent.text)], sent.text).toEqual(['sent', 1]);
    }
    for (const conversation of traffic) {
      const arrived = arrivedIn(place.telegram, conversation[0]?.chat as number);
      expect(arrived).toEqual([...arrived].sort());
    }
    expect(await second.stop()).toBe(0);
  },
  120_000,
);

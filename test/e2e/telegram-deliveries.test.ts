/** What becomes of an answer when Telegram is slow, refuses, breaks off, or no longer knows us. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ADMIN_TOKEN, channelIn, deliveriesIn, messagesOf } from '../support/admin-api.ts';
import { agentos, type RunningHost, startHost } from '../support/home.ts';
import { attemptsTo, saidTo, sentTo, textsTo } from '../support/telegram-chats.ts';
import { makeTelegramHome, SECRET, type TelegramHome, textUpdate } from '../support/telegram-home.ts';
import { until } from '../support/until.ts';

let room: TelegramHome;
let host: RunningHost;
let update_id = 0;

beforeAll(async () => {
  room = await makeTelegramHome();
  host = await startHost(room.home, { env: { ...room.env, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN }, running: ['telegram'] });
});
afterEach(() => room.telegram.script.clear());
afterAll(async () => {
  await host.stop();
  await room.telegram.close();
  room.home.remove();
});

const say = async (chat: number, text: string): Promise<void> => {
  const answer = await room.telegram.deliver(room.webhook(host), textUpdate(++update_id, text, chat), { secret: SECRET });
  expect(answer.status).toBe(200);
};

/** Comes back in three parts. */
const threeParts = (mark: string): string => [1, 2, 3].map((part) => `${mark}${part} ${'x'.repeat(4000)}`).join('\n\n');
const marks = (chat: number): string[] => textsTo(room.telegram, chat).map((text) => text.slice(0, 2));

it('429 holds only its conversation, for as long as Telegram says, and the message then arrives once', async () => {
  room.telegram.script.next('sendMessage', { kind: 'rate_limited', retry_after: 1 });
  await say(1, 'slowed down');
  await until(
    () => attemptsTo(room.telegram, 1).length,
    (count) => count === 1,
    'the first attempt',
  );
  await say(1, 'behind it');
  await say(2, 'somebody else');
  await saidTo(room.telegram, 1, 2);
  const order = room.telegram.sent.filter(({ params }) => params.chat_id === 1 || params.chat_id === 2).map(({ params }) => params.text);
  expect(order).toEqual(['somebody else', 'slowed down', 'behind it']);
  const [first, second, ...others] = attemptsTo(room.telegram, 1).map(({ at }) => at) as [number, number];
  // Timers may fire up to a millisecond early.
  expect(second - first).toBeGreaterThanOrEqual(998);
  expect(others).toHaveLength(1);
  expect(await deliveriesIn(host, '1', ['sent', 'sent'])).toMatchObject([{ attempts: 1 }, { attempts: 1 }]);
});

it('a person who blocked the bot is not tried again: the delivery is dead and says why', async () => {
  room.telegram.blocked.add('3');
  await say(3, 'are you there?');
  expect(await deliveriesIn(host, '3', ['dead'])).toMatchObject([
    { reason: 'RECIPIENT_BLOCKED', error: expect.stringContaining('bot was blocked by the user'), attempts: 1 },
  ]);
  room.telegram.blocked.delete('3');
  await say(3, 'unblocked');
  expect(await saidTo(room.telegram, 3, 1)).toEqual(['unblocked']);
  expect(attemptsTo(room.telegram, 3)).toHaveLength(2);
});

it("a proxy's HTML page with 502 is tried again", async () => {
  room.telegram.script.next('sendMessage', { kind: 'html', status: 502 });
  await say(4, 'through the storm');
  expect(await saidTo(room.telegram, 4, 1)).toEqual(['through the storm']);
  expect(attemptsTo(room.telegram, 4)).toHaveLength(2);
  expect(await deliveriesIn(host, '4', ['sent'])).toMatchObject([{ attempts: 2 }]);
});

it('an answer that takes its time is waited for', async () => {
  room.telegram.script.next('sendMessage', { kind: 'slow_body', ms: 300 });
  await say(5, 'patience');
  await deliveriesIn(host, '5', ['sent']);
  expect(attemptsTo(room.telegram, 5)).toHaveLength(1);
});

it('a success that cannot be read is never sent again', async () => {
  room.telegram.script.next('sendMessage', { kind: 'invalid_json' });
  await say(6, 'garbled');
  await say(6, 'clear');
  const [first] = await until(
    () => messagesOf(host, { direction: 'outbound', conversation_key: '6' }),
    (rows) => rows.length === 2 && rows[1]?.state === 'sent',
    'the second answer is sent',
  );
  expect(first).toMatchObject({ state: expect.stringMatching(/^(unknown|dead)$/), attempts: 1 });
  expect(textsTo(room.telegram, 6)).toEqual(['garbled', 'clear']);
});

it('when the connection breaks after the request was read nobody knows: unknown, not repeated, the later parts dead, the lane free', async () => {
  room.telegram.script.next('sendMessage', { kind: 'reset', effective: true });
  await say(7, threeParts('a'));
  const [first, second, third] = await deliveriesIn(host, '7', ['unknown', 'dead', 'dead']);
  expect(first).toMatchObject({ part: 1, reason: 'NO_ANSWER', attempts: 1 });
  expect(second).toMatchObject({ part: 2, reason: 'EARLIER_PART_FAILED', attempts: 0 });
  expect(third).toMatchObject({ part: 3, reason: 'EARLIER_PART_FAILED', attempts: 0 });
  await say(7, 'b1');
  await saidTo(room.telegram, 7, 2);
  expect(marks(7)).toEqual(['a1', 'b1']);
});

it('an operator sees what failed and sends it again, with the later parts that fell with it, in order', async () => {
  room.telegram.script.next('sendMessage', { kind: 'reset' });
  await say(8, threeParts('c'));
  const [first] = await deliveriesIn(host, '8', ['unknown', 'dead', 'dead']);
  const listed = await agentos(room.home, ['deliveries', 'list', '--state', 'unknown', '--json']);
  expect(listed.json<{ id: string }[]>().map(({ id }) => id)).toContain(first?.id);
  const retried = await agentos(room.home, ['deliveries', 'retry', first?.id ?? '', '--json']);
  expect(retried).toMatchObject({ code: 0, stderr: '' });
  expect(retried.json<{ retried: string[] }>().retried).toHaveLength(3);
  await saidTo(room.telegram, 8, 3);
  expect(marks(8)).toEqual(['c1', 'c2', 'c3']);
  await deliveriesIn(host, '8', ['sent', 'sent', 'sent']);
  const again = await agentos(room.home, ['deliveries', 'retry', first?.id ?? '']);
  expect(again).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('STATE_CONFLICT') });
  expect(marks(8)).toHaveLength(3);
});

it('a platform that is down for a moment loses nothing and mixes nothing up', async () => {
  room.telegram.script.next('sendMessage', { kind: 'html', status: 503 }, { kind: 'html', status: 503 });
  await say(9, 'one');
  await say(9, 'two');
  await say(9, 'three');
  expect(await saidTo(room.telegram, 9, 3)).toEqual(['one', 'two', 'three']);
});

it('a refused token makes the channel degraded: what waits is held, nothing hammers, and all goes out when it is mended', async () => {
  room.telegram.script.next('sendMessage', { kind: 'unauthorized' });
  await say(10, 'first');
  const degraded = await channelIn(host, 'telegram', 'degraded');
  expect(degraded).toMatchObject({ reason: expect.stringContaining('Unauthorized'), fix: expect.stringContaining('token') });
  await say(10, 'second');
  await say(11, 'third');
  await deliveriesIn(host, '10', ['held', 'held']);
  await deliveriesIn(host, '11', ['held']);
  expect(attemptsTo(room.telegram, 10)).toHaveLength(1);
  const health = await fetch(`${host.url}/health`);
  expect(health.status).toBe(200);
  expect(await health.json()).toMatchObject({ status: 'degraded', components: { database: 'healthy', channels: ['telegram'] } });
  expect(await agentos(room.home, ['health', '--json'])).toMatchObject({ code: 1 });

  const enabled = await agentos(room.home, ['channel', 'enable', 'telegram', '--json']);
  expect(enabled.code).toBe(0);
  await channelIn(host, 'telegram', 'running');
  expect(await saidTo(room.telegram, 10, 2)).toEqual(['first', 'second']);
  expect(await saidTo(room.telegram, 11, 1)).toEqual(['third']);
  await deliveriesIn(host, '10', ['sent', 'sent']);
});

it('a token that was revoked while the host was down: messages are taken and kept, nothing is lost', async () => {
  await host.stop();
  room.telegram.revokeToken();
  host = await startHost(room.home, { env: { ...room.env, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN } });
  expect(await channelIn(host, 'telegram', 'degraded')).toMatchObject({ reason: expect.stringContaining('token') });
  await say(12, 'keep this');
  expect(await deliveriesIn(host, '12', ['held'])).toMatchObject([{ held_by: 'degraded', text: 'keep this' }]);
  expect(sentTo(room.telegram, 12)).toEqual([]);
});

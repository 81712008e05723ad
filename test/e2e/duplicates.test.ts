/** Platforms repeat themselves, at once and after hours, and people write faster than anybody answers. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMIN_TOKEN, adminApi, messagesOf } from '../support/admin-api.ts';
import { type RunningHost, startHost } from '../support/home.ts';
import { type OrderedPost, postInOrder } from '../support/ordered-posts.ts';
import { saidTo, textsTo } from '../support/telegram-chats.ts';
import { makeTelegramHome, SECRET, type TelegramHome, textUpdate } from '../support/telegram-home.ts';
import { until } from '../support/until.ts';

let room: TelegramHome;
let host: RunningHost;
let update_id = 0;

const start = () => startHost(room.home, { env: { ...room.env, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN }, running: ['telegram'] });
beforeAll(async () => {
  room = await makeTelegramHome();
  host = await start();
});
afterAll(async () => {
  await host.stop();
  await room.telegram.close();
  room.home.remove();
});

const deliver = async (update: object): Promise<number> =>
  (await room.telegram.deliver(room.webhook(host), update, { secret: SECRET })).status;
const say = (chat: number, text: string) => deliver(textUpdate(++update_id, text, chat));
const post = (update: object): OrderedPost => ({
  path: '/webhooks/telegram',
  headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': SECRET },
  body: JSON.stringify(update),
});

it('a message delivered twice is answered once, and both times acknowledged', async () => {
  const update = textUpdate(++update_id, 'twice', 1);
  expect([await deliver(update), await deliver(update)]).toEqual([200, 200]);
  await say(1, 'end');
  expect(await saidTo(room.telegram, 1, 2)).toEqual(['twice', 'end']);
});

it('a message delivered twenty times at once is answered once', async () => {
  const updates = Array.from({ length: 10 }, (_, index) => textUpdate(++update_id, `m${index}`, 2));
  const statuses = await Promise.all(updates.flatMap((update) => Array.from({ length: 20 }, () => deliver(update))));
  expect(new Set(statuses)).toEqual(new Set([200]));
  await say(2, 'end');
  await until(
    () => textsTo(room.telegram, 2),
    (texts) => texts.includes('end'),
    'the last answer',
  );
  expect(textsTo(room.telegram, 2).sort()).toEqual(['end', ...updates.map((_, index) => `m${index}`)].sort());
});

it('the same message under another update number is the same message', async () => {
  const { message } = textUpdate(++update_id, 'same', 3);
  expect(await deliver({ update_id, message })).toBe(200);
  expect(await deliver({ update_id: ++update_id, message })).toBe(200);
  await say(3, 'end');
  expect(await saidTo(room.telegram, 3, 2)).toEqual(['same', 'end']);
});

it('after a restart the repetitions of everything are acknowledged and nothing is answered again', async () => {
  const updates = Array.from({ length: 20 }, (_, index) => textUpdate(++update_id, `r${index}`, 4));
  await postInOrder(host.url, updates.map(post));
  await saidTo(room.telegram, 4, 20);
  await host.stop();
  host = await start();
  const statuses = await Promise.all([...updates, ...updates].map(deliver));
  expect(new Set(statuses)).toEqual(new Set([200]));
  await say(4, 'end');
  const texts = await saidTo(room.telegram, 4, 21);
  expect(texts).toEqual([...updates.map((_, index) => `r${index}`), 'end']);
  const rows = await messagesOf(host, { direction: 'inbound', conversation_key: '4' });
  expect(rows).toHaveLength(21);
});

it('the trace of a message says how often its event came', async () => {
  const update = textUpdate(++update_id, 'counted', 5);
  await Promise.all(Array.from({ length: 7 }, () => deliver(update)));
  await saidTo(room.telegram, 5, 1);
  const [row] = await messagesOf(host, { direction: 'inbound', conversation_key: '5' });
  expect((await adminApi(host).get(`/api/messages/${row?.id}/trace`)).body).toMatchObject({
    event: { deliveries: 7, state: 'parsed' },
    message: { state: 'answered' },
    deliveries: [{ state: 'sent', text: 'counted' }],
  });
});

it('twenty messages of one conversation posted at once get twenty answers in order', async () => {
  const expected = Array.from({ length: 20 }, (_, index) => `n${index}`);
  const statuses = await postInOrder(
    host.url,
    expected.map((text) => post(textUpdate(++update_id, text, 6))),
  );
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(await saidTo(room.telegram, 6, 20)).toEqual(expected);
});

it('two hundred conversations of five messages each are answered in order within each', async () => {
  const chats = Array.from({ length: 200 }, (_, index) => 10_000 + index);
  const expected = ['one', 'two', 'three', 'four', 'five'];
  // Ten connections, each with its own conversations, their messages interleaved.
  const connections = Array.from({ length: 10 }, (_, connection) => {
    const own = chats.filter((chat) => chat % 10 === connection);
    return postInOrder(
      host.url,
      expected.flatMap((text) => own.map((chat) => post(textUpdate(++update_id, text, chat)))),
    );
  });
  const statuses = (await Promise.all(connections)).flat();
  expect(statuses).toHaveLength(1000);
  expect(new Set(statuses)).toEqual(new Set([200]));
  await until(
    () => chats.filter((chat) => textsTo(room.telegram, chat).length >= 5).length,
    (complete) => complete === 200,
    'every conversation is answered',
  );
  for (const chat of chats) expect({ chat, texts: textsTo(room.telegram, chat) }).toEqual({ chat, texts: expected });
});

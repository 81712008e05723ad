import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { ChatMessage } from '../../../host/webchat/webchat-store.ts';
import { type ChatServer, startChatServer, visitor } from './chat-server.ts';
import { type EventReader, openEventReader } from './event-reader.ts';
import { createMemoryStore } from './memory-store.ts';

const { cookie, user_key } = visitor();
const readers: Pick<EventReader, 'close'>[] = [];

afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
});

const read = async (chat: ChatServer, headers: Record<string, string> = {}, query = ''): Promise<EventReader> => {
  const reader = await openEventReader(chat.port, { cookie, ...headers }, query);
  readers.push(reader);
  return reader;
};
const texts = (reader: EventReader) => reader.events.map(({ message }) => message.text);

describe('without a gap and without a repeat', () => {
  test('what comes between the look into the past and the present comes once', async () => {
    const store = createMemoryStore();
    const { since } = store;
    let asked = 0;
    // The worst moment: one message before the past is read, one after it was read but not yet given.
    store.since = async (user, after) => {
      asked += 1;
      if (asked === 1) store.answer(user_key, 'before the look');
      const past = await since(user, after);
      if (asked === 1) store.answer(user_key, 'after the look');
      return past;
    };
    const chat = await startChatServer({ store });
    store.answer(user_key, 'seen');
    store.answer(user_key, 'missed');
    const reader = await read(chat, { 'last-event-id': '1' });
    await reader.received(3);
    store.answer(user_key, 'live');
    await reader.received(4);
    expect(texts(reader)).toEqual(['missed', 'before the look', 'after the look', 'live']);
    expect(reader.events.map(({ id }) => id)).toEqual(['2', '3', '4', '5']);
  });

  test('a long absence is told in full, however small the pieces of the store', async () => {
    const store = createMemoryStore({ batch: 3 });
    const chat = await startChatServer({ store });
    for (let n = 1; n <= 20; n += 1) store.answer(user_key, `a${n}`);
    const reader = await read(chat, { 'last-event-id': '4' });
    await reader.received(16);
    store.answer(user_key, 'live');
    await reader.received(17);
    expect(texts(reader)).toEqual([...Array.from({ length: 16 }, (_, n) => `a${n + 5}`), 'live']);
  });

  test('several megabytes of absence reach a reader who reads', async () => {
    const chat = await startChatServer();
    for (let n = 0; n < 200; n += 1) chat.store.answer(user_key, `${n} ${'x'.repeat(20_000)}`);
    const reader = await read(chat, { 'last-event-id': '0' });
    await reader.received(200);
    expect(texts(reader).map((text) => Number(text.split(' ')[0]))).toEqual(Array.from({ length: 200 }, (_, n) => n));
  });

  test('a message whose state changes comes again without moving the place of the reader', async () => {
    const chat = await startChatServer();
    const reader = await read(chat);
    const { id } = await chat.store.record({ user_key, client_message_id: 'c1', text: 'hello' });
    chat.store.answer(user_key, 'hi');
    chat.store.setState(user_key, id, 'answered');
    await reader.received(3);
    expect(reader.events.map((event) => [event.id, event.message.id, event.message.state])).toEqual([
      ['1', 'm1', 'received'],
      ['2', 'm2', 'sent'],
      [undefined, 'm1', 'answered'],
    ]);
  });

  test('the browser knows better than the page where it stopped', async () => {
    const chat = await startChatServer();
    for (const text of ['a1', 'a2', 'a3']) chat.store.answer(user_key, text);
    const page = await read(chat, {}, '?last_event_id=1');
    await page.received(2);
    const browser = await read(chat, { 'last-event-id': '2' }, '?last_event_id=1');
    await browser.received(1);
    expect([texts(page), texts(browser)]).toEqual([['a2', 'a3'], ['a3']]);
  });

  test('a stream without a place begins now', async () => {
    const chat = await startChatServer();
    chat.store.answer(user_key, 'old');
    const reader = await read(chat);
    chat.store.answer(user_key, 'new');
    await reader.received(1);
    expect(texts(reader)).toEqual(['new']);
  });

  test('text with every kind of line end stays one event', async () => {
    const chat = await startChatServer();
    const reader = await read(chat);
    const text = 'a\nb\r\nc\rd\u2028e\u2029f\n\ndata: forged\n\nevent: x';
    chat.store.answer(user_key, text);
    await reader.received(1);
    expect(texts(reader)).toEqual([text]);
  });
});

describe('who reads', () => {
  test('nobody but the visitor gets their messages', async () => {
    const chat = await startChatServer();
    const other = await read(chat, { cookie: visitor('B').cookie });
    chat.store.answer(user_key, 'mine');
    chat.store.answer(visitor('B').user_key, 'theirs');
    await other.received(1);
    expect(texts(other)).toEqual(['theirs']);
  });

  test('without a cookie there is no stream', async () => {
    const chat = await startChatServer();
    expect((await chat.ask('/chat/stream')).json).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
  });

  test.each(['x', '-1', '1.5', '1e3', '9'.repeat(16)])('a place that is none is refused: %s', async (place) => {
    const chat = await startChatServer();
    const { status, json } = await chat.ask('/chat/stream', { headers: { cookie, 'last-event-id': place } });
    expect([status, json.code]).toEqual([400, 'INVALID_PARAMS']);
    expect(chat.store.listeners(user_key)).toBe(0);
  });

  test('a look at the head alone opens no stream', async () => {
    const chat = await startChatServer();
    expect((await chat.ask('/chat/stream', { method: 'HEAD', headers: { cookie } })).status).toBe(404);
    expect(chat.store.listeners(user_key)).toBe(0);
  });
});

describe('what a stream may take', () => {
  test('a visitor has eight streams at most; one that is closed makes room', async () => {
    const chat = await startChatServer();
    const open = await Promise.all(Array.from({ length: 8 }, () => read(chat)));
    const refused = await chat.ask('/chat/stream', { headers: { cookie } });
    expect([refused.status, refused.json.code, refused.headers['retry-after']]).toEqual([429, 'RATE_LIMITED', '5']);
    expect((await read(chat, { cookie: visitor('B').cookie })).status).toBe(200);
    open[0]?.close();
    await expect.poll(() => chat.store.listeners(user_key)).toBe(7);
    expect((await read(chat)).status).toBe(200);
  });

  test('a reader who does not read is cut off instead of filling the memory', async () => {
    const chat = await startChatServer();
    const socket = connect(chat.port, '127.0.0.1');
    readers.push({ close: () => void socket.destroy() });
    socket.pause();
    socket.write(`GET /chat/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\n\r\n`);
    await expect.poll(() => chat.store.listeners(user_key)).toBe(1);
    const text = 'x'.repeat(20_000);
    let sent = 0;
    // The kernel's own buffers take some megabytes on the way.
    while (chat.store.listeners(user_key) > 0 && sent < 5000) {
      chat.store.answer(user_key, text);
      sent += 1;
    }
    expect(chat.store.listeners(user_key)).toBe(0);
    expect(sent).toBeGreaterThan(50);
  });

  test('a quiet stream is kept alive, with the time to wait before coming back', async () => {
    const chat = await startChatServer();
    const reader = await read(chat);
    expect(reader.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    chat.clock.advance(14_999);
    expect(reader.comments).toEqual([]);
    chat.clock.advance(1);
    await reader.commented(1);
    chat.clock.advance(15_000);
    await reader.commented(2);
    expect(reader.events).toEqual([]);
  });
});

describe('how a stream ends', () => {
  test('a reader who leaves leaves nothing behind', async () => {
    const chat = await startChatServer();
    const reader = await read(chat);
    expect(chat.store.listeners(user_key)).toBe(1);
    reader.close();
    await expect.poll(() => chat.store.listeners(user_key)).toBe(0);
  });

  test('a host that stops ends the streams instead of waiting for them', async () => {
    const chat = await startChatServer();
    const reader = await read(chat);
    await chat.close();
    await reader.ended;
    expect(chat.store.listeners(user_key)).toBe(0);
  });

  test('a chat that is switched off ends within a heartbeat', async () => {
    let on = true;
    const chat = await startChatServer({ enabled: () => on });
    const reader = await read(chat);
    on = false;
    chat.clock.advance(15_000);
    await reader.ended;
    expect(chat.store.listeners(user_key)).toBe(0);
  });

  test('a past that cannot be read ends the stream, so that the reader comes back for it', async () => {
    const store = createMemoryStore();
    const chat = await startChatServer({ store });
    store.since = () => Promise.reject(new Error('the disk is gone'));
    const reader = await read(chat, { 'last-event-id': '1' });
    await reader.ended;
    expect([chat.defects.length, chat.store.listeners(user_key)]).toEqual([1, 0]);
  });

  test('a flood while the past is being read ends the stream, and no memory is kept', async () => {
    const store = createMemoryStore();
    let answerPast: (past: ChatMessage[]) => void = () => {};
    store.since = () =>
      new Promise((resolve) => {
        answerPast = resolve;
      });
    const chat = await startChatServer({ store });
    const reader = await read(chat, { 'last-event-id': '1' });
    for (let n = 0; n < 60; n += 1) store.answer(user_key, 'x'.repeat(20_000));
    await reader.ended;
    answerPast([]);
    expect([reader.events, chat.store.listeners(user_key)]).toEqual([[], 0]);
  });
});

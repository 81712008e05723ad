import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../host/errors.ts';
import { parseNewMessage } from '../../../host/webchat/new-message.ts';
import { startChatServer, visitor } from './chat-server.ts';
import { createMemoryStore } from './memory-store.ts';

const { cookie, user_key } = visitor();

describe('writing', () => {
  test('a message is accepted only when it is recorded', async () => {
    const store = createMemoryStore();
    let commit = () => {};
    const committed = new Promise<void>((resolve) => {
      commit = resolve;
    });
    let asked = () => {};
    const recording = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const { record } = store;
    store.record = async (message) => {
      asked();
      await committed;
      return record(message);
    };
    const chat = await startChatServer({ store });
    let answered = false;
    const posting = chat.post(cookie, { client_message_id: 'c1', text: 'hello' }).then((answer) => {
      answered = true;
      return answer;
    });
    await recording;
    // A whole other request goes by meanwhile.
    await chat.ask('/chat/messages', { headers: { cookie } });
    expect(answered).toBe(false);
    commit();
    expect(await posting).toMatchObject({ status: 202, json: { id: 'm1', client_message_id: 'c1' } });
  });

  test('the same message sent twice at once is one row with one id', async () => {
    const chat = await startChatServer();
    const body = { client_message_id: 'c1', text: 'hello' };
    const answers = await Promise.all([chat.post(cookie, body), chat.post(cookie, body)]);
    expect(answers.map(({ status, json }) => [status, json.id])).toEqual([
      [202, 'm1'],
      [202, 'm1'],
    ]);
    expect(chat.store.all(user_key)).toHaveLength(1);
  });

  test('the same id of two visitors names two messages', async () => {
    const chat = await startChatServer();
    await chat.post(cookie, { client_message_id: 'c1', text: 'mine' });
    await chat.post(visitor('B').cookie, { client_message_id: 'c1', text: 'theirs' });
    const { json } = await chat.ask('/chat/messages', { headers: { cookie } });
    expect(json.items.map(({ text }: { text: string }) => text)).toEqual(['mine']);
  });

  test.each([
    ['no object', 'hello'],
    ['a list', []],
    ['null', null],
    ['no id', { text: 'x' }],
    ['an empty id', { client_message_id: '', text: 'x' }],
    ['an id of 65 characters', { client_message_id: 'a'.repeat(65), text: 'x' }],
    ['an id with a space', { client_message_id: 'a b', text: 'x' }],
    ['an id with a newline behind it', { client_message_id: 'a\n', text: 'x' }],
    ['an id that is no string', { client_message_id: 7, text: 'x' }],
    ['no text', { client_message_id: 'a' }],
    ['white space only', { client_message_id: 'a', text: ' \n\t\u00a0\u2003' }],
    ['text that is no string', { client_message_id: 'a', text: ['x'] }],
    ['20,001 characters', { client_message_id: 'a', text: 'x'.repeat(20_001) }],
    ['20,001 emoji', { client_message_id: 'a', text: '🙂'.repeat(20_001) }],
    ['half a character', { client_message_id: 'a', text: 'x\ud83d' }],
  ])('what is not a message is refused: %s', async (_why, body) => {
    const chat = await startChatServer();
    const { status, json } = await chat.post(cookie, body);
    expect([status, json.code]).toEqual([400, 'INVALID_PARAMS']);
    expect(json.hint).not.toBe('');
    expect(chat.store.users()).toEqual([]);
  });

  test('the longest message fits, even when every character is escaped', async () => {
    const chat = await startChatServer();
    const escaped = `{"client_message_id":"${'a'.repeat(64)}","text":"${'\\ud83d\\ude42'.repeat(20_000)}"}`;
    const headers = { origin: chat.origin, cookie, 'content-type': 'application/json; charset=utf-8' };
    expect((await chat.ask('/chat/messages', { method: 'POST', headers, body: escaped })).status).toBe(202);
    expect(chat.store.all(user_key)[0]?.text).toBe('🙂'.repeat(20_000));
  });

  test('a body beyond any message is not read to its end', async () => {
    const chat = await startChatServer();
    const { status, json } = await chat.post(cookie, { client_message_id: 'a', text: 'x'.repeat(300_000) });
    expect([status, json.code]).toEqual([413, 'TOO_LARGE']);
  });

  test.each([
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['text that looks like JSON', { 'content-type': 'text/plain' }],
    ['a type that begins like JSON', { 'content-type': 'application/jsonp' }],
    ['an encoding', { 'content-encoding': 'gzip' }],
  ])('only plain JSON is read: not %s', async (_what, headers) => {
    const chat = await startChatServer();
    const { status, json } = await chat.post(cookie, { client_message_id: 'a', text: 'x' }, headers);
    expect([status, json.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  test('broken JSON and poisoned JSON are refused as a request, not as a defect', async () => {
    const chat = await startChatServer();
    const headers = { origin: chat.origin, cookie, 'content-type': 'application/json' };
    for (const body of ['{"text":', '', '{"__proto__":{"admin":true},"client_message_id":"a","text":"x"}']) {
      const { status, json } = await chat.ask('/chat/messages', { method: 'POST', headers, body });
      expect([status, json.code], body).toEqual([400, 'INVALID_PARAMS']);
    }
    expect(chat.defects).toEqual([]);
  });

  test('without a cookie the page is told to open itself again', async () => {
    const chat = await startChatServer();
    const { status, json } = await chat.post('', { client_message_id: 'a', text: 'x' });
    expect([status, json.code]).toEqual([401, 'UNAUTHORIZED']);
  });

  test('a visitor who floods waits; nobody else does', async () => {
    const chat = await startChatServer();
    const write = (who: string, n: number) => chat.post(who, { client_message_id: `c${n}`, text: 'x' });
    for (let n = 0; n < 30; n += 1) expect((await write(cookie, n)).status).toBe(202);
    chat.clock.advance(3_500);
    const refused = await write(cookie, 30);
    expect([refused.status, refused.json.code, refused.headers['retry-after']]).toEqual([429, 'RATE_LIMITED', '7']);
    expect((await write(visitor('B').cookie, 0)).status).toBe(202);
    chat.clock.advance(6_500);
    expect((await write(cookie, 30)).status).toBe(202);
  });

  test('a database that cannot be written is said so; a defect says nothing of itself', async () => {
    const store = createMemoryStore();
    const chat = await startChatServer({ store });
    store.record = () => Promise.reject(new AppError('DATABASE_UNAVAILABLE', 'The disk is full.', 'Free some space.'));
    expect((await chat.post(cookie, { client_message_id: 'a', text: 'x' })).json).toMatchObject({
      status: 503,
      code: 'DATABASE_UNAVAILABLE',
    });
    store.record = () => Promise.reject(new Error('secret path /var/lib/agentos'));
    const { status, text } = await chat.post(cookie, { client_message_id: 'a', text: 'x' });
    expect(status).toBe(500);
    expect(text).not.toContain('secret');
    expect(chat.defects).toHaveLength(1);
  });
});

describe('reading', () => {
  const written = async (count: number) => {
    const chat = await startChatServer();
    for (let n = 1; n <= count; n += 1) chat.store.answer(user_key, `a${n}`);
    return chat;
  };
  const texts = (page: { items: { text: string }[] }) => page.items.map(({ text }) => text);

  test('the newest page comes first, each page in the order of the conversation', async () => {
    const chat = await written(5);
    const read = async (query: string) => (await chat.ask(`/chat/messages?${query}`, { headers: { cookie } })).json;
    const newest = await read('limit=2');
    expect(texts(newest)).toEqual(['a4', 'a5']);
    const older = await read(`limit=2&cursor=${newest.next_cursor}`);
    expect(texts(older)).toEqual(['a2', 'a3']);
    const oldest = await read(`limit=2&cursor=${older.next_cursor}`);
    expect([texts(oldest), oldest.next_cursor]).toEqual([['a1'], null]);
  });

  test('a page holds 50 messages unless told, and is kept by nobody', async () => {
    const chat = await written(51);
    const { json, headers } = await chat.ask('/chat/messages', { headers: { cookie } });
    expect(json.items).toHaveLength(50);
    expect(headers['cache-control']).toBe('no-store');
  });

  test.each([
    'limit=0',
    'limit=501',
    'limit=-1',
    'limit=x',
    'limit=1.5',
    'limit=1&limit=2',
    'cursor=%00',
    'cursor=a%20b',
    'cursor=',
    'cursor=1&cursor=2',
  ])('a question that makes no sense is refused: %s', async (query) => {
    const chat = await written(1);
    const { status, json } = await chat.ask(`/chat/messages?${query}`, { headers: { cookie } });
    expect([status, json.code]).toEqual([400, 'INVALID_PARAMS']);
    expect(chat.defects).toEqual([]);
  });
});

test('no body, however strange, is anything but a message or INVALID_PARAMS', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.record({ client_message_id: fc.string(), text: fc.string({ unit: 'binary' }) })), (body) => {
      try {
        const { client_message_id, text } = parseNewMessage(body);
        expect(client_message_id).toMatch(/^[\w-]{1,64}$/);
        expect(text).toBe(Buffer.from(text).toString());
      } catch (error) {
        expect(error).toMatchObject({ code: 'INVALID_PARAMS' });
      }
    }),
  );
});

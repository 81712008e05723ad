import { expect, test } from 'vitest';
import { startChatServer, visitor } from './chat-server.ts';

const setCookie = (headers: { 'set-cookie'?: string[] | undefined }) => headers['set-cookie']?.[0];

test('a first visit gets the page and a cookie that scripts and other sites never see', async () => {
  const chat = await startChatServer();
  const { status, headers, text } = await chat.ask('/chat');
  expect({ status, type: headers['content-type'], text }).toEqual({
    status: 200,
    type: 'text/html; charset=utf-8',
    text: '<!doctype html><title>Chat</title>',
  });
  expect(setCookie(headers)).toMatch(/^aos_chat=[A-Za-z0-9_-]{43}; Path=\/chat; Max-Age=31536000; HttpOnly; SameSite=Strict$/);
  expect(headers['cache-control']).toBe('no-store');
});

test('a visitor who comes back stays the same', async () => {
  const chat = await startChatServer();
  const { headers } = await chat.ask('/chat', { headers: { cookie: `theme=dark; ${visitor().cookie}` } });
  expect(setCookie(headers)).toContain(`${visitor().cookie};`);
});

test('a click on another site does not replace the visitor whose strict cookie the browser kept back', async () => {
  const chat = await startChatServer();
  const { status, headers } = await chat.ask('/chat', { headers: { 'sec-fetch-site': 'cross-site' } });
  expect(status).toBe(200);
  expect(setCookie(headers)).toBeUndefined();
});

test.each([
  ['too short', 'aos_chat=short'],
  ['a character that base64url has not', `aos_chat=${'A'.repeat(42)}+`],
  ['two different ones, of which one was planted', `${visitor('A').cookie}; ${visitor('B').cookie}`],
  ['another name', `xaos_chat=${'A'.repeat(43)}`],
])('a cookie that cannot be ours counts as none: %s', async (_why, cookie) => {
  const chat = await startChatServer();
  expect((await chat.ask('/chat/messages', { headers: { cookie } })).status).toBe(401);
  const made = setCookie((await chat.ask('/chat', { headers: { cookie } })).headers) ?? '';
  expect(cookie).not.toContain(made.split(';')[0]);
});

test('the cookie is for encrypted connections once the public address is', async () => {
  const chat = await startChatServer({ public_url: 'https://chat.example', public: () => true });
  const { headers } = await chat.ask('/chat', { headers: { host: 'chat.example' } });
  expect(setCookie(headers)).toMatch(/; Secure$/);
  const behindRewritingProxy = await chat.ask('/chat', { headers: { host: '127.0.0.1', 'x-forwarded-proto': 'https' } });
  expect(setCookie(behindRewritingProxy.headers)).toMatch(/; Secure$/);
  expect(setCookie((await chat.ask('/chat')).headers)).not.toContain('Secure');
});

test('every answer forbids scripts, frames and sniffing, errors as well', async () => {
  const chat = await startChatServer();
  for (const path of ['/chat', '/chat/assets/chat-1A2B.js', '/chat/messages', '/chat/assets/none.js']) {
    const { headers } = await chat.ask(path);
    expect(headers['content-security-policy'], path).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'",
    );
    expect(headers, path).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
    });
  }
});

test('files of the page are kept for ever, because a new one has a new name', async () => {
  const chat = await startChatServer();
  const script = await chat.ask('/chat/assets/chat-1A2B.js');
  expect(script.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
  });
  expect((await chat.ask('/chat/assets/chat-1A2B.css')).headers['content-type']).toBe('text/css; charset=utf-8');
});

test.each(['none.js', '..%2findex.html', '%2e%2e/index.html', '..%5cindex.html', 'notes.txt', '__proto__', 'constructor'])(
  'nothing but the files of the page is served: %s',
  async (name) => {
    const chat = await startChatServer();
    expect((await chat.ask(`/chat/assets/${name}`)).status).toBe(404);
  },
);

test('a slash too many leads to the page', async () => {
  const chat = await startChatServer();
  const { status, headers } = await chat.ask('/chat/');
  expect([status, headers.location]).toEqual([308, '/chat']);
});

test('a host whose page was not built runs, and says what is to be done', async () => {
  const chat = await startChatServer({ assets_dir: '/nonexistent' });
  expect((await chat.ask('/chat')).json).toMatchObject({ status: 404, code: 'NOT_FOUND', hint: expect.stringContaining('npm run build') });
  expect((await chat.ask('/chat/messages', { headers: visitor() })).status).toBe(200);
});

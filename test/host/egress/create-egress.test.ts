import { once } from 'node:events';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createEgress } from '../../../host/egress/create-egress.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { openEgress, toRequest } from './harness.ts';
import { onClose, onHead, startHttp, startRaw } from './servers.ts';

describe('an answer', () => {
  test('comes with status, lower-case headers, final url and body', async () => {
    const server = await startHttp((_request, response) => {
      response.writeHead(201, { 'X-Thing': 'a', 'X-Many': ['1', '2'] }).end('hello');
    });
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    const result = await egress.request(
      toRequest(`${server.origin}/p?q=1`, { method: 'POST', body: 'in', headers: { 'Content-Type': 'text/plain' } }),
    );
    expect(result).toMatchObject({ ok: true, status: 201, headers: { 'x-thing': 'a', 'x-many': '1, 2' }, url: `${server.origin}/p?q=1` });
    expect(result.ok && result.body.toString()).toBe('hello');
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      url: '/p?q=1',
      body: 'in',
      headers: { host: server.authority, 'content-type': 'text/plain' },
    });
  });

  test('with fields called constructor and __proto__ stays data', async () => {
    const server = await startHttp((_request, response) => {
      response.writeHead(200, [
        ['constructor', 'a'],
        ['constructor', 'b'],
        ['__proto__', 'c'],
      ] as never);
      response.end();
    });
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    const result = await egress.request(toRequest(server.origin));
    expect(result.ok && result.headers.constructor).toBe('a, b');
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
    ['gzip, br', (text: string) => brotliCompressSync(gzipSync(text))],
  ])('in %s is decoded', async (encoding, encode) => {
    const text = 'many words '.repeat(1000);
    const server = await startHttp((_request, response) => response.writeHead(200, { 'content-encoding': encoding }).end(encode(text)));
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    const result = await egress.request(toRequest(server.origin));
    expect(result.ok && result.body.toString()).toBe(text);
    expect(result.ok && result.headers['content-encoding']).toBeUndefined();
    expect(server.requests[0]?.headers['accept-encoding']).toBe('gzip, deflate, br');
  });

  test.each([
    ['damaged gzip', 'gzip', Buffer.from('not gzip at all')],
    ['gzip cut short', 'gzip', gzipSync('words'.repeat(100)).subarray(0, 20)],
    ['an unknown encoding', 'zstd', Buffer.from('?')],
    ['three encodings', 'gzip, gzip, gzip', gzipSync(gzipSync(gzipSync('x')))],
  ])('with %s is a RESET', async (_name, encoding, bytes) => {
    const server = await startHttp((_request, response) => response.writeHead(200, { 'content-encoding': encoding }).end(bytes));
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    expect(await egress.request(toRequest(server.origin))).toMatchObject({ ok: false, code: 'RESET', left: true });
  });

  test('to HEAD has no body to decode', async () => {
    const server = await startHttp((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': '1000000000' }).end(),
    );
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    expect(await egress.request(toRequest(server.origin, { method: 'HEAD' }))).toMatchObject({ ok: true, status: 200 });
  });
});

describe('the bounds', () => {
  test('end a body that never ends', async () => {
    const server = await startHttp((_request, response) => {
      const more = () => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      response.on('error', () => undefined);
      more();
    });
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    expect(await egress.request(toRequest(server.origin))).toMatchObject({ ok: false, code: 'TOO_LARGE', left: true });
  });

  test('end a body that says it is too long before it is read', async () => {
    const server = await startRaw((socket) => onHead(socket, () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n')));
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    expect(await egress.request(toRequest(server.origin))).toMatchObject({ ok: false, code: 'TOO_LARGE', left: true });
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['gzip, gzip', (bytes: Buffer) => gzipSync(gzipSync(bytes))],
    ['br, gzip', (bytes: Buffer) => gzipSync(brotliCompressSync(bytes))],
  ])('end a decompression bomb in %s', async (encoding, encode) => {
    const bomb = encode(Buffer.alloc(20_000_000));
    const server = await startHttp((_request, response) => response.writeHead(200, { 'content-encoding': encoding }).end(bomb));
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    expect(await egress.request(toRequest(server.origin))).toMatchObject({ ok: false, code: 'TOO_LARGE', left: true });
  });

  test('let a body of exactly the allowed size pass', async () => {
    const server = await startHttp((_request, response) => response.end('x'.repeat(1000)));
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    expect(await egress.request(toRequest(server.origin, { max_response_bytes: 1000 }))).toMatchObject({ ok: true });
    expect(await egress.request(toRequest(server.origin, { max_response_bytes: 999 }))).toMatchObject({ ok: false, code: 'TOO_LARGE' });
  });

  test('end a header block that is too large', async () => {
    const server = await startRaw((socket) => onHead(socket, () => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)));
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    expect(await egress.request(toRequest(server.origin))).toMatchObject({ ok: false, code: 'TOO_LARGE', left: true });
  });

  test.each([
    ['an answer that never begins', ''],
    ['a header that never ends', 'HTTP/1.1 200 OK\r\nx-slow: '],
    ['informational answers only', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
    ['a body that stalls', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'],
  ])('end %s when the time is up', async (_name, bytes) => {
    const clock = createFakeClock();
    const server = await startRaw((socket) =>
      onHead(socket, () => {
        socket.write(bytes, () => clock.advance(1_000));
      }),
    );
    const egress = openEgress({ policy: { allow_private: [server.authority] }, clock });
    const result = await egress.request(toRequest(server.origin, { method: 'POST', timeout_ms: 1_000 }));
    expect(result).toMatchObject({ ok: false, code: 'TIMEOUT', left: true });
  });
});

describe('a request that breaks the rules of HTTP', () => {
  test.each([
    [{ 'x-a': 'b\r\nx-injected: 1' }],
    [{ 'x-a\r\nx-injected': '1' }],
    [{ 'x-a': 'nul\u0000' }],
    [{ 'x-a': '\u{1F600}' }],
    [{ '': 'a' }],
    [{ Host: 'evil.example' }],
    [{ 'Content-Length': '0' }],
    [{ 'Transfer-Encoding': 'chunked' }],
    [{ Connection: 'x-a' }],
    [{ 'Proxy-Authorization': 'a' }],
    [{ 'x-a': '1', 'X-A': '2' }],
  ])('is refused for the headers %j and reaches nobody', async (headers) => {
    const server = await startHttp((_request, response) => response.end());
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    expect(await egress.request(toRequest(server.origin, { headers: headers as unknown as Record<string, string> }))).toMatchObject({
      ok: false,
      code: 'INVALID_PARAMS',
      left: false,
    });
    expect(server.requests).toEqual([]);
  });

  test.each(['CONNECT', 'TRACE', 'get', 'GET /\r\n', ''])('is refused for the method "%s"', async (method) => {
    const egress = openEgress({ policy: { allow_private: ['127.0.0.1:1'] } });
    expect(await egress.request(toRequest('http://127.0.0.1:1/', { method }))).toMatchObject({
      ok: false,
      code: 'INVALID_PARAMS',
      left: false,
    });
  });

  test('is refused for a GET with a body', async () => {
    const egress = openEgress({ policy: { allow_private: ['127.0.0.1:1'] } });
    expect(await egress.request(toRequest('http://127.0.0.1:1/', { body: 'x' }))).toMatchObject({
      ok: false,
      code: 'INVALID_PARAMS',
      left: false,
    });
  });
});

describe('egress itself', () => {
  test('answers with a value when the policy cannot be read', async () => {
    const egress = createEgress({
      policy: () => {
        throw new Error('no policy');
      },
    });
    onClose(() => egress.close());
    expect(await egress.request(toRequest('http://127.0.0.1:1/'))).toMatchObject({ ok: false, left: false });
  });

  test('ends what is in flight when it closes, and takes nothing after', async () => {
    const server = await startRaw((socket) => onHead(socket, () => void egress.close()));
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    expect(await egress.request(toRequest(server.origin, { method: 'POST' }))).toMatchObject({ ok: false, code: 'ABORTED', left: true });
    expect(await egress.request(toRequest(server.origin, { method: 'POST' }))).toMatchObject({ ok: false, code: 'ABORTED', left: false });
  });

  test('gives up when its caller does, before and while the request is on its way', async () => {
    const controller = new AbortController();
    const server = await startRaw((socket) => onHead(socket, () => controller.abort()));
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    expect(await egress.request(toRequest(server.origin, { signal: AbortSignal.abort() }))).toMatchObject({
      ok: false,
      code: 'ABORTED',
      left: false,
    });
    expect(await egress.request(toRequest(server.origin, { signal: controller.signal }))).toMatchObject({
      ok: false,
      code: 'ABORTED',
      left: true,
    });
  });

  test('reads no proxy from the environment', async () => {
    const proxy = await startHttp((_request, response) => response.end('proxy'));
    const server = await startHttp((_request, response) => response.end('direct'));
    const before = { ...process.env };
    Object.assign(process.env, { http_proxy: proxy.origin, HTTP_PROXY: proxy.origin, ALL_PROXY: proxy.origin, NODE_USE_ENV_PROXY: '1' });
    try {
      const egress = openEgress({ policy: { allow_private: [server.authority] } });
      const result = await egress.request(toRequest(server.origin));
      expect(result.ok && result.body.toString()).toBe('direct');
      expect(proxy.requests).toEqual([]);
    } finally {
      process.env = before;
    }
  });

  test('carries many requests over a bounded number of connections', async () => {
    const sockets = new Set<unknown>();
    const server = await startHttp((request, response) => {
      sockets.add(request.socket);
      response.end('ok');
    });
    const egress = openEgress({ policy: { allow_private: [server.authority] }, limits: { connections: 4 } });
    const results = await Promise.all(
      Array.from({ length: 200 }, () => egress.request(toRequest(server.origin, { method: 'POST', body: 'x' }))),
    );
    expect(results.every((result) => result.ok)).toBe(true);
    expect(server.requests).toHaveLength(200);
    expect(sockets.size).toBeLessThanOrEqual(4);
  });

  test('keeps a bounded number of pools and still answers for every origin', async () => {
    const servers = await Promise.all(Array.from({ length: 6 }, () => startHttp((_request, response) => response.end('ok'))));
    const closed: Promise<unknown>[] = [];
    const counted = await startRaw((socket) => {
      closed.push(once(socket, 'close'));
      onHead(socket, () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
    });
    const egress = openEgress({
      policy: { allow_private: [counted.authority, ...servers.map(({ authority }) => authority)] },
      limits: { pools: 2 },
    });
    expect((await egress.request(toRequest(counted.origin))).ok).toBe(true);
    for (const server of servers) expect((await egress.request(toRequest(server.origin))).ok).toBe(true);
    expect(closed).toHaveLength(1);
    await Promise.all(closed);
  });
});

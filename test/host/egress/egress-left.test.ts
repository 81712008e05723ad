/** `left` decides between "try again" and "unknown": each test says which side of the line an end lies on. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createFakeClock } from '../../support/fake-clock.ts';
import { openEgress, toRequest } from './harness.ts';
import { onHead, startHttp, startHttps, startRaw, unusedPort } from './servers.ts';

const post = { method: 'POST', body: 'once' };

describe('nothing has left', () => {
  test('when the connection is refused', async () => {
    const authority = `127.0.0.1:${await unusedPort()}`;
    const egress = openEgress({ policy: { allow_private: [authority] } });
    const results = await Promise.all(Array.from({ length: 50 }, () => egress.request(toRequest(`http://${authority}/`, post))));
    for (const result of results) expect(result).toMatchObject({ ok: false, code: 'CONNECT_FAILED', left: false });
  });

  test('when the name cannot be resolved', async () => {
    const egress = openEgress();
    expect(await egress.request(toRequest('https://api.example.test/', post))).toMatchObject({
      ok: false,
      code: 'DNS_FAILED',
      left: false,
    });
  });

  test('when the resolver never answers', async () => {
    const clock = createFakeClock();
    const egress = openEgress({
      clock,
      resolver: () => {
        queueMicrotask(() => clock.advance(5_000));
        return new Promise(() => undefined);
      },
    });
    expect(await egress.request(toRequest('https://api.example.test/', post))).toMatchObject({ ok: false, code: 'TIMEOUT', left: false });
  });

  test('when the other side does not speak TLS', async () => {
    const server = await startHttp((_request, response) => response.end());
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    expect(await egress.request(toRequest(`https://${server.authority}/`, post))).toMatchObject({
      ok: false,
      code: 'TLS_FAILED',
      left: false,
    });
    expect(server.requests).toEqual([]);
  });

  test('when the certificate is not trusted, even if the environment says not to care', async () => {
    const server = await startHttps((_request, response) => response.end());
    const egress = openEgress({ policy: { allow_private: [server.authority] }, resolver: async () => ['127.0.0.1'] });
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      expect(await egress.request(toRequest(server.origin, post))).toMatchObject({ ok: false, code: 'TLS_FAILED', left: false });
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
    expect(server.requests).toEqual([]);
  });

  test('when the TLS handshake is never finished', async () => {
    const clock = createFakeClock();
    const server = await startRaw((socket) => socket.once('data', () => clock.advance(5_000)));
    const egress = openEgress({ policy: { allow_private: [server.authority] }, clock });
    expect(await egress.request(toRequest(`https://${server.authority}/`, post))).toMatchObject({
      ok: false,
      code: 'TIMEOUT',
      left: false,
    });
  });

  test('when connecting takes longer than a connection may', async () => {
    const server = await startRaw(() => undefined);
    const egress = openEgress({ policy: { allow_private: [server.authority] }, limits: { connectTimeoutMs: 50 } });
    expect(await egress.request(toRequest(`https://${server.authority}/`, post))).toMatchObject({
      ok: false,
      code: 'CONNECT_FAILED',
      left: false,
    });
  });

  test('when the time is up while the request still waits for a connection, and it never leaves later', async () => {
    const clock = createFakeClock();
    const holding: Socket[] = [];
    const heads: string[] = [];
    const server = await startRaw((socket) =>
      onHead(socket, (head) => {
        heads.push(head);
        holding.push(socket);
        if (heads.length === 1) queueMicrotask(() => clock.advance(1_000));
        else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
      }),
    );
    const egress = openEgress({ policy: { allow_private: [server.authority] }, clock, limits: { connections: 1 } });
    const first = egress.request(toRequest(`${server.origin}/first`, { ...post, timeout_ms: 9_000 }));
    const second = egress.request(toRequest(`${server.origin}/second`, { ...post, timeout_ms: 1_000 }));
    expect(await second).toMatchObject({ ok: false, code: 'TIMEOUT', left: false });
    holding[0]?.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    expect(await first).toMatchObject({ ok: true });
    expect(await egress.request(toRequest(`${server.origin}/third`, post))).toMatchObject({ ok: true });
    expect(heads.map((head) => head.split(' ')[1])).toEqual(['/first', '/third']);
  });
});

describe('a request has left', () => {
  test('when the connection is reset after the request was read', async () => {
    const server = await startRaw((socket) => onHead(socket, () => socket.resetAndDestroy()));
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    let told = 0;
    const result = await egress.request(
      toRequest(server.origin, {
        ...post,
        on_left: () => {
          told += 1;
        },
      }),
    );
    expect(result).toMatchObject({ ok: false, code: 'RESET', left: true });
    expect(told).toBe(1);
  });

  test('when the connection is reset before the request was read, since that cannot be told', async () => {
    const server = await startRaw((socket) => socket.once('readable', () => socket.resetAndDestroy()));
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    expect(await egress.request(toRequest(server.origin, post))).toMatchObject({ ok: false, code: 'RESET', left: true });
  });

  test('when the answer is cut short', async () => {
    const server = await startRaw((socket) => onHead(socket, () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc')));
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    expect(await egress.request(toRequest(server.origin, post))).toMatchObject({ ok: false, code: 'RESET', left: true });
  });

  test.each([
    'SSH-2.0-OpenSSH_9\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
  ])('when the answer is not what HTTP allows: %j', async (bytes) => {
    const server = await startRaw((socket) => onHead(socket, () => socket.write(bytes)));
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    expect(await egress.request(toRequest(server.origin, post))).toMatchObject({ ok: false, code: 'RESET', left: true });
  });
});

describe('a kept connection', () => {
  test('that the server closed between two requests does not fail the second', async () => {
    const heads: string[] = [];
    const sockets: Socket[] = [];
    const server = await startRaw((socket) => {
      sockets.push(socket);
      onHead(socket, (head) => {
        heads.push(head);
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
      });
    });
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    expect(await egress.request(toRequest(server.origin, post))).toMatchObject({ ok: true });
    const closed = once(sockets[0] as Socket, 'close');
    sockets[0]?.end();
    await closed;
    expect(await egress.request(toRequest(server.origin, post))).toMatchObject({ ok: true });
    expect(heads).toHaveLength(2);
    expect(sockets).toHaveLength(2);
  });

  test('that dies under a request reports it as left and never sends it again', async () => {
    const heads: string[] = [];
    const server = await startRaw((socket) => {
      let answered = 0;
      onHead(socket, (head) => {
        heads.push(head);
        answered += 1;
        if (answered === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
        else socket.destroy();
      });
    });
    const egress = openEgress({ policy: { allow_private: [server.authority] }, limits: { connections: 1 } });
    expect(await egress.request(toRequest(`${server.origin}/1`, post))).toMatchObject({ ok: true });
    expect(await egress.request(toRequest(`${server.origin}/2`, post))).toMatchObject({ ok: false, code: 'RESET', left: true });
    expect(await egress.request(toRequest(`${server.origin}/3`, post))).toMatchObject({ ok: true });
    expect(heads.map((head) => head.split(' ')[1])).toEqual(['/1', '/2', '/3']);
  });

  test('on which the server says more than was asked is not used again', async () => {
    const server = await startRaw((socket) =>
      onHead(socket, () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged');
      }),
    );
    const egress = openEgress({ policy: { allow_private: [server.authority] }, limits: { connections: 1 } });
    for (let turn = 0; turn < 3; turn += 1) {
      const result = await egress.request(toRequest(server.origin, post));
      expect(result.ok && result.body.toString()).toBe('ok');
    }
  });
});

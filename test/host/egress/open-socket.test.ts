/** Sockets for other protocols: the same door, so the same checks. Loopback is reached by the operator's exact word only. */
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { createEgress } from '../../../host/egress/create-egress.ts';
import type { EgressPolicy, SocketResult } from '../../../host/egress/egress.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { until } from '../../support/until.ts';
import { CERTIFICATE, PRIVATE_KEY } from './certificate.ts';
import { closedPolicy, openEgress, toSocket } from './harness.ts';
import { onClose, startRaw, unusedPort } from './servers.ts';

const NAME = 'api.example.test';
const startMail = async () => {
  const sockets: Socket[] = [];
  const server = await startRaw((socket) => {
    sockets.push(socket);
    socket.write('220 ready\r\n');
  });
  return { ...server, sockets };
};
const startTls = async () => {
  const names: string[] = [];
  const server = createTlsServer({ cert: CERTIFICATE, key: PRIVATE_KEY }, (socket) => {
    names.push(String(socket.servername));
    socket.on('error', () => undefined);
    socket.end('* OK\r\n');
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onClose(async () => void server.close());
  return { port: (server.address() as AddressInfo).port, names };
};
const socketOf = (result: SocketResult): Socket => {
  if (!result.ok) throw new Error(`${result.code}: ${result.message}`);
  return result.socket;
};
const firstLine = async (result: SocketResult): Promise<string> => String((await once(socketOf(result), 'data'))[0]);

describe('a socket', () => {
  test('to an allowed host and port speaks with it', async () => {
    const server = await startMail();
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    expect(await firstLine(await egress.openSocket(toSocket('127.0.0.1', server.port)))).toBe('220 ready\r\n');
    expect(await egress.openSocket(toSocket('127.0.0.1', server.port + 1))).toMatchObject({ ok: false, code: 'SSRF_BLOCKED' });
  });

  test('goes to the address that was checked, whatever DNS says the next time', async () => {
    const checked = await startMail();
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    let asked = 0;
    const egress = openEgress({ policy: { allow_private: [`${NAME}:${checked.port}`] }, resolver: async () => answers[asked++] ?? [] });
    expect(await firstLine(await egress.openSocket(toSocket(NAME, checked.port)))).toBe('220 ready\r\n');
    expect(asked).toBe(1);
  });

  test('with TLS is checked against the name, which the server is told; another name, no trust or no TLS is TLS_FAILED', async () => {
    const server = await startTls();
    const plain = await startMail();
    const other = 'other.example.test';
    const allow_private = [`${NAME}:${server.port}`, `${other}:${server.port}`, `${NAME}:${plain.port}`];
    const options = { policy: { allow_private }, resolver: async () => ['127.0.0.1'] };
    const egress = openEgress({ ...options, tls: { ca: CERTIFICATE } });
    expect(await firstLine(await egress.openSocket(toSocket(NAME, server.port, { tls: true })))).toBe('* OK\r\n');
    expect(server.names).toEqual([NAME]);
    expect(await egress.openSocket(toSocket(other, server.port, { tls: true }))).toMatchObject({ code: 'TLS_FAILED' });
    expect(await egress.openSocket(toSocket(NAME, plain.port, { tls: true }))).toMatchObject({ code: 'TLS_FAILED' });
    expect(await openEgress(options).openSocket(toSocket(NAME, server.port, { tls: true }))).toMatchObject({ code: 'TLS_FAILED' });
  });

  test.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '１２７.０.０.１',
    '127.0.0.1.',
    '::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    'localhost',
    'a.localhost',
    'localhost.localdomain',
    'redis',
  ])('to %s is refused before any connection, without repeating an address', async (host) => {
    const server = await startMail();
    const result = await openEgress().openSocket(toSocket(host, server.port));
    expect(result).toMatchObject({ ok: false, code: 'SSRF_BLOCKED' });
    expect(!result.ok && result.message).not.toMatch(/127|::/);
    expect(server.sockets).toEqual([]);
  });

  test.each([
    ['', 25],
    ['a b', 25],
    ['a/b', 25],
    ['user@mail.example.com', 25],
    ['mail.example.com:25', 25],
    ['[::1]', 25],
    ['mail.example.com#', 25],
    ['mail.example.com\r\nRCPT', 25],
    ['mail.example.com\0', 25],
    ['%6cocalhost', 25],
    ['mail.example.com', 0],
    ['mail.example.com', 65_536],
    ['mail.example.com', 2.5],
  ])('to %j port %s is INVALID_PARAMS', async (host, port) => {
    expect(await openEgress().openSocket(toSocket(host, port))).toMatchObject({ ok: false, code: 'INVALID_PARAMS' });
  });

  test('follows the domains of the policy and the network mode, asked at each opening', async () => {
    const server = await startMail();
    let policy: EgressPolicy = { ...closedPolicy, allow_private: [server.authority] };
    const egress = createEgress({ policy: () => policy });
    onClose(() => egress.close());
    const open = (effect: 'read' | 'write') => egress.openSocket(toSocket('127.0.0.1', server.port, { effect }));
    const codes = async () =>
      Promise.all(
        (['read', 'write'] as const).map(async (effect) => {
          const result = await open(effect);
          return result.ok ? 'open' : result.code;
        }),
      );
    expect(await codes()).toEqual(['open', 'open']);
    policy = { ...policy, network_mode: 'readonly' };
    expect(await codes()).toEqual(['open', 'NETWORK_MODE_BLOCKED']);
    policy = { ...policy, network_mode: 'off' };
    expect(await codes()).toEqual(['NETWORK_MODE_BLOCKED', 'NETWORK_MODE_BLOCKED']);
    policy = { ...policy, network_mode: 'on', blocked_domains: ['127.0.0.1'] };
    expect(await codes()).toEqual(['DOMAIN_BLOCKED', 'DOMAIN_BLOCKED']);
  });

  test('that cannot be had says so: nobody listens, no such name, time is up, given up', async () => {
    const closedPort = await unusedPort();
    const clock = createFakeClock();
    let lookedUp = 0;
    const egress = openEgress({
      clock,
      policy: { allow_private: [`127.0.0.1:${closedPort}`] },
      resolver: (host) => {
        lookedUp++;
        return host.startsWith('slow') ? new Promise(() => undefined) : Promise.reject(new Error('no'));
      },
    });
    expect(await egress.openSocket(toSocket('127.0.0.1', closedPort))).toMatchObject({ code: 'CONNECT_FAILED' });
    expect(await egress.openSocket(toSocket('gone.example.com', 25))).toMatchObject({ code: 'DNS_FAILED' });
    const slow = egress.openSocket(toSocket('slow.example.com', 25));
    await until(
      async () => lookedUp,
      (count) => count === 2,
      'the name is looked up',
    );
    clock.advance(5_000);
    expect(await slow).toMatchObject({ code: 'TIMEOUT' });
    const giveUp = new AbortController();
    const given = egress.openSocket(toSocket('slow.example.com', 25, { signal: giveUp.signal }));
    giveUp.abort();
    expect(await given).toMatchObject({ code: 'ABORTED' });
  });

  test('that breaks while nobody listens harms nobody, and closing ends all and opens no more', async () => {
    const server = await startMail();
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    const broken = socketOf(await egress.openSocket(toSocket('127.0.0.1', server.port)));
    await until(
      async () => server.sockets.length,
      (count) => count === 1,
      'the server has it',
    );
    server.sockets[0]?.resetAndDestroy();
    broken.resume();
    await once(broken, 'close');
    const open = socketOf(await egress.openSocket(toSocket('127.0.0.1', server.port)));
    const ended = once(open, 'close');
    await egress.close();
    await ended;
    expect(await egress.openSocket(toSocket('127.0.0.1', server.port))).toMatchObject({ ok: false, code: 'ABORTED' });
  });
});

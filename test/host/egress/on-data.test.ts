/** An answer that is read as it comes: in pieces, up to where its reader has enough, under the same bounds as every other one. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { openEgress, toRequest } from './harness.ts';
import { startHttp } from './servers.ts';

/** Sends `pieces`, each when the one before was read, and never ends; says whether the other side hung up. */
const startEndless = async (...pieces: string[]) => {
  const seen = { closed: false, read: (): void => undefined };
  const server = await startHttp((_request, response) => {
    const left = [...pieces];
    const next = (): void => {
      const piece = left.shift();
      if (piece !== undefined) response.write(piece);
    };
    seen.read = next;
    response.on('close', () => {
      seen.closed = true;
    });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    next();
  });
  return { server, seen };
};

describe('an answer that is read as it comes', () => {
  test('is given in pieces before it has ended; with enough it ends, and so does the connection', async () => {
    const { server, seen } = await startEndless('one ', 'two ', 'three');
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    const read: string[] = [];
    const on_data = (chunk: Buffer): boolean => {
      read.push(chunk.toString());
      seen.read();
      return read.join('').endsWith('two ');
    };
    const result = await egress.request(toRequest(server.origin, { on_data }));
    expect(result).toMatchObject({ ok: true, status: 200 });
    expect([result.ok && result.body.toString(), read.join('')]).toEqual(['one two ', 'one two ']);
    await until(
      () => seen.closed,
      (closed) => closed,
      'the connection is ended',
    );
    expect(server.requests[0]?.headers['accept-encoding']).toBe('identity');
  });

  test('is whole when its reader never has enough', async () => {
    const server = await startHttp((_request, response) => response.end('all of it'));
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    const result = await egress.request(toRequest(server.origin, { on_data: () => false }));
    expect(result.ok && result.body.toString()).toBe('all of it');
  });

  test('is bounded in size and time all the same', async () => {
    const { server } = await startEndless('x'.repeat(200_000));
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    const given: number[] = [];
    const on_data = (chunk: Buffer): boolean => {
      given.push(chunk.length);
      return false;
    };
    expect(await egress.request(toRequest(server.origin, { on_data, max_response_bytes: 1000 }))).toMatchObject({ code: 'TOO_LARGE' });
    expect(given.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(1000 + 65_536);
    const silent = await startEndless('a');
    const slow = openEgress({ policy: { allow_private: [silent.server.authority] } });
    expect(await slow.request(toRequest(silent.server.origin, { on_data, timeout_ms: 100 }))).toMatchObject({
      code: 'TIMEOUT',
      left: true,
    });
  });

  test.each([
    ['a refusal', 429, {}, Buffer.from('later')],
    ['an encoded one', 200, { 'content-encoding': 'gzip' }, gzipSync('packed')],
  ])('is not given when it is %s', async (_what, status, headers, bytes) => {
    const server = await startHttp((_request, response) => response.writeHead(status, headers).end(bytes));
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    let given = 0;
    const on_data = (): boolean => {
      given++;
      return true;
    };
    const result = await egress.request(toRequest(server.origin, { on_data }));
    expect([result.ok && result.status, result.ok && result.body.toString(), given]).toEqual([
      status,
      status === 200 ? 'packed' : 'later',
      0,
    ]);
  });
});

/** A connector that may read every address: what holds there is egress, over real servers. */
import { describe, expect, test } from 'vitest';
import { openEgress } from '../egress/harness.ts';
import { startHttp } from '../egress/servers.ts';
import { createRecordingEgress, openFetch } from './harness.ts';

const EVERYWHERE = [{ url: '*' }];
const KEY = 'secret-key-0123456789';
const moved = (to: () => string, status = 302) => startHttp((_request, response) => response.writeHead(status, { location: to() }).end());

describe('every address', () => {
  test('is read, and every hop is told with its status', async () => {
    const last = await startHttp((_request, response) => response.end('here'));
    const second = await moved(() => `${last.origin}/c?d#e`, 301);
    const first = await moved(() => `${second.origin}/b`, 307);
    const allow_private = [first, second, last].map(({ authority }) => authority);
    const plugin = openFetch({ egress: openEgress({ policy: { allow_private } }), network: EVERYWHERE });
    expect(await plugin.fetch({ url: `${first.origin}/a` })).toMatchObject({
      status: 200,
      url: expect.stringContaining(`${last.origin}/c?d`),
      body: 'here',
      redirects: [
        { status: 307, url: `${first.origin}/a` },
        { status: 301, url: `${second.origin}/b` },
      ],
    });
  });

  test('is no way into a private network, neither at once nor by a redirect, nor to a blocked domain', async () => {
    const inner = await startHttp((_request, response) => response.end('inner'));
    const outer = await moved(() => `${inner.origin}/`);
    const named = await moved(() => 'https://www.blocked.example/');
    const policy = { allow_private: [outer.authority, named.authority], blocked_domains: ['blocked.example'] };
    const plugin = openFetch({ egress: openEgress({ policy }), network: EVERYWHERE });
    for (const url of [`${inner.origin}/`, `${outer.origin}/`])
      expect(await plugin.refusal({ url })).toMatchObject({ code: 'SSRF_BLOCKED' });
    expect(await plugin.refusal({ url: `${named.origin}/` })).toMatchObject({ code: 'DOMAIN_BLOCKED' });
    expect(inner.requests).toEqual([]);
  });

  test('is for reading', async () => {
    const plugin = openFetch({ egress: createRecordingEgress(), network: EVERYWHERE });
    expect((await plugin.fetch({ url: 'https://a.example/', method: 'HEAD' })).status).toBe(200);
    expect(await plugin.refusal({ url: 'https://a.example/', method: 'POST', json: 1 })).toMatchObject({ code: 'NETWORK_NOT_GRANTED' });
  });

  test('gets no secret of an origin beside it: not in a request, and not by a redirect', async () => {
    const elsewhere = await startHttp((_request, response) => response.end('x'));
    const api = await moved(() => `${elsewhere.origin}/`);
    const plugin = openFetch({
      egress: openEgress({ policy: { allow_private: [api.authority, elsewhere.authority] } }),
      network: [...EVERYWHERE, { url: api.origin, credentials: [{ secret: 'key', at: 'header:x-key' }] }],
      secrets: { key: KEY },
    });
    await plugin.fetch({ url: elsewhere.origin });
    expect(elsewhere.requests[0]?.headers).not.toHaveProperty('x-key');
    expect(await plugin.refusal({ url: `${elsewhere.origin}/?q=${plugin.placeholder('key')}` })).toMatchObject({
      code: 'SECRET_MISPLACED',
    });
    expect(await plugin.refusal({ url: api.origin })).toMatchObject({ code: 'REDIRECT_REFUSED' });
    expect(api.requests[0]?.headers).toMatchObject({ 'x-key': KEY });
    expect(elsewhere.requests).toHaveLength(1);
  });

  test('ends an answer without end at the size that the request names', async () => {
    const server = await startHttp((_request, response) => {
      const more = () => response.write('x'.repeat(4096), (error) => error ?? setImmediate(more));
      more();
    });
    const plugin = openFetch({ egress: openEgress({ policy: { allow_private: [server.authority] } }), network: EVERYWHERE });
    expect(await plugin.refusal({ url: server.origin, max_bytes: 10_000 })).toMatchObject({ code: 'TOO_LARGE' });
  });

  test('says what the bytes of an answer are, whatever they hold', async () => {
    const bytes = Buffer.from([0, 255, 254, 10, 13]);
    const server = await startHttp((_request, response) => response.end(bytes));
    const plugin = openFetch({ egress: openEgress({ policy: { allow_private: [server.authority] } }), network: EVERYWHERE });
    expect(await plugin.fetch({ url: server.origin, response: 'base64', digest: true })).toMatchObject({
      body: bytes.toString('base64'),
      sha256: '721edc12fb5a3ca30205eff4db57f21d1d2526e316a7e7e840fc03e0a3cc86af',
      size_bytes: 5,
    });
  });
});

describe('bytes in a request', () => {
  test('leave as they are', async () => {
    const server = await startHttp((_request, response) => response.end());
    const network = [{ url: server.origin }];
    const plugin = openFetch({ egress: openEgress({ policy: { allow_private: [server.authority] } }), network });
    const bytes = Buffer.from([0, 255, 128, 10]);
    await plugin.fetch({ url: server.origin, method: 'POST', body_base64: bytes.toString('base64') });
    expect(server.requests[0]?.bytes).toEqual(bytes);
    expect(server.requests[0]?.headers).toMatchObject({ 'content-type': 'application/octet-stream' });
    expect(await plugin.refusal({ url: server.origin, method: 'POST', body_base64: '§§' })).toMatchObject({ code: 'INVALID_PARAMS' });
  });

  test('are searched for secrets that stand in the wrong place', async () => {
    const plugin = openFetch({ egress: createRecordingEgress(), network: [{ url: 'https://a.example' }], secrets: { key: KEY } });
    const body_base64 = Buffer.from(`\u00ff${plugin.placeholder('key')}`, 'latin1').toString('base64');
    expect(await plugin.refusal({ url: 'https://a.example', method: 'POST', body_base64 })).toMatchObject({ code: 'SECRET_MISPLACED' });
  });
});

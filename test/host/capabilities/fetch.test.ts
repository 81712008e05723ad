import { describe, expect, test } from 'vitest';
import { openEgress } from '../egress/harness.ts';
import { onHead, startHttp, startRaw } from '../egress/servers.ts';
import { createRecordingEgress, openFetch } from './harness.ts';

const ok = (body = '{}') => startHttp((_request, response) => response.end(body));

describe('fetch', () => {
  test('sends text, JSON and forms and answers with text', async () => {
    const server = await startHttp((_request, response) => response.writeHead(201, { 'x-a': '1', 'set-cookie': 'a=b' }).end('\ufeffgrüße'));
    const plugin = openFetch({ egress: openEgress({ policy: { allow_private: [server.authority] } }), network: [{ url: server.origin }] });
    const answer = await plugin.fetch({ url: `${server.origin}/json?a=b#c`, method: 'POST', json: { text: 'hi' } });
    expect(answer).toMatchObject({ status: 201, url: `${server.origin}/json?a=b`, body: 'grüße', headers: { 'x-a': '1' } });
    expect(answer.headers).not.toHaveProperty('set-cookie');
    await plugin.fetch({ url: server.origin, method: 'POST', form: { To: '+1 2', Many: ['a', 'b'] } });
    await plugin.fetch({ url: server.origin, method: 'PUT', body: 'plain', headers: { 'Content-Type': 'text/x' } });
    expect(server.requests).toMatchObject([
      { method: 'POST', url: '/json?a=b', body: '{"text":"hi"}', headers: { 'content-type': 'application/json' } },
      { body: 'To=%2B1+2&Many=a&Many=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      { method: 'PUT', body: 'plain', headers: { 'content-type': 'text/x' } },
    ]);
  });

  test.each([
    ['text/plain; charset=iso-8859-1', Buffer.from('grüße', 'latin1'), 'grüße'],
    ['text/plain; charset="utf-16le"', Buffer.from('grüße', 'utf16le'), 'grüße'],
    ['text/plain; charset=klingon', Buffer.from('grüße'), 'grüße'],
  ])('reads the charset of %s', async (type, bytes, text) => {
    const egress = createRecordingEgress({ headers: { 'content-type': type }, body: bytes });
    const plugin = openFetch({ egress, network: [{ url: 'https://a.example' }] });
    expect((await plugin.fetch({ url: 'https://a.example/' })).body).toBe(text);
  });

  test.each([
    [undefined],
    ['https://a.example'],
    [{}],
    [{ url: 7 }],
    [{ url: 'https://a.example', extra: 1 }],
    [{ url: 'https://a.example', method: 'get' }],
    [{ url: 'https://a.example', method: 'CONNECT' }],
    [{ url: 'https://a.example', timeout_ms: 0 }],
    [{ url: 'https://a.example', headers: { a: 1 } }],
    [{ url: 'https://a.example', method: 'POST', body: 'a', json: 1 }],
    [{ url: 'https://a.example', body: 'a' }],
    [{ url: '/relative' }],
    [{ url: 'ftp://a.example' }],
    [{ url: 'https://u:p@a.example' }],
    [{ url: 'https://a.example/\r\nx: y' }],
    [{ url: 'https://a.example', headers: { 'x-a': 'b\r\nx-c: d' } }],
    [{ url: 'https://a.example', headers: { 'x-a': '1', 'X-A': '2' } }],
  ])('refuses %j as INVALID_PARAMS', async (args) => {
    const egress = createRecordingEgress();
    const plugin = openFetch({ egress, network: [{ url: 'https://a.example' }] });
    expect(await plugin.refusal(args)).toMatchObject({ name: 'CapabilityError', code: 'INVALID_PARAMS' });
    expect(egress.requests).toEqual([]);
  });

  test.each([
    'Host',
    'Connection',
    'Content-Length',
    'Transfer-Encoding',
    'Cookie',
    'Proxy-Authorization',
    'TE',
    'Upgrade',
    'Trailer',
    'Expect',
    'Keep-Alive',
    'Accept-Encoding',
    'X-Forwarded-For',
    'X-HTTP-Method-Override',
    'Sec-Fetch-Site',
    'a b',
  ])('does not let a plugin set the header %s', async (name) => {
    const egress = createRecordingEgress();
    const plugin = openFetch({ egress, network: [{ url: 'https://a.example' }] });
    expect(await plugin.refusal({ url: 'https://a.example', headers: { [name]: '1' } })).toMatchObject({ code: 'HEADER_NOT_ALLOWED' });
    expect(egress.requests).toEqual([]);
  });

  test('asks the network mode before each request', async () => {
    const egress = createRecordingEgress();
    let mode: boolean | string = 'The network mode is off.';
    const plugin = openFetch({ egress, network: [{ url: 'https://a.example' }], allowed: () => mode });
    expect(await plugin.refusal({ url: 'https://a.example' })).toMatchObject({
      code: 'NETWORK_MODE_BLOCKED',
      message: 'The network mode is off.',
    });
    mode = false;
    expect(await plugin.refusal({ url: 'https://a.example' })).toMatchObject({ code: 'NETWORK_MODE_BLOCKED' });
    expect(egress.requests).toEqual([]);
    mode = true;
    expect(await plugin.fetch({ url: 'https://a.example' })).toMatchObject({ status: 200 });
  });

  test('passes the faults of egress on with their code', async () => {
    const plugin = openFetch({ egress: openEgress(), network: [{ url: 'http://127.0.0.1:1' }] });
    expect(await plugin.refusal({ url: 'http://127.0.0.1:1/' })).toMatchObject({ code: 'SSRF_BLOCKED' });
  });

  test('holds an answer to the size that its permission allows', async () => {
    const server = await ok('x'.repeat(101));
    const egress = openEgress({ policy: { allow_private: [server.authority] } });
    expect(
      await openFetch({ egress, network: [{ url: server.origin, max_response_bytes: 100 }] }).refusal({ url: server.origin }),
    ).toMatchObject({ code: 'TOO_LARGE' });
    expect(
      await openFetch({ egress, network: [{ url: server.origin, max_response_bytes: 101 }] }).fetch({ url: server.origin }),
    ).toMatchObject({ status: 200 });
  });
});

describe('a grant', () => {
  test('is for its origin: scheme, host and port', async () => {
    const egress = createRecordingEgress();
    const plugin = openFetch({ egress, network: [{ url: 'https://api.example.com' }] });
    for (const url of [
      'http://api.example.com/',
      'https://api.example.com:8443/',
      'https://example.com/',
      'https://api.example.com.evil.net/',
      'https://evil.net/?https://api.example.com',
    ]) {
      const refusal = await plugin.refusal({ url });
      expect(refusal.code).toBe('NETWORK_NOT_GRANTED');
      expect(refusal.message).toContain(`{"url":"${new URL(url).origin}","methods":["GET"]}`);
    }
    expect(egress.requests).toEqual([]);
  });

  test('is for its methods', async () => {
    const egress = createRecordingEgress();
    const plugin = openFetch({ egress, network: [{ url: 'https://a.example', methods: ['GET'] }] });
    const refusal = await plugin.refusal({ url: 'https://a.example/', method: 'DELETE' });
    expect(refusal.code).toBe('NETWORK_NOT_GRANTED');
    expect(refusal.message).toContain('DELETE');
    expect(egress.requests).toEqual([]);
  });

  test('is for paths at or below its base, whatever the path climbs over', async () => {
    const egress = createRecordingEgress();
    const plugin = openFetch({ egress, network: [{ url: '{config.api_base_url}' }], values: { api_base_url: 'https://a.example/base/' } });
    for (const path of ['/', '/basement', '/base/../other', '/base/%2e%2e/other', '/base\\..\\other']) {
      expect(await plugin.refusal({ url: `https://a.example${path}` })).toMatchObject({ code: 'NETWORK_NOT_GRANTED' });
    }
    expect(await plugin.fetch({ url: 'https://a.example/base' })).toMatchObject({ status: 200 });
    expect(await plugin.fetch({ url: 'https://a.example/base/x' })).toMatchObject({ status: 200 });
    expect(egress.requests).toHaveLength(2);
  });

  test('lets a redirect follow only where the method is granted too', async () => {
    const reader = await ok('read');
    const server = await startHttp((_request, response) => response.writeHead(307, { location: reader.origin }).end());
    const egress = openEgress({ policy: { allow_private: [server.authority, reader.authority] } });
    const plugin = openFetch({ egress, network: [{ url: server.origin }, { url: reader.origin, methods: ['GET'] }] });
    expect(await plugin.fetch({ url: server.origin })).toMatchObject({ body: 'read' });
    expect(await plugin.refusal({ url: server.origin, method: 'POST', body: 'x' })).toMatchObject({ code: 'REDIRECT_REFUSED' });
    expect(reader.requests).toHaveLength(1);
  });
});

describe('the tracker hears', () => {
  const network = (url: string) => [{ url }];

  test('of an answered request, whatever its status', async () => {
    const server = await startHttp((_request, response) => response.writeHead(500).end());
    const plugin = openFetch({ egress: openEgress({ policy: { allow_private: [server.authority] } }), network: network(server.origin) });
    plugin.tracker.begin('s');
    await plugin.fetch({ url: server.origin, method: 'POST' }, 's');
    expect(plugin.tracker.end('s')).toBe('answered');
  });

  test('of a request that left and got no answer', async () => {
    const server = await startRaw((socket) => onHead(socket, () => socket.destroy()));
    const plugin = openFetch({ egress: openEgress({ policy: { allow_private: [server.authority] } }), network: network(server.origin) });
    plugin.tracker.begin('s');
    expect(await plugin.refusal({ url: server.origin, method: 'POST' }, null)).toMatchObject({ code: 'RESET' });
    expect(plugin.tracker.end('s')).toBe('unanswered');
  });

  test('of a request while it is on its way', async () => {
    let outcome = '';
    const server = await startRaw((socket) =>
      onHead(socket, () => {
        outcome = plugin.tracker.end('s');
        socket.destroy();
      }),
    );
    const plugin = openFetch({ egress: openEgress({ policy: { allow_private: [server.authority] } }), network: network(server.origin) });
    plugin.tracker.begin('s');
    await plugin.refusal({ url: server.origin, method: 'POST' }, 's');
    expect(outcome).toBe('unanswered');
  });

  test('nothing of a request that was refused or could not connect', async () => {
    const plugin = openFetch({
      egress: openEgress({ policy: { allow_private: ['127.0.0.1:1'] } }),
      network: network('http://127.0.0.1:1'),
    });
    plugin.tracker.begin('s');
    expect(await plugin.refusal({ url: 'http://127.0.0.1:1/', method: 'POST' }, 's')).toMatchObject({ code: 'CONNECT_FAILED' });
    expect(await plugin.refusal({ url: 'http://127.0.0.1:2/', method: 'POST' }, 's')).toMatchObject({ code: 'NETWORK_NOT_GRANTED' });
    expect(plugin.tracker.end('s')).toBe('none');
  });

  test.each(['http://127.0.0.1:2/', '/again'])('of a redirect to %s that is refused as of an answer', async (location) => {
    const server = await startHttp((_request, response) => response.writeHead(307, { location }).end());
    const plugin = openFetch({
      egress: openEgress({ policy: { allow_private: [server.authority] } }),
      network: [{ url: server.origin }, { url: 'http://127.0.0.1:2' }],
    });
    plugin.tracker.begin('s');
    await plugin.refusal({ url: server.origin, method: 'POST' }, 's');
    expect(plugin.tracker.end('s')).toBe('answered');
  });
});

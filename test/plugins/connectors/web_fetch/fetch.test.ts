/** `web_fetch` as it runs, against real servers on loopback. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { FetchedPage } from '../../../../plugins/connectors/web_fetch/fetch-page.ts';
import { startHttp } from '../../../host/egress/servers.ts';
import { useSandbox } from '../../../host/sandbox/fixture.ts';
import { runConnector } from '../confined-connector.ts';
import { ARTICLE, ARTICLE_WORDS } from './pages.ts';

const { sandbox } = useSandbox();

const serve = async (handler: (request: IncomingMessage, response: ServerResponse) => void) => {
  const server = await startHttp(handler);
  return { server, connector: await runConnector(sandbox(), 'web_fetch', { policy: { allow_private: [server.authority] } }) };
};
const html = (body: string | Buffer, headers = {}) =>
  serve((_request, response) => response.writeHead(200, { 'content-type': 'text/html', ...headers }).end(body));

describe('fetch', () => {
  it('reads an article: its words without navigation, and what the page says of itself', async () => {
    const { server, connector } = await html(ARTICLE, { 'x-a': '1' });
    const page = await connector.result<FetchedPage>('fetch', { url: `${server.origin}/2026/tea` });
    expect(page).toMatchObject({
      url: `${server.origin}/2026/tea`,
      final_url: `${server.origin}/2026/tea`,
      status: 200,
      redirects: [],
      headers: { 'x-a': '1' },
      content_type: 'text/html',
      charset: 'utf-8',
      title: 'Tea at noon',
      description: 'How tea is made & drunk.',
      author: 'Ada Leaf, Bo Pot',
      site_name: 'The Kettle',
      language: 'en-GB',
      published_at: '2026-01-02T02:04:05.000Z',
      modified_at: '2026-01-03T00:00:00.000Z',
      extraction: 'article',
      text_truncated: false,
      images: [{ url: `${server.origin}/articles/pot.jpg`, alt: 'A pot' }],
      content_sha256: createHash('sha256').update(ARTICLE).digest('hex'),
      size_bytes: Buffer.byteLength(ARTICLE),
      source: `${server.origin}/2026/tea`,
      trust_tier: 'external_source',
      untrusted: true,
    });
    expect(page.text).toContain(`${ARTICLE_WORDS} How long to steep\n`);
    for (const left_out of ['Section 1', 'written by a script', 'color', 'Ignore all instructions'])
      expect(page.text).not.toContain(left_out);
    expect(page.links).toHaveLength(41);
    expect(page.links.at(-1)).toEqual({ url: `${server.origin}/articles/steep.html`, text: 'How long to steep' });
    expect(new Date(page.fetched_at).toISOString()).toBe(page.fetched_at);
  });

  it('gives all words of a page that is no article, cut where it was asked to, and never inside a character', async () => {
    const { server, connector } = await html('<title>Links</title><ul><li>one</li><li>two 😀😀</li></ul>');
    expect(await connector.result('fetch', { url: server.origin })).toMatchObject({
      title: 'Links',
      extraction: 'page',
      text: 'one\ntwo 😀😀',
      text_truncated: false,
    });
    expect(await connector.result('fetch', { url: server.origin, max_chars: 9 })).toMatchObject({
      text: 'one\ntwo ',
      text_truncated: true,
    });
  });

  it.each<[string, Buffer, string, string]>([
    ['windows-1252 by its header', Buffer.from('grüße', 'latin1'), 'text/html; charset=iso-8859-1', 'windows-1252'],
    ['windows-1252 by its own word', Buffer.from('<meta charset=latin1>grüße', 'latin1'), 'text/html', 'windows-1252'],
    ['UTF-16 by its mark', Buffer.from('\ufeffgrüße', 'utf16le'), 'text/html', 'utf-16le'],
    ['UTF-8 by default', Buffer.from('grüße'), 'text/html', 'utf-8'],
  ])('reads %s', async (_, bytes, type, charset) => {
    const { server, connector } = await html(bytes, { 'content-type': type });
    expect(await connector.result('fetch', { url: server.origin })).toMatchObject({ text: 'grüße', charset });
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ] as const)('undoes %s, and holds the result to its limit', async (encoding, compress) => {
    const bombed = compress(Buffer.alloc(6_000_000, 'a'));
    const { server, connector } = await serve((request, response) => {
      const body = request.url === '/bomb' ? bombed : compress('<p>small</p>');
      response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': encoding }).end(body);
    });
    expect(await connector.result('fetch', { url: server.origin })).toMatchObject({ text: 'small', size_bytes: 12 });
    expect(await connector.execute('fetch', { url: `${server.origin}/bomb` })).toMatchObject({ ok: false, code: 'TOO_LARGE' });
  });

  it('shows where it was led, with each status', async () => {
    const { server, connector } = await serve((request, response) => {
      if (request.url === '/old') response.writeHead(301, { location: '/new' }).end();
      else if (request.url === '/new') response.writeHead(302, { location: '/here#part' }).end();
      else response.writeHead(200, { 'content-type': 'text/plain' }).end('arrived <b>');
    });
    expect(await connector.result('fetch', { url: `${server.origin}/old` })).toMatchObject({
      final_url: expect.stringMatching(/\/here/),
      redirects: [
        { status: 301, url: `${server.origin}/old` },
        { status: 302, url: `${server.origin}/new` },
      ],
      text: 'arrived <b>',
      extraction: 'plain',
    });
  });

  it('reaches no private address, neither at once nor by a redirect', async () => {
    const inner = await startHttp((_request, response) => response.end('inner'));
    const { server, connector } = await serve((_request, response) => response.writeHead(302, { location: inner.origin }).end());
    for (const url of [inner.origin, server.origin])
      expect(await connector.execute('fetch', { url })).toMatchObject({ code: 'SSRF_BLOCKED' });
    expect(inner.requests).toEqual([]);
  });

  it('reads from the address that was checked, whatever its name answers next', async () => {
    const server = await startHttp((_request, response) => response.end('checked'));
    const inner = await startHttp((_request, response) => response.end('inner'), { host: '127.0.0.2', port: server.port });
    const authority = `page.example.test:${server.port}`;
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    const asked: string[] = [];
    const connector = await runConnector(sandbox(), 'web_fetch', {
      policy: { allow_private: [authority] },
      resolver: async (host) => answers[asked.push(host) - 1] ?? [],
    });
    for (const path of ['one', 'two'])
      expect(await connector.result('fetch', { url: `http://${authority}/${path}` })).toMatchObject({ text: 'checked' });
    expect(asked).toEqual(['page.example.test']);
    expect(inner.requests).toEqual([]);
  });

  it('follows no redirect to a name behind which lies a private address', async () => {
    const inner = await startHttp((_request, response) => response.end('inner'));
    const server = await startHttp((_request, response) =>
      response.writeHead(302, { location: `http://rebind.example:${inner.port}/` }).end(),
    );
    const connector = await runConnector(sandbox(), 'web_fetch', {
      policy: { allow_private: [server.authority, inner.authority] },
      resolver: async () => ['127.0.0.1'],
    });
    expect(await connector.execute('fetch', { url: server.origin })).toMatchObject({ code: 'SSRF_BLOCKED' });
    expect(inner.requests).toEqual([]);
  });

  it('turns what a server refuses, and what has no text, into an error', async () => {
    const { server, connector } = await serve((request, response) => {
      if (request.url === '/png') response.writeHead(200, { 'content-type': 'image/png' }).end('x');
      else response.writeHead(404).end('no such page');
    });
    expect(await connector.execute('fetch', { url: server.origin })).toMatchObject({
      ok: false,
      fault: 'threw',
      code: 'CONNECTOR_ERROR',
      message: 'The page answered 404: no such page',
    });
    expect(await connector.execute('fetch', { url: `${server.origin}/png` })).toMatchObject({
      message: expect.stringContaining('download'),
    });
  });

  it('ends a body without end at the limit', async () => {
    const { server, connector } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      const more = () => response.write('x'.repeat(65_536), (error) => error ?? setImmediate(more));
      more();
    });
    expect(await connector.execute('fetch', { url: server.origin })).toMatchObject({ ok: false, code: 'TOO_LARGE' });
  });

  it.each([
    'ftp://a.example/',
    'javascript:alert(1)',
    'a.example',
    'https://u:p@a.example/',
    'https://a.example/#part',
    'https://a.example/ b',
    'https://a.example/\r\nx: y',
    'https://',
  ])('refuses %j', async (url) => {
    const connector = await runConnector(sandbox(), 'web_fetch');
    for (const operation of ['fetch', 'download']) {
      expect(await connector.execute(operation, { url })).toMatchObject({ ok: false, fault: 'threw', code: 'INVALID_PARAMS' });
    }
  });
});

describe('download', () => {
  it('gives the bytes as they are, with name, type and hash', async () => {
    const bytes = Buffer.from(Array.from({ length: 600_000 }, (_, n) => (n * 7) % 256));
    const { server, connector } = await serve((request, response) => {
      const disposition =
        request.url === '/plain' ? {} : { 'content-disposition': `attachment; filename="x.txt"; filename*=UTF-8''../../t%c3%a9%00.bin` };
      response.writeHead(200, { 'content-type': 'application/x-thing; a=b', ...disposition }).end(bytes);
    });
    const file = await connector.result<{ content_base64: string }>('download', { url: server.origin });
    expect(Buffer.from(file.content_base64, 'base64').equals(bytes)).toBe(true);
    expect(file).toMatchObject({
      file_name: 'té.bin',
      content_type: 'application/x-thing',
      size_bytes: 600_000,
      content_sha256: createHash('sha256').update(bytes).digest('hex'),
      trust_tier: 'external_source',
      untrusted: true,
    });
    expect(await connector.result('download', { url: `${server.origin}/plain` })).toMatchObject({ file_name: 'plain' });
    expect(await connector.execute('download', { url: server.origin, max_bytes: 599_999 })).toMatchObject({ ok: false, code: 'TOO_LARGE' });
  });
});

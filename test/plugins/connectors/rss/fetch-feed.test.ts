/** `rss` as it runs, against real feed servers on loopback. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { FetchedFeed } from '../../../../plugins/connectors/rss/fetch-feed.ts';
import { startHttp, type TestServer } from '../../../host/egress/servers.ts';
import { useSandbox } from '../../../host/sandbox/fixture.ts';
import { type RunningConnector, runConnector } from '../confined-connector.ts';
import * as feeds from './feeds.ts';

const { sandbox } = useSandbox();

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

let server: TestServer;
let connector: RunningConnector;
let answer: (headers: Record<string, string | string[] | undefined>) => Answer;

beforeEach(async () => {
  server = await startHttp((request, response) => {
    const { status = 200, headers = {}, body = '' } = answer(request.headers);
    response.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(body);
  });
  connector = await runConnector(sandbox(), 'rss', { policy: { allow_private: [server.authority] } });
});

const serve = (body: string | Buffer, headers: Record<string, string> = {}) => {
  answer = () => ({ body, headers });
};
const fetchFeed = (params: object = {}) => connector.result<FetchedFeed>('fetch_feed', { url: `${server.origin}/feed`, ...params });
const failure = (params: object = {}) => connector.execute('fetch_feed', { url: `${server.origin}/feed`, ...params });

describe('a feed', () => {
  it('of RSS 2.0 is read whole', async () => {
    serve(feeds.RSS2);
    const feed = await fetchFeed({ include_content: true });
    expect(feed).toMatchObject({
      format: 'rss',
      title: 'The Kettle & Co',
      description: 'About tea',
      home_url: 'https://kettle.example/',
      language: 'en-gb',
      updated_at: '2026-01-03T00:00:00.000Z',
      item_count: 4,
      not_modified: false,
      source: `${server.origin}/feed`,
      trust_tier: 'external_source',
      untrusted: true,
    });
    expect(feed.items).toEqual([
      {
        id: 'urn:1',
        title: 'Tea & milk',
        url: 'https://kettle.example/1',
        published_at: '2026-01-02T08:04:05.000Z',
        updated_at: null,
        author: 'Ada Leaf',
        summary: 'Short',
        content: 'Long text',
        categories: ['tea', 'milk'],
        enclosures: [{ url: 'https://kettle.example/1.mp3', mime_type: 'audio/mpeg', size_bytes: 1234 }],
      },
      expect.objectContaining({ id: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), title: 'No id', url: null, published_at: null }),
      expect.objectContaining({ id: 'https://kettle.example/3', title: 'By guid', url: 'https://kettle.example/3' }),
    ]);
  });

  it('of Atom is read, markup within its texts and all', async () => {
    serve(feeds.ATOM);
    expect(await fetchFeed({ include_content: true })).toMatchObject({
      format: 'atom',
      title: 'Der <Kessel>',
      home_url: `${server.origin}/home`,
      updated_at: '2026-01-02T23:00:00.000Z',
      items: [
        {
          id: 'tag:kettle.example,2026:1',
          title: 'Tee',
          url: `${server.origin}/1`,
          author: 'Bo Pot',
          published_at: '2026-01-02T03:04:05.000Z',
          updated_at: '2026-01-02T04:00:00.000Z',
          categories: ['Tee'],
          content: expect.stringContaining('Viel Text'),
          enclosures: [{ url: `${server.origin}/1.mp3`, size_bytes: 9 }],
        },
      ],
    });
  });

  it('of RSS 1.0 is read', async () => {
    serve(feeds.RDF);
    expect(await fetchFeed()).toMatchObject({
      format: 'rdf',
      title: 'Old',
      items: [{ id: 'https://old.example/1', title: 'One', url: 'https://old.example/1', published_at: '2026-01-02T00:00:00.000Z' }],
    });
  });

  it('of JSON is read', async () => {
    serve(feeds.JSON_FEED, { 'content-type': 'application/feed+json' });
    expect((await fetchFeed()).items).toEqual([
      {
        id: '7',
        title: 'Seven',
        url: 'https://json.example/7',
        published_at: '2026-01-02T04:04:05.000Z',
        updated_at: null,
        author: 'Ada',
        summary: 'Some text',
        content: null,
        categories: ['x'],
        enclosures: [{ url: 'https://json.example/7.mp3', mime_type: 'audio/mpeg', size_bytes: 5 }],
      },
    ]);
  });

  it('is read in the encoding that it declares', async () => {
    const text = '<?xml version="1.0" encoding="iso-8859-1"?><rss version="0.91"><channel><title>grüße</title></channel></rss>';
    serve(Buffer.from(text, 'latin1'));
    expect(await fetchFeed()).toMatchObject({ title: 'grüße', items: [] });
  });
});

describe('what a feed declares', () => {
  it('is never expanded: a billion laughs are nine letters', async () => {
    serve(feeds.BILLION_LAUGHS);
    expect((await fetchFeed()).items).toMatchObject([{ title: '&lol9;' }]);
  });

  it('is never fetched', async () => {
    const other = await startHttp((_request, response) => response.end('fetched'));
    serve(feeds.externalEntity(other.origin));
    expect((await fetchFeed()).items).toMatchObject([{ title: '&file;|&net;' }]);
    expect(other.requests).toEqual([]);
  });
});

describe('an unchanged feed', () => {
  it('is not sent again, and answered from what was kept, by ETag or by date', async () => {
    for (const [name, value, asked] of [
      ['etag', '"v1"', 'if-none-match'],
      ['last-modified', 'Fri, 02 Jan 2026 03:04:05 GMT', 'if-modified-since'],
    ] as const) {
      answer = (headers) => (headers[asked] === value ? { status: 304 } : { body: feeds.RSS2, headers: { [name]: value } });
      const url = `${server.origin}/${name}`;
      const first = await fetchFeed({ url });
      const second = await fetchFeed({ url });
      expect([first.not_modified, second.not_modified]).toEqual([false, true]);
      expect(second.items).toEqual(first.items);
      expect(second.title).toBe('The Kettle & Co');
      expect((await fetchFeed({ url, limit: 1 })).items).toHaveLength(1);
    }
  });

  it('that changed is read anew', async () => {
    let version = 1;
    answer = (headers) => {
      if (headers['if-none-match'] === `"${version}"`) return { status: 304 };
      return { body: feeds.RSS2.replace('The Kettle', `Kettle ${version}`), headers: { etag: `"${version}"` } };
    };
    await fetchFeed();
    version = 2;
    expect(await fetchFeed()).toMatchObject({ not_modified: false, title: 'Kettle 2 & Co' });
    expect(await fetchFeed()).toMatchObject({ not_modified: true, title: 'Kettle 2 & Co' });
  });

  it('is asked for whole when more is wanted than was kept', async () => {
    answer = (headers) => (headers['if-none-match'] ? { status: 304 } : { body: feeds.longFeed(300), headers: { etag: '"1"' } });
    expect((await fetchFeed({ limit: 300 })).items).toHaveLength(300);
    expect(await fetchFeed({ limit: 100 })).toMatchObject({ not_modified: true, item_count: 300 });
    expect(await fetchFeed({ limit: 101 })).toMatchObject({ not_modified: false });
    expect(await fetchFeed({ limit: 1, include_content: true })).toMatchObject({ not_modified: false, items: [{ id: 'id-0' }] });
  });
});

describe('a long feed', () => {
  it('of 10,000 items is read within an operation, and only what was asked for comes back', async () => {
    serve(feeds.longFeed(10_500));
    const all = await fetchFeed({ limit: 10_000 });
    expect(all.item_count).toBe(10_500);
    expect(all.items.map(({ id }) => id)).toEqual(Array.from({ length: 10_000 }, (_, n) => `id-${n}`));
    const since = await fetchFeed({ since: '2025-12-31T23:50:00Z' });
    expect(since.items.map(({ id }) => id)).toEqual(Array.from({ length: 11 }, (_, n) => `id-${n}`));
    expect((await fetchFeed()).items).toHaveLength(50);
  }, 120_000);
});

it('an item without an id has the same one at every fetch, whatever comes before it', async () => {
  const feed = (items: string) => `<rss version="2.0"><channel>${items}</channel></rss>`;
  const old = '<item><title>Old</title><pubDate>2026-01-01</pubDate></item>';
  serve(feed(old));
  const [before] = (await fetchFeed()).items;
  serve(feed(`<item><title>New</title></item>${old}`));
  expect((await fetchFeed()).items[1]).toEqual(before);
});

describe('what is no feed', () => {
  it.each<[string, string, string]>([
    ['a page', '<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/real.xml"></head></html>', '/real.xml'],
    ['another document', '<svg></svg>', 'its document is <svg>'],
    ['nothing', '', 'no element'],
    ['JSON of another kind', '{"items": []}', 'no version of JSON Feed'],
    ['a tower', `<rss>${'<a>'.repeat(5_000_000 / 3)}`, 'nests deeper'],
  ])('%s is said to be none', async (_, body, message) => {
    serve(body);
    expect(await failure()).toMatchObject({ ok: false, code: 'CONNECTOR_ERROR', message: expect.stringContaining(message) });
  });

  it('a server that refuses is an error, and so is a feed beyond the limit', async () => {
    answer = () => ({ status: 503, body: 'busy' });
    expect(await failure()).toMatchObject({ ok: false, message: 'The feed answered 503: busy' });
    serve('x'.repeat(11_000_000));
    expect(await failure()).toMatchObject({ ok: false, code: 'TOO_LARGE' });
  });

  it.each([
    { url: 'file:///etc/passwd' },
    { url: 'https://a.example/#x' },
    { url: 'https://u@a.example/' },
    { limit: 0 },
    { limit: 1.5 },
    { since: 'soon' },
  ])('%j is refused', async (params) => {
    expect(await failure(params)).toMatchObject({ ok: false, code: 'INVALID_PARAMS' });
  });
});

/** `web_search` as it runs, against servers that are shaped like its providers. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Found } from '../../../../plugins/connectors/web_search/search.ts';
import type { Provider } from '../../../fakes/provider.ts';
import { type KnownPage, startFakeBrave, startFakeDuckDuckGo, startFakeSearxng, startFakeTavily } from '../../../fakes/search.ts';
import { useSandbox } from '../../../host/sandbox/fixture.ts';
import { runConnector } from '../confined-connector.ts';

const { sandbox } = useSandbox();
const KEY = 'key-0123456789abcdef';
const PAGES: KnownPage[] = [
  {
    title: 'Tea & <milk>',
    url: 'https://Tea.example/a?utm_source=x&id=1#top',
    snippet: 'All about tea',
    published_at: '2026-01-02T03:04:05Z',
  },
  { title: 'Other', url: 'https://other.example/', snippet: 'Something else' },
  { title: 'Tea again', url: 'http://tea.example/a?id=1', snippet: 'All about tea, and more of it' },
];

const open: Provider[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((provider) => provider.close()));
});

type Id = 'searxng' | 'brave' | 'tavily' | 'duckduckgo';
const START: Record<Id, (pages: () => readonly KnownPage[]) => Promise<Provider>> = {
  searxng: (pages) => startFakeSearxng(pages),
  brave: (pages) => startFakeBrave(pages, KEY),
  tavily: (pages) => startFakeTavily(pages, KEY),
  duckduckgo: startFakeDuckDuckGo,
};
const FIELD: Record<Id, string> = {
  searxng: 'searxng_url',
  brave: 'brave_base_url',
  tavily: 'tavily_base_url',
  duckduckgo: 'duckduckgo_base_url',
};
const IDS = Object.keys(START) as Id[];

const run = async (id: Id, { pages = PAGES, secret = KEY, server }: { pages?: KnownPage[]; secret?: string; server?: Provider } = {}) => {
  const provider = server ?? (await START[id](() => pages));
  open.push(provider);
  const connector = await runConnector(sandbox(), 'web_search', {
    config: { provider: id, [FIELD[id]]: provider.url },
    secrets: { brave_api_key: secret, tavily_api_key: secret },
    policy: { allow_private: [new URL(provider.url).host] },
  });
  return { provider, connector };
};

describe.each(IDS)('%s', (id) => {
  it('finds pages: canonical, each once, ranked, and marked as what they are', async () => {
    const { connector } = await run(id);
    const found = await connector.result<Found>('search', { query: 'tea' });
    expect(found).toMatchObject({ query: 'tea', provider: id, trust_tier: 'search_result', untrusted: true });
    expect(found.results).toEqual([
      {
        rank: 1,
        title: 'Tea & <milk>',
        url: 'https://tea.example/a?id=1',
        snippet: 'All about tea, and more of it',
        published_at: id === 'searxng' || id === 'brave' ? '2026-01-02T03:04:05.000Z' : null,
        source: 'tea.example',
        trust_tier: 'search_result',
      },
      expect.objectContaining({ rank: 2, title: 'Other', url: 'https://other.example/', snippet: 'Something else' }),
    ]);
  });

  it('finding nothing is a result', async () => {
    const { connector } = await run(id, { pages: [] });
    expect((await connector.result<Found>('search', { query: 'tea' })).results).toEqual([]);
  });

  it('a refusal, a limit and an answer that is none stay errors with their cause', async () => {
    const { provider, connector } = await run(id);
    provider.script.next(
      '*',
      { kind: 'rate_limited', retry_after: 7 },
      { kind: 'answer', status: 503, body: 'busy' },
      { kind: 'invalid_json' },
    );
    expect(await connector.execute('search', { query: 'tea' })).toMatchObject({
      ok: false,
      code: 'CONNECTOR_ERROR',
      message: expect.stringContaining('answered 429; again in 7 s'),
    });
    expect(await connector.execute('search', { query: 'tea' })).toMatchObject({ ok: false, message: expect.stringContaining('503') });
    expect(await connector.execute('search', { query: 'tea' })).toMatchObject({ ok: false, fault: 'threw', code: 'CONNECTOR_ERROR' });
  });

  it('asks in its words', async () => {
    const { provider, connector } = await run(id);
    await connector.result('search', { query: 'tea & milk', limit: 5, language: 'en', time_range: 'week' });
    const [{ path, body } = { path: '', body: '' }] = provider.calls;
    const asked = Object.fromEntries(new URL(path, provider.url).searchParams);
    expect({ path: new URL(path, provider.url).pathname, asked, body: body === '' ? null : JSON.parse(body) }).toEqual(
      {
        searxng: { path: '/search', asked: { q: 'tea & milk', format: 'json', language: 'en', time_range: 'week' }, body: null },
        brave: { path: '/res/v1/web/search', asked: { q: 'tea & milk', count: '5', search_lang: 'en', freshness: 'pw' }, body: null },
        tavily: { path: '/search', asked: {}, body: { query: 'tea & milk', max_results: 5, search_depth: 'basic', time_range: 'week' } },
        duckduckgo: { path: '/html/', asked: { q: 'tea & milk', kl: 'wt-en', df: 'w' }, body: null },
      }[id],
    );
  });
});

describe.each(['brave', 'tavily'] as const)('the key of %s', (id) => {
  it('goes to it in its header, and stands nowhere in the plugin', async () => {
    const { provider, connector } = await run(id);
    await connector.result('search', { query: 'tea' });
    expect(JSON.stringify(provider.calls[0]?.headers)).toContain(KEY);
    expect(JSON.stringify(connector.placeholders)).not.toContain(KEY);
  });

  it('that is not right is said to be refused', async () => {
    const { connector } = await run(id, { secret: 'another-0123456789' });
    expect(await connector.execute('search', { query: 'tea' })).toMatchObject({
      ok: false,
      message: expect.stringMatching(/answered 4(?:22|01)/),
    });
  });
});

describe('what only one of them does', () => {
  it('SearXNG without the format json says what to change', async () => {
    const server = await startFakeSearxng(() => PAGES, ['html']);
    const { connector } = await run('searxng', { server });
    expect(await connector.execute('search', { query: 'tea' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('search.formats'),
    });
  });

  it('DuckDuckGo that asks for a person says so, and so does a page that nobody understands', async () => {
    const { provider, connector } = await run('duckduckgo');
    provider.script.next('*', { kind: 'answer', status: 202, body: '<div class="anomaly-modal">' }, { kind: 'html', status: 200 });
    expect(await connector.execute('search', { query: 'tea' })).toMatchObject({ message: expect.stringContaining('asks too often') });
    expect(await connector.execute('search', { query: 'tea' })).toMatchObject({
      message: expect.stringContaining('could not be understood'),
    });
  });
});

it.each([{ query: ' ' }, { query: 'x', limit: 21 }, { query: 'x', language: 'english' }, { query: 'x', time_range: 'hour' }])(
  '%j is refused',
  async (params) => {
    const connector = await runConnector(sandbox(), 'web_search');
    expect(await connector.execute('search', params)).toMatchObject({ ok: false, code: 'INVALID_PARAMS' });
  },
);

it('a provider without what it needs is not configured', async () => {
  const without = await runConnector(sandbox(), 'web_search', { config: { provider: 'brave' } });
  expect(await without.adapter.call('validateConfig', [])).toEqual({ ok: true, value: false });
  const other = await runConnector(sandbox(), 'web_search');
  expect(await other.adapter.call('validateConfig', [])).toEqual({ ok: true, value: true });
});

/** Connectors that answer in the shapes of `web_search`, `web_fetch` and `rss`, with what a test puts into them. */
import { connectorContext } from '../../host/connectors/code-context.ts';
import type { CommunicationService } from '../../host/connectors/embedded.ts';
import { BaseConnector, ConnectorError, type OperationParams } from '../../plugins/sdk/connector.ts';
import type { Operation } from '../../schemas/connector-manifest.ts';

const AT = '2026-01-01T00:00:00.000Z';

export const RESULT = (rank: number) => ({
  rank,
  title: `Title ${rank}`,
  url: `https://r${rank}.example/`,
  snippet: `Snippet ${rank}`,
  published_at: null,
  source: `r${rank}.example`,
  trust_tier: 'search_result',
});

export const PAGE = (url: string, more: object = {}) => ({
  url,
  final_url: url,
  status: 200,
  redirects: [],
  headers: {},
  content_type: 'text/html',
  size_bytes: 100,
  content_sha256: '0'.repeat(64),
  fetched_at: AT,
  source: url,
  trust_tier: 'external_source',
  untrusted: true,
  charset: 'utf-8',
  title: 'A page',
  description: null,
  author: null,
  site_name: null,
  language: 'en',
  published_at: AT,
  modified_at: null,
  text: 'Some words.',
  text_truncated: false,
  extraction: 'article',
  links: [],
  images: [],
  ...more,
});

export const FEED = (count: number) => ({
  url: 'https://news.example/feed',
  final_url: 'https://news.example/feed',
  redirects: [],
  not_modified: false,
  format: 'rss',
  title: 'The news',
  items: Array.from({ length: count }, (_, index) => ({
    id: String(index + 1),
    title: `Item ${index + 1}`,
    url: `https://news.example/${index + 1}`,
    published_at: AT,
    updated_at: null,
    author: null,
    summary: null,
    content: null,
    categories: [],
    enclosures: [],
  })),
  fetched_at: AT,
  source: 'https://news.example/feed',
  trust_tier: 'external_source',
  untrusted: true,
});

/** What the three of them were asked, and what they answer. */
export class FakeWeb extends BaseConnector {
  readonly calls: { what: string; params: OperationParams }[] = [];
  found: ReturnType<typeof RESULT>[] = [];
  readonly pages = new Map<string, unknown>();
  feed: ReturnType<typeof FEED> = FEED(0);

  async execute(what: string, params: OperationParams): Promise<unknown> {
    this.calls.push({ what, params });
    if (what === 'search')
      return {
        query: params.query,
        provider: 'searxng',
        results: this.found,
        searched_at: AT,
        trust_tier: 'search_result',
        untrusted: true,
      };
    if (what === 'fetch_feed') return this.feed;
    if (!this.pages.has(String(params.url))) throw new ConnectorError('no such page');
    return this.pages.get(String(params.url));
  }
  getSupportedOperations(): string[] {
    return ['search', 'fetch', 'fetch_feed'];
  }
}

class Part extends BaseConnector {
  readonly #web: FakeWeb;
  readonly #operation: string;
  constructor(web: FakeWeb, operation: string) {
    super(connectorContext());
    this.#web = web;
    this.#operation = operation;
  }
  execute(operation: string, params: OperationParams): Promise<unknown> {
    return this.#web.execute(operation, params);
  }
  getSupportedOperations(): string[] {
    return [this.#operation];
  }
}

const url = { type: 'string', minLength: 1, maxLength: 4096, format: 'uri' };
const count = (maximum: number) => ({ type: 'integer', minimum: 1, maximum });
const read = (properties: object, required: string): Operation => ({
  effect: 'read',
  params: { type: 'object', properties, required: [required], additionalProperties: false },
});

/** Under the ids and with the parameters of the built-in connectors. */
export const registerWeb = (communication: CommunicationService, web: FakeWeb): void => {
  const query = { type: 'string', minLength: 1, maxLength: 500 };
  const register = (id: string, operation: string, declared: Operation): void =>
    communication.registerConnector(id, new Part(web, operation), { operations: { [operation]: declared } });
  register('web_search', 'search', read({ query, limit: count(20) }, 'query'));
  register('web_fetch', 'fetch', read({ url, max_chars: count(1_000_000) }, 'url'));
  register('rss', 'fetch_feed', read({ url, limit: count(10_000) }, 'url'));
};

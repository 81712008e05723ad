/**
 * Simulated search services on loopback, each with the shape of its public interface: SearXNG's JSON, Brave's web search,
 * Tavily's search, DuckDuckGo's page without scripts. They know a list of pages and answer with all of it.
 * Not modelled: the search itself, further pages, other kinds of results, accounts' quotas, their real pace limits.
 */
import { jsonReply, type Provider, type RecordedCall, type Reply, startProvider } from './provider.ts';

export interface KnownPage {
  title: string;
  url: string;
  snippet: string;
  /** ISO 8601. */
  published_at?: string;
}

const rateLimited = (body: unknown, retry_after: number | undefined): Reply =>
  jsonReply(429, body, retry_after === undefined ? {} : { 'retry-after': String(retry_after) });

const start = (
  pages: () => readonly KnownPage[],
  carryOut: (call: RecordedCall, pages: readonly KnownPage[]) => Reply,
): Promise<Provider> =>
  startProvider({
    operationOf: (path) => new URL(path, 'http://localhost').pathname,
    carryOut: (call) => carryOut(call, pages()),
    refuse: (behaviour) =>
      behaviour.kind === 'rate_limited'
        ? rateLimited({ error: 'too many requests' }, behaviour.retry_after)
        : jsonReply(401, { error: 'no such key' }),
  });

/** `formats`: what its settings list. */
export const startFakeSearxng = (pages: () => readonly KnownPage[], formats: readonly string[] = ['html', 'json']): Promise<Provider> =>
  start(pages, ({ path }, known) => {
    const asked = new URL(path, 'http://localhost').searchParams;
    if (!formats.includes(asked.get('format') ?? 'html')) return { status: 403, body: '<title>403 Forbidden</title>' };
    return jsonReply(200, {
      query: asked.get('q'),
      number_of_results: 0,
      results: known.map(({ title, url, snippet, published_at }) => ({
        url,
        title,
        content: snippet,
        publishedDate: published_at ?? null,
        engine: 'duckduckgo',
        engines: ['duckduckgo'],
        category: 'general',
        score: 1,
      })),
      answers: [],
      suggestions: [],
      unresponsive_engines: [],
    });
  });

export const startFakeBrave = (pages: () => readonly KnownPage[], key: string): Promise<Provider> =>
  start(pages, ({ headers }, known) => {
    if (headers['x-subscription-token'] !== key) {
      return jsonReply(422, { type: 'ErrorResponse', error: { status: 422, code: 'SUBSCRIPTION_TOKEN_INVALID' } });
    }
    return jsonReply(200, {
      type: 'search',
      query: { original: 'x' },
      web: {
        type: 'search',
        results: known.map(({ title, url, snippet, published_at }) => ({
          type: 'search_result',
          title,
          url,
          description: snippet,
          ...(published_at === undefined ? {} : { page_age: published_at.replace('Z', ''), age: 'January 2, 2026' }),
        })),
      },
    });
  });

export const startFakeTavily = (pages: () => readonly KnownPage[], key: string): Promise<Provider> =>
  start(pages, ({ headers, body, http_method }, known) => {
    if (http_method !== 'POST') return jsonReply(405, { detail: 'Method Not Allowed' });
    if (headers.authorization !== `Bearer ${key}`)
      return jsonReply(401, { detail: { error: 'Unauthorized: missing or invalid API key.' } });
    const { query, max_results } = JSON.parse(body) as { query: string; max_results: number };
    const results = known
      .slice(0, max_results)
      .map(({ title, url, snippet }) => ({ title, url, content: snippet, score: 0.9, raw_content: null }));
    return jsonReply(200, { query, follow_up_questions: null, answer: null, images: [], results, response_time: 1.1 });
  });

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');

const duckResult = ({ title, url, snippet }: KnownPage): string => `
<div class="result results_links results_links_deep web-result "><div class="links_main links_deep result__body">
<h2 class="result__title"><a rel="nofollow" class="result__a" href="//duckduckgo.com/l/?uddg=${encodeURIComponent(url)}&amp;rut=0a1b">${escaped(title)}</a></h2>
<div class="result__extras"><a class="result__url" href="#">${escaped(url)}</a></div>
<a class="result__snippet" href="#"><b>${escaped(snippet.split(' ')[0] ?? '')}</b> ${escaped(snippet.split(' ').slice(1).join(' '))}</a>
</div></div>`;

const DUCK_ADVERTISEMENT = `<div class="result results_links result--ad"><h2 class="result__title">
<a class="result__a" href="https://duckduckgo.com/y.js?ad_domain=shop.example">Buy tea</a></h2><a class="result__snippet">Cheap tea</a></div>`;

export const startFakeDuckDuckGo = (pages: () => readonly KnownPage[]): Promise<Provider> =>
  start(pages, (_call, known) => ({
    status: 200,
    headers: { 'content-type': 'text/html; charset=UTF-8' },
    body: `<!DOCTYPE html><html><body><div id="links" class="results">${
      known.length === 0 ? '<div class="no-results">No results.</div>' : DUCK_ADVERTISEMENT + known.map(duckResult).join('')
    }</div></body></html>`,
  }));

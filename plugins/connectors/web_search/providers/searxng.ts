/** SearXNG, an instance of one's own: https://docs.searxng.org/dev/search_api.html */
import { hitsFrom, jsonFrom } from '../hits.ts';
import { below, type Provider } from '../provider.ts';

export const searxng: Provider = {
  name: 'SearXNG',
  needs: ['searxng_url'],
  base: ({ searxng_url }) => (searxng_url === undefined ? undefined : String(searxng_url)),
  request: (base, { query, language, time_range }) => ({
    url: below(base, '/search', { q: query, format: 'json', language, time_range }),
    headers: { accept: 'application/json' },
  }),
  // Its own answer to a format that its settings leave out.
  explain: ({ status }) => (status === 403 ? 'SearXNG answered 403: add "json" to search.formats of its settings.yml' : undefined),
  read: (response) => hitsFrom(jsonFrom(response, 'SearXNG').results, { snippet: 'content', published: 'publishedDate' }),
};

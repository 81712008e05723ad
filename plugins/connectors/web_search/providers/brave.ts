/** Brave Search: https://api-dashboard.search.brave.com/app/documentation/web-search/get-started */
import { asRecord } from '../../../sdk/index.ts';
import { hitsFrom, jsonFrom } from '../hits.ts';
import { below, type Provider } from '../provider.ts';

const FRESHNESS = { day: 'pd', week: 'pw', month: 'pm', year: 'py' } as const;

export const brave: Provider = {
  name: 'Brave Search',
  needs: ['brave_api_key'],
  base: ({ brave_base_url }) => (brave_base_url === undefined ? undefined : String(brave_base_url)),
  request: (base, { query, limit, language, time_range }) => ({
    url: below(base, '/res/v1/web/search', {
      q: query,
      count: String(limit),
      search_lang: language,
      freshness: time_range === null ? null : FRESHNESS[time_range],
    }),
    headers: { accept: 'application/json' },
  }),
  read: (response) =>
    hitsFrom(asRecord(jsonFrom(response, 'Brave Search').web)?.results, { snippet: 'description', published: 'page_age' }),
};

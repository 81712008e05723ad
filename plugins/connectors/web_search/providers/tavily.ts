/** Tavily: https://docs.tavily.com/documentation/api-reference/endpoint/search */
import { hitsFrom, jsonFrom } from '../hits.ts';
import { below, type Provider } from '../provider.ts';

export const tavily: Provider = {
  name: 'Tavily',
  needs: ['tavily_api_key'],
  base: ({ tavily_base_url }) => (tavily_base_url === undefined ? undefined : String(tavily_base_url)),
  request: (base, { query, limit, time_range }) => ({
    url: below(base, '/search'),
    method: 'POST',
    json: { query, max_results: limit, search_depth: 'basic', ...(time_range === null ? {} : { time_range }) },
  }),
  read: (response) => hitsFrom(jsonFrom(response, 'Tavily').results, { snippet: 'content', published: 'published_date' }),
};

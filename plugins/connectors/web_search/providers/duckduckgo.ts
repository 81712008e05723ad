/** DuckDuckGo's page without scripts. It is no API: its markup may change, and it refuses who asks too often. */
import { Parser } from 'htmlparser2';
import { ConnectorError } from '../../../sdk/index.ts';
import { plain } from '../hits.ts';
import { below, type Hit, type Provider } from '../provider.ts';

const LONGEST = 2_000;
/** A parser's time for a tag grows with the tags that stand open. */
const DEEPEST = 500;
const RANGE = { day: 'd', week: 'w', month: 'm', year: 'y' } as const;
const hasClass = (attributes: Readonly<Record<string, string>>, name: string): boolean =>
  (attributes.class ?? '').split(/\s+/).includes(name);

/** Links go by way of `/l/?uddg=<address>`; those of advertisements by another. */
const targetOf = (href: string | undefined, base: string): string | undefined => {
  if (href === undefined || !URL.canParse(href, base)) return undefined;
  const url = new URL(href, base);
  if (url.pathname === '/l/') return url.searchParams.get('uddg') ?? undefined;
  return url.pathname === '/y.js' ? undefined : url.href;
};

const readPage = (html: string, base: string): Hit[] => {
  const hits: Hit[] = [];
  let into: 'title' | 'snippet' | null = null;
  let text = '';
  let advertisement = false;
  let depth = 0;
  const parser = new Parser({
    onopentag(name, attributes) {
      depth++;
      if (depth > DEEPEST) throw new ConnectorError('The page of DuckDuckGo nests deeper than any page does');
      if (hasClass(attributes, 'result')) advertisement = hasClass(attributes, 'result--ad');
      if (advertisement) return;
      if (name === 'a' && hasClass(attributes, 'result__a')) {
        const url = targetOf(attributes.href, base);
        if (url === undefined) return;
        hits.push({ title: '', url, snippet: null, published_at: null });
        into = 'title';
        text = '';
      } else if (hasClass(attributes, 'result__snippet') && hits.length > 0) {
        into = 'snippet';
        text = '';
      }
    },
    ontext(more) {
      if (into !== null && text.length < LONGEST) text += more.slice(0, LONGEST);
    },
    onclosetag(name) {
      depth--;
      const hit = hits.at(-1);
      if (into === null || hit === undefined || (name !== 'a' && name !== 'div')) return;
      if (into === 'title') hit.title = plain(text);
      else hit.snippet = plain(text) || null;
      into = null;
    },
  });
  parser.write(html);
  parser.end();
  return hits;
};

export const duckduckgo: Provider = {
  name: 'DuckDuckGo',
  needs: [],
  base: ({ duckduckgo_base_url }) => (duckduckgo_base_url === undefined ? undefined : String(duckduckgo_base_url)),
  request: (base, { query, language, time_range }) => ({
    url: below(base, '/html/', {
      q: query,
      kl: language === null ? null : `wt-${language}`,
      df: time_range === null ? null : RANGE[time_range],
    }),
    headers: { accept: 'text/html', 'user-agent': 'Mozilla/5.0 (compatible; CommunicationOS)' },
  }),
  explain: ({ status, body }) =>
    status === 202 || /anomaly-modal|anomaly\.js/.test(body)
      ? 'DuckDuckGo takes this host for a machine that asks too often; wait, or configure another provider'
      : undefined,
  read({ body, url }) {
    const hits = readPage(body, url);
    if (hits.length === 0 && !/no-results|No results/i.test(body)) {
      throw new ConnectorError('The page of DuckDuckGo could not be understood; configure another provider');
    }
    return hits;
  },
};

/** The operation `fetch_feed`: the newest items of a feed. */
import {
  asTimestamp,
  ConnectorError,
  type FetchResponse,
  grantedFetch,
  InvalidParamsError,
  integerParam,
  type OperationParams,
  type PluginContext,
  requireOk,
  urlParam,
} from '../../sdk/index.ts';
import { fromJson } from './from-json.ts';
import { fromXml } from './from-xml.ts';
import { identify } from './identify.ts';
import type { Feed, Item } from './item.ts';
import { createKept, type FeedFacts, type Kept } from './kept.ts';
import { readXml } from './read-xml.ts';

export interface FetchedFeed extends FeedFacts {
  url: string;
  /** After all redirects. */
  final_url: string;
  redirects: { status: number; url: string }[];
  /** The feed has not changed since it was fetched last; the items are those of then. */
  not_modified: boolean;
  items: Item[];
  fetched_at: string;
  source: string;
  trust_tier: 'external_source';
  untrusted: true;
}

interface Asked {
  url: string;
  limit: number;
  since: string | null;
  include_content: boolean;
}

const TIMEOUT_MS = 20_000;
const ACCEPT = 'application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1';
const LIMIT = { least: 1, most: 10_000, otherwise: 50 } as const;

const parseAsked = (params: OperationParams): Asked => {
  const { since, include_content = false } = params;
  const from = since === undefined || since === null ? null : asTimestamp(since);
  if (from === undefined) throw new InvalidParamsError("'since' is no date such as 2026-01-31 or 2026-01-31T12:00:00Z");
  return {
    url: urlParam(params, 'url'),
    limit: integerParam(params, 'limit', LIMIT),
    since: from,
    include_content: include_content === true,
  };
};

/** Without a date an item may be new. */
const select = (items: readonly Item[], { limit, since }: Asked): Item[] =>
  items.filter(({ published_at, updated_at }) => since === null || (updated_at ?? published_at ?? since) >= since).slice(0, limit);

/** What is kept answers as a fetch would. */
const mayAnswer = (kept: Kept, { limit, since, include_content }: Asked): boolean =>
  !include_content && (kept.complete || (since === null && limit <= kept.items.length));

const condition = ({ etag, last_modified }: Kept): Record<string, string> => ({
  ...(etag === null ? {} : { 'if-none-match': etag }),
  ...(last_modified === null ? {} : { 'if-modified-since': last_modified }),
});

const validator = (text: string | undefined): string | null => (text !== undefined && text.length <= 1_000 ? text : null);

/** A page names its feeds in its head. */
const feedLink = (html: string): string | undefined =>
  [...html.slice(0, 65_536).matchAll(/<link\s[^>]{0,1000}>/gi)]
    .map(([tag]) => tag)
    .filter((tag) => /type\s*=\s*["']?application\/(?:rss\+xml|atom\+xml|feed\+json)/i.test(tag))
    .map((tag) => /href\s*=\s*["']?([^"'\s>]{1,2000})/i.exec(tag)?.[1])
    .find((href) => href !== undefined);

const refuseHtml = ({ body, url, headers }: FetchResponse): void => {
  if (!/^text\/html\b/i.test(headers['content-type'] ?? '') && !/^\s*<(?:!doctype html|html)\b/i.test(body)) return;
  if (/^\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:rss|feed|rdf)/i.test(body)) return;
  const found = feedLink(body);
  const meant = found !== undefined && URL.canParse(found, url) ? `; it names the feed ${new URL(found, url).href}` : '';
  throw new ConnectorError(`The address is a page and no feed${meant}`);
};

export const createFetchFeed = (context: PluginContext) => {
  const fetch = grantedFetch(context);
  const { timers, clock, crypto } = context;
  const keptFeeds = createKept(context);
  const pause = (): Promise<void> => new Promise((resolve) => (timers === undefined ? resolve() : void timers.setTimeout(resolve, 0)));

  const parse = async (response: FetchResponse, include_content: boolean): Promise<Feed> => {
    refuseHtml(response);
    const { body, url } = response;
    if (/^\s*\{/.test(body)) return fromJson(body, url, include_content, pause);
    return fromXml(await readXml(body, pause), url, include_content, pause);
  };
  const answer = (
    asked: Asked,
    { final_url, feed, items }: Pick<Kept, 'final_url' | 'feed' | 'items'>,
    response: FetchResponse,
  ): FetchedFeed => ({
    url: asked.url,
    final_url,
    redirects: response.redirects ?? [],
    not_modified: response.status === 304,
    ...feed,
    items: select(items, asked),
    fetched_at: new Date(clock.now()).toISOString(),
    source: final_url,
    trust_tier: 'external_source',
    untrusted: true,
  });

  return async (params: OperationParams): Promise<FetchedFeed> => {
    const asked = parseAsked(params);
    const known = await keptFeeds.find(asked.url);
    const kept = known !== null && mayAnswer(known, asked) ? known : null;
    const headers = { accept: ACCEPT, ...(kept === null ? {} : condition(kept)) };
    const response = await fetch(asked.url, { headers, timeout_ms: TIMEOUT_MS });
    if (response.status === 304 && kept !== null) return answer(asked, kept, response);
    const { items: drafts, ...feed } = await parse(requireOk(response, 'The feed'), asked.include_content);
    const items = await identify(drafts, crypto);
    const { etag, 'last-modified': last_modified } = response.headers;
    const fresh = { etag: validator(etag), last_modified: validator(last_modified), final_url: response.url, feed, items };
    if (fresh.etag !== null || fresh.last_modified !== null) await keptFeeds.keep(asked.url, fresh);
    return answer(asked, fresh, response);
  };
};

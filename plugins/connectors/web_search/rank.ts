/** From what a service found to results: each page once, in its order. Pure. */
import { asText } from '../../sdk/index.ts';
import { canonicalUrl, pageKey } from './canonical-url.ts';
import type { Hit } from './provider.ts';

export interface Result {
  /** From 1. */
  rank: number;
  title: string;
  url: string;
  snippet: string | null;
  published_at: string | null;
  /** The host that the page lies on. */
  source: string;
  trust_tier: 'search_result';
}

const LONGEST = { title: 300, snippet: 1_000 } as const;

const longer = (a: string | null, b: string | null): string | null => ((b?.length ?? 0) > (a?.length ?? 0) ? b : a);

/** What was found twice keeps its better place, its encrypted address and its longer snippet. */
const merged = (first: Hit, second: Hit): Hit => ({
  title: first.title || second.title,
  url: second.url.startsWith('https:') && !first.url.startsWith('https:') ? second.url : first.url,
  snippet: longer(first.snippet, second.snippet),
  published_at: first.published_at ?? second.published_at,
});

export const rankHits = (hits: readonly Hit[], limit: number): Result[] => {
  const pages = new Map<string, Hit>();
  for (const hit of hits) {
    const url = canonicalUrl(hit.url);
    if (url === undefined) continue;
    const key = pageKey(url);
    const known = pages.get(key);
    pages.set(key, known === undefined ? { ...hit, url } : merged(known, { ...hit, url }));
  }
  return [...pages.values()].slice(0, limit).map(({ title, url, snippet, published_at }, index) => ({
    rank: index + 1,
    title: asText(title, LONGEST.title) ?? url,
    url,
    snippet: asText(snippet, LONGEST.snippet) ?? null,
    published_at,
    source: new URL(url).host,
    trust_tier: 'search_result',
  }));
};

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalUrl } from '../../../../plugins/connectors/web_search/canonical-url.ts';
import { rankHits } from '../../../../plugins/connectors/web_search/rank.ts';

const hit = (url: string, more: object = {}) => ({ title: 't', url, snippet: null, published_at: null, ...more });

describe('a canonical address', () => {
  it.each([
    ['HTTPS://Example.COM:443/A?b=1#part', 'https://example.com/A?b=1'],
    ['http://example.com:80', 'http://example.com/'],
    ['https://example.com/?utm_source=x&q=a%20b+c&UTM_Medium=y&gclid=1&fbclid=2', 'https://example.com/?q=a%20b+c'],
    ['https://example.com/?utm_source=x', 'https://example.com/'],
    ['https://example.com/?b=2&a=1&b=3', 'https://example.com/?b=2&a=1&b=3'],
    ['https://example.com/?id=gclid&utmost=1', 'https://example.com/?id=gclid&utmost=1'],
    ['https://u:p@example.com/', 'https://example.com/'],
    ['https://EXAMPLE.com:8443/x', 'https://example.com:8443/x'],
  ])('%s', (text, canonical) => {
    expect(canonicalUrl(text)).toBe(canonical);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', '/relative', ''])('%s has none', (text) => {
    expect(canonicalUrl(text)).toBeUndefined();
  });

  it('is canonical itself', () => {
    expect(canonicalUrl('http://a.example??utm_source=x')).toBe('http://a.example/??utm_source=x');
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        const once = canonicalUrl(url) as string;
        expect(canonicalUrl(once)).toBe(once);
      }),
    );
  });
});

describe('ranking', () => {
  it('takes a page found twice once, in its better place, with the encrypted address and the longer snippet', () => {
    const results = rankHits(
      [
        hit('http://a.example/x/', { snippet: 'short' }),
        hit('https://b.example/'),
        hit('https://a.example/x?utm_source=s', { snippet: 'much longer', published_at: '2026-01-02T00:00:00.000Z' }),
        hit('javascript:alert(1)'),
      ],
      10,
    );
    expect(results).toEqual([
      {
        rank: 1,
        title: 't',
        url: 'https://a.example/x',
        snippet: 'much longer',
        published_at: '2026-01-02T00:00:00.000Z',
        source: 'a.example',
        trust_tier: 'search_result',
      },
      expect.objectContaining({ rank: 2, url: 'https://b.example/' }),
    ]);
  });

  it('cuts after merging, and never two results to one rank', () => {
    const results = rankHits(
      [hit('https://a.example/'), hit('https://a.example/#x'), hit('https://b.example/'), hit('https://c.example/')],
      2,
    );
    expect(results.map(({ rank, source }) => [rank, source])).toEqual([
      [1, 'a.example'],
      [2, 'b.example'],
    ]);
  });
});

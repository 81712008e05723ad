/** What cleaning takes away, and what it must never touch. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { removeActiveHtml } from '../../../host/connectors/sanitize/active-html.ts';
import { sanitizeInput } from '../../../host/connectors/sanitize/input.ts';
import { sanitizeOutput } from '../../../host/connectors/sanitize/output.ts';
import { redactSecrets } from '../../../host/connectors/sanitize/secrets.ts';
import { provenanceOf, tierOf } from '../../../host/connectors/sanitize/trust-tier.ts';

/** Awkward and honest: each goes through both ways to the letter. */
const HONEST: readonly string[] = [
  'create a table; drop the old one -- DROP TABLE users;',
  "Robert'); DROP TABLE Students;--",
  'SELECT * FROM t WHERE a < b AND c > d',
  'https://example.com/a?x=1&y=2#part?z=<3>',
  'if (x<y && y>z) return x<<2 >>> 1;',
  'List<String> names = new ArrayList<>();',
  'Map<String, List<Object>> and Promise<object> and Array<embed>',
  'I <3 you > me',
  'a <b> c </b> <i>d</i>',
  'use the <script> tag with care, and <iframe> never',
  'the onclick= attribute, javascript: addresses, and data:text/html',
  '<a href="https://example.com/?q=on&load=1" title="on load">onload=1</a>',
  '<p class="button">on="x"</p><img src="a.png" alt="onerror=alert(1)">',
  '<svg width="1"><path d="M0 0"/></svg>',
  '<!-- a comment --><div data-online="yes">x</div>',
  '<style>a > b { color: red }</style>',
  'Ünïcödé, 日本語, עברית, العربية, 👩‍👩‍👧‍👦, e\u0301, \u200d and \u00ad',
  'line one\nline two\tand a tab',
  'C:\\Users\\x\\n not a line end; $HOME `ls` $(id) %s %00',
  '../../etc/passwd is a path like any other',
  '{"json": "in a text", "author": "me"}',
  'the author wrote a secret about tokens and passwords: sk-fading-circle',
  'a bearer of good news; Bearer identification-requirements-of-everybody',
  'sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  'commit 356a192b7913b04c54574d18c28d46e6395428ab of 2024-01-01T00:00:00.000Z',
  'call +4915112345678, 49 151 1234 5678, +49 151 1234 5678 or 0800 1234567890, order 4111 1111 1111 1112',
  'at 1735689600000 ms, ISBN 978-3-16-148410-0, IBAN DE89 3704 0044 0532 0130 00',
  '3.1415926535897932384626433, 0.4111111111111111',
  'id 1790123456789012345 and uuid 4111a111-1111-4111-8111-111111111111',
  'The header is -----BEGIN PRIVATE KEY----- and then base64.',
  'AKIA is a prefix, ghp_ too, and xoxb- as well; eyJ begins many tokens',
  'FROM scratch\r\nRUN true'.replace('\r', ''),
];

describe('honest texts', () => {
  it.each(HONEST)('%j stays', (text) => {
    expect(sanitizeInput({ text, list: [text], [text]: { text } })).toEqual({ text, list: [text], [text]: { text } });
    expect(sanitizeOutput({ text, list: [text] })).toEqual({ text, list: [text] });
  });

  it('keep their names: author and token_count are no secrets', () => {
    const data = {
      author: 'x',
      token_count: 17,
      tokens: 'y',
      keyboard: 'z',
      secretary: 'Ada',
      next_page_token: 'abc',
      password_hint: 'cat',
    };
    expect(sanitizeOutput(data)).toEqual(data);
  });

  it('stay whatever they are made of, as long as they hold no tag and no long number', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        fc.pre(!/<[a-z!]/i.test(text) && !/\d{9}/.test(text));
        expect(sanitizeOutput(text)).toBe(text);
      }),
    );
  });

  it('of every structure keep it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4, stringUnit: fc.constantFrom('a', 'b', ' ') as never }), (json) => {
        const value: unknown = JSON.parse(json);
        expect(sanitizeOutput(value)).toEqual(value);
      }),
    );
  });
});

describe('control characters of parameters', () => {
  it('go, but for the ends of lines and tabs', () => {
    const all = Array.from({ length: 0xa1 }, (_, code) => String.fromCharCode(code)).join('');
    const kept = (sanitizeInput({ all }) as { all: string }).all;
    expect([...kept].filter((letter) => letter < ' ')).toEqual(['\t', '\n']);
    expect(kept).toBe(`\t\n${all.slice(0x20, 0x7f)}\u00a0`);
  });
});

describe('active HTML', () => {
  it.each([
    ['<script>alert(1)</script>', ' '],
    ['a<SCRIPT src="//evil">x</ScRiPt >b', 'a b'],
    ['<script\n>alert(1)</script\n>', ' '],
    ['<p>hi</p><iframe src="https://evil.example"></iframe>', '<p>hi</p> '],
    ['<iframe srcdoc="<script>alert(1)</script>">', ' '],
    ['<object data="x.swf"><embed src="y"></object>!', ' !'],
    ['<embed src="x">', ' '],
    ['<base href="https://evil.example/">', ' '],
    ['<meta http-equiv="refresh" content="0;url=https://evil.example">', ' '],
    ['<img src=x onerror=alert(1)>', '<img src=x >'],
    ["<img src=x onerror=alert(1) '>", "<img src=x  '>"],
    ['<img/src=x /onerror=alert(1)>', '<img/src=x />'],
    ['<svg onload="alert(1)"><circle/></svg>', '<svg ><circle/></svg>'],
    ['<a href="javascript:alert(1)">x</a>', '<a >x</a>'],
    ['<a href=" java\nscript:alert(1)">x</a>', '<a >x</a>'],
    ['<a href="&#106;avascript&colon;alert(1)">x</a>', '<a >x</a>'],
    ['<a href="&#x6a;avascript:alert(1)">x</a>', '<a >x</a>'],
    ['<a href="data:text/html,<script>alert(1)</script>">x</a>', '<a >x</a>'],
    ['<button formaction="vbscript:x">', '<button >'],
    ['<x onclick=alert(1)>', '<x >'],
    ['<!-- <a title=" --> <script>alert(1)</script> <!-- "> -->', null],
    ['<style><a title="</style><script>alert(1)</script>">', null],
    ['<title><a title="</title><img src=x onerror=alert(1)>">', null],
    ['<noscript><a title="</noscript><img src=x onerror=alert(1)>">', null],
    ['<svg><style><img src=x onerror=alert(1)></style></svg>', null],
    ['İ<script>alert(1)</script>', 'İ '],
  ])('%j', (html, expected) => {
    const clean = removeActiveHtml(html);
    if (expected !== null) expect(clean).toBe(expected);
    expect(clean).not.toMatch(/<script|<iframe|<[^>]*\son\w+\s*=|alert\(1\)(?!["'<]*>?$)/i);
    expect(removeActiveHtml(clean)).toBe(clean);
  });

  it.each([
    '<scr<script></script>ipt>alert(1)</script>',
    '<a o<script></script>nclick=alert(1)>',
    '<p "<script>alert(1)</script>">',
    '<img src=x/onerror=alert(1)>',
  ])('that no browser would run is text, and stays: %j', (text) => expect(removeActiveHtml(text)).toBe(text));

  it('leaves no code whose end was in what went before it, and none of a text made to outlast it', () => {
    expect(removeActiveHtml('x'.repeat(3))).toBe('xxx');
    const layers = (count: number): string =>
      Array.from({ length: count }).reduce<string>((inner, _, at) => `<script a="${at}">${inner}</script>`, 'x');
    for (const count of [1, 2, 5, 40]) {
      const clean = removeActiveHtml(`${'<'.repeat(count)}${layers(count)}</script `);
      expect(clean).not.toMatch(/<script/i);
      expect(removeActiveHtml(clean)).toBe(clean);
    }
  });

  it('leaves nothing to do the second time, whatever it was given', () => {
    const piece = fc.constantFrom(
      '<script',
      '</script',
      '>',
      '<',
      '"',
      "'",
      ' onload=',
      'x',
      '<a ',
      '<!--',
      '-->',
      '<style>',
      '</style>',
      '=',
      '/',
      ' ',
      '<iframe src=y',
      'javascript:',
      'href=',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const clean = removeActiveHtml(pieces.join(''));
        expect(removeActiveHtml(clean)).toBe(clean);
      }),
      { numRuns: 3000 },
    );
  });

  it.each(['<a "', "<a b='", '<script>', '<!--', '<style>', '<a ', '<', '<img src="'])('costs little for many times %j', (piece) => {
    const text = `${piece.repeat(100_000)}>`;
    const began = performance.now();
    removeActiveHtml(text);
    expect(performance.now() - began).toBeLessThan(3000);
  });
});

const KEY = (letters: number): string => 'aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA'.repeat(4).slice(0, letters);
/** Put together here, so that nobody takes this file for one that holds secrets. */
const SECRETS: readonly (readonly [string, string])[] = [
  ['bearer_token', `Bearer ${KEY(40)}`],
  ['aws_key', `AKIA${'ABCDEFGHIJ234567'}`],
  ['gcp_key', `AIza${KEY(35)}`],
  ['gcp_token', `ya29.${KEY(60)}`],
  ['github_token', `ghp_${KEY(36)}`],
  ['github_token', `github_pat_${KEY(22)}_${KEY(59)}`],
  ['slack_token', `xoxb-123456789012-${KEY(24)}`],
  ['slack_webhook', `https://hooks.slack.com/services/T00000000/B00000000/${KEY(24)}`],
  ['openai_key', `sk-${KEY(48)}`],
  ['openai_key', `sk-proj-${KEY(40)}_-${KEY(20)}`],
  ['stripe_key', `sk_live_${KEY(24)}`],
  ['stripe_key', `whsec_${KEY(32)}`],
  ['api_token', `aos_${KEY(43)}`],
  ['telegram_token', `123456789:AA${KEY(33)}`],
  ['jwt', `eyJ${KEY(20)}.eyJ${KEY(30)}.${KEY(43)}`],
  ['private_key', `-----BEGIN RSA PRIVATE KEY-----\n${KEY(64)}\n${KEY(64)}\n-----END RSA PRIVATE KEY-----`],
  ['private_key', `-----BEGIN PRIVATE KEY-----\\n${KEY(64)}\\n-----END PRIVATE KEY-----`],
  ['private_key', `-----BEGIN OPENSSH PRIVATE KEY-----\n${KEY(70)}\n${KEY(70)}`],
  ['card_number', '4111111111111111'],
  ['card_number', '5500 0000 0000 0004'],
  ['card_number', '3782 822463 10005'],
  ['card_number', '6011-1111-1111-1117'],
];

describe('secrets', () => {
  it.each(SECRETS)('%s goes whole: %j', (name, secret) => {
    expect(redactSecrets(secret)).toBe(`[redacted: ${name}]`);
    expect(redactSecrets(`before "${secret}", after`)).toBe(`before "[redacted: ${name}]", after`);
    expect(JSON.stringify(sanitizeOutput({ page: { lines: [`x ${secret} y`], [secret]: 1 } }))).not.toContain(secret.slice(-12));
  });

  it('go from a fetched page, however many there are', () => {
    const page = SECRETS.map(([, secret]) => `<p>${secret}</p>`).join('\n');
    const clean = sanitizeOutput({ text: page }) as { text: string };
    for (const [, secret] of SECRETS) expect(clean.text).not.toContain(secret);
    expect(clean.text.match(/\[redacted: /g)).toHaveLength(SECRETS.length);
  });

  it('go with the name of their field, whatever they look like', () => {
    expect(
      sanitizeOutput({
        password: 'cat',
        nested: [{ API_KEY: 'dog', 'set-cookie': ['a=b'] }],
        secret: { author: 'x' },
        card: 4111111111111111,
      }),
    ).toEqual({
      password: '[redacted: password]',
      nested: [{ API_KEY: '[redacted: api_key]', 'set-cookie': ['[redacted: set-cookie]'] }],
      secret: { author: 'x' },
      card: '[redacted: card_number]',
    });
  });

  it('of AWS go when they are named', () => {
    expect(redactSecrets(`aws_secret_access_key = ${KEY(40)}`)).toBe('aws_secret_access_key = [redacted: aws_secret]');
    expect(redactSecrets(KEY(40))).toBe(KEY(40));
  });

  it.each([
    '1 '.repeat(200_000),
    '4'.repeat(200_000),
    '-----BEGIN PRIVATE KEY-----'.repeat(5_000),
    'Bearer '.repeat(50_000),
    'eyJ'.repeat(100_000),
  ])('cost little to look for', (text) => {
    const began = performance.now();
    redactSecrets(text);
    expect(performance.now() - began).toBeLessThan(3000);
  });
});

describe('trust', () => {
  it.each([
    ['https://www.nasa.gov/a', 'authoritative'],
    ['https://nasa.gov.evil.example/', 'external_source'],
    ['https://evilgov/', 'external_source'],
    ['https://fakenasa-gov.com/.gov', 'external_source'],
    ['https://user@nasa.gov@evil.example/', 'external_source'],
    ['https://www.gov.uk/', 'authoritative'],
    ['https://gov.uk/', 'external_source'],
    ['https://www.mit.edu/', 'primary_source'],
    ['https://arxiv.org/abs/1', 'primary_source'],
    ['https://notarxiv.org/abs/1', 'external_source'],
    ['https://sub.arxiv.org/', 'external_source'],
    ['ftp://www.nasa.gov/', 'external_source'],
    ['no address', 'external_source'],
  ])('%s: %s', (url, tier) => expect(tierOf(url)).toBe(tier));

  it("is that of the less trusted of who was asked and who answered, and lifted by nobody's own word", () => {
    const asked = 'https://www.nasa.gov/';
    expect(provenanceOf('web_fetch', [asked], { url: asked })).toEqual({ untrusted: true, source: asked, trust_tier: 'authoritative' });
    expect(provenanceOf('web_fetch', [asked], { url: 'https://evil.example/' })).toMatchObject({
      source: 'https://evil.example/',
      trust_tier: 'external_source',
    });
    expect(provenanceOf('x', ['https://evil.example/'], { url: asked, trust_tier: 'authoritative' })).toMatchObject({
      trust_tier: 'external_source',
    });
    expect(provenanceOf('x', [], { url: asked, trust_tier: 'authoritative' })).toMatchObject({ trust_tier: 'external_source' });
    expect(provenanceOf('web_search', [], { trust_tier: 'search_result' })).toEqual({
      untrusted: true,
      source: 'connector:web_search',
      trust_tier: 'search_result',
    });
  });
});

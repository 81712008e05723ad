/** Our `URL` against Node's own, where the two read the same standard; the rest by the standard's own words. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { URL as OurURL } from '../../../../host/sandbox/guest/globals/url.ts';

type AnyURL = new (url: string, base?: string) => URL;
const Ours = OurURL as unknown as AnyURL & typeof URL;
const PARTS = ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'] as const;
const SETTABLE = ['protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'] as const;

const shown = (url: URL) => [...PARTS.map((part) => url[part]), ...[...url.searchParams].map(([name, value]) => `${name}=${value}`)];
const parsed = (C: AnyURL, url: string, base?: string) => {
  try {
    return shown(new C(url, base));
  } catch (error) {
    return error instanceof TypeError ? 'TypeError' : String(error);
  }
};

const SCHEMES = [
  'http:',
  'https:',
  'ws:',
  'wss:',
  'ftp:',
  'file:',
  'foo:',
  'mailto:',
  'data:',
  'blob:https:',
  'HTTP:',
  '',
  'h\ttps:',
  '1x:',
  'a+b.c-d:',
];
const SLASHES = ['', '/', '//', '///', '\\', '\\\\', '/\\', '//u:p@', '//u@', '//:@', '//@', '//u:p:q@@', '//%40:ü@', '////'];
const HOSTS = [
  ...[
    '',
    'h',
    'EXAMPLE.com',
    'example.com.',
    '1.2.3.4',
    '0x7f.1',
    '0300.0250.1',
    '256',
    '4294967295',
    '4294967296',
    '1.2.3.256',
    '09',
    '0x',
    '1.',
    '1..',
  ],
  ...[
    '[::1]',
    '[1:2::3:4:0:0:5]',
    '[0:0:1:0:0:0:2:0]',
    '[::1.2.3.4]',
    '[::1.2.3]',
    '[1::2::3]',
    '[1:2:3:4:5:6:7:8]',
    '[1:2:3:4:5:6:7]',
    '[FE80::1]',
    '[',
    '[::1',
  ],
  ...['a b', 'a%20b', 'a%41', '%00', 'C:', 'c|', 'localhost', 'x..y', 'a.1', 'a_b', '-', 'a'.repeat(64)],
];
const PORTS = ['', ':', ':80', ':443', ':0080', ':65535', ':65536', ':x', ':21', ':8a', ': 1'];
const PATHS = [
  '',
  '/',
  '/a/../b',
  '/./',
  '/%2e%2E/x',
  '/a\\b/..',
  '/C|/x',
  '/..//',
  '/ü {}`|"<>\'',
  '//x',
  '/a;b=c@d:e',
  '/%zz%4',
  '/.',
  '/a/.',
  '/C:/..',
  '../x',
  './y',
  'z',
];
const TAILS = ['', '?', '?q=\'"<>#`{}', '#', '#f "<>`{}', '?a#b?c#d', '? ', ' ', '\n', '#😀\ud800', '?ü=%C3%BC&a+b', '?a=1&a=2&=3&&b'];
const BASES = [
  undefined,
  'http://base.example/a/b?q#f',
  'https://u:p@h:8/x',
  'file:///C:/x/y',
  'file://host/p/q',
  'foo://h/a/b',
  'foo:/a/b',
  'mailto:x',
];

const urls = fc
  .tuple(...[SCHEMES, SLASHES, HOSTS, PORTS, PATHS, TAILS].map((list) => fc.constantFrom(...list)))
  .map((parts) => parts.join(''));
const bases = fc.constantFrom(...BASES);

/**
 * Where Node 20 does not do what the standard says today, and newer ones do: a space before `?` or `#` in a path without
 * slashes, `..` that takes all of a path that is not special, anything but a fragment relative to such a path, and `h:8`
 * taken for a drive letter that `..` stops at.
 */
const NODE_20_ERRS = (url: string, base: string | undefined): boolean => {
  const clean = url.replace(/[\t\n\r]/g, '');
  const special = /^(?:https?|wss?|ftp|file):/i.test(clean);
  if (!special && (/ [?#]/.test(clean) || /\.\.(?:$|[?#\s])/.test(clean))) return true;
  if (base === 'mailto:x' && !/^[a-z][a-z0-9+.-]*:/i.test(clean)) return true;
  return /^file:/i.test(base ?? '') || /^file:/i.test(clean) ? /[a-z][:|][^/\\]/i.test(clean.replace(/^file:/i, '')) : false;
};

describe('URL', () => {
  it('parses and serialises as Node does', () => {
    fc.assert(
      fc.property(urls, bases, (url, base) => {
        fc.pre(!NODE_20_ERRS(url, base));
        expect(parsed(Ours, url, base)).toEqual(parsed(URL, url, base));
      }),
      { numRuns: 20_000 },
    );
  });

  it('parses noise as Node does', () => {
    const noise = fc.string({ unit: fc.constantFrom(...'ahtps:/\\?#@[]%.0123 \t'), maxLength: 24 });
    fc.assert(
      fc.property(fc.constantFrom('http://', 'https:', 'file:', 'ws:/'), noise, (scheme, rest) => {
        fc.pre(!NODE_20_ERRS(scheme + rest, undefined));
        expect(parsed(Ours, scheme + rest)).toEqual(parsed(URL, scheme + rest));
      }),
      { numRuns: 5_000 },
    );
  });

  it('changes by its setters as Node does', () => {
    const values = fc.constantFrom(
      ...[
        '',
        'x',
        'http',
        'foo',
        'file:',
        'https:',
        'ws:x',
        'h:80',
        '[::1]:9',
        ':5',
        'h:',
        '99999',
        '8a',
        '/a/../b',
        '?q',
        '#h',
        '//x',
        'C|/',
      ],
      ...['a b?c#d', '\\x', 'localhost', 'u@p', '1.2', '8\t0', ' x ', 'h/p', 'h?x', '0x', 'h:443x', 'ftp:', 'a=1&b=2', '\'"<>`{}'],
    );
    const starts = fc.constantFrom(
      ...['http://h/p?q#f', 'https://u:p@h:8/x', 'file:///C:/x', 'file://h/x', 'foo://h/a', 'foo:///p', 'foo://h', 'http://u@h:81/'],
    );
    const changes = fc.array(fc.tuple(fc.constantFrom(...SETTABLE), values), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(starts, changes, (start, list) => {
        // Node 20 reads a port that is not all digits in ways of its own.
        fc.pre(list.every(([part, value]) => part !== 'port' || /^[0-9\t]*$/.test(value)));
        // It parses the whole anew when the scheme becomes `file`; the standard changes the scheme alone.
        fc.pre(start.startsWith('file') || !list.some(([part, value]) => part === 'protocol' && value === 'file:'));
        // It also reads an empty host of a scheme that is not special in ways of its own.
        fc.pre(!start.startsWith('foo') || list.every(([part]) => !part.startsWith('host')));
        const [ours, theirs] = [new Ours(start), new URL(start)];
        for (const [part, value] of list) {
          ours[part] = value;
          theirs[part] = value;
          expect([part, value, ...shown(ours)]).toEqual([part, value, ...shown(theirs)]);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['mailto:a ?b', undefined, 'mailto:a%20?b'],
    ['foo:/a/../..', undefined, 'foo:/'],
    ['http://h/^', undefined, 'http://h/%5E'],
    ['x', 'mailto:y', null],
    ['#f', 'mailto:y', 'mailto:y#f'],
  ])('reads %s on %s as the standard says', (url, base, href) => {
    expect(OurURL.parse(url, base)?.href ?? null).toBe(href);
  });

  it.each([
    ['foo://h/a', 'host', ':5', 'foo://h/a'],
    ['foo://h/a', 'hostname', '', 'foo:///a'],
    ['foo:/a', 'host', 'h:80', 'foo://h:80/a'],
    ['foo://h/a', 'host', '[::1]:9', 'foo://[::1]:9/a'],
    ['foo://u@h/a', 'hostname', '', 'foo://u@h/a'],
    ['mailto:x', 'host', 'h', 'mailto:x'],
    ['http://localhost/C|/', 'protocol', 'file:', 'file://localhost/C|/'],
    ['http://h:8/', 'protocol', 'file:', 'http://h:8/'],
    ['http://h:9/', 'port', '8a', 'http://h:8/'],
    ['foo://h:9/', 'port', '0x', 'foo://h:0/'],
    ['http://h:9/', 'port', '99999', 'http://h:9/'],
    ['foo://h', 'pathname', 'a', 'foo://h/a'],
    ['foo:/a', 'pathname', '//b', 'foo:/.//b'],
  ] as const)('of %s sets %s to %j as the standard says', (start, part, value, href) => {
    const url = new OurURL(start);
    url[part] = value;
    expect(url.href).toBe(href);
  });

  it('leaves the port alone when a value is none', () => {
    const url = new OurURL('http://h:8/');
    url.port = 'x';
    expect(url.port).toBe('8');
  });

  it.each(['http://bücher.example/', 'http://例え.jp', 'http://b%C3%BCcher.example/'])(
    'refuses the international name of %s and says what to write',
    (url) => {
      expect(() => new OurURL(url)).toThrow(/xn--/);
      expect(OurURL.canParse(url)).toBe(false);
    },
  );

  it('refuses what is no URL with a TypeError, and says so by canParse and parse', () => {
    for (const url of ['', 'x', '//h', 'http://', 'http://h:x', 'http://[1]']) {
      expect(() => new OurURL(url)).toThrow(TypeError);
      expect(OurURL.canParse(url)).toBe(false);
      expect(OurURL.parse(url)).toBeNull();
    }
    expect(OurURL.canParse('x', 'http://h')).toBe(true);
    const url = new OurURL('http://h/');
    expect(() => {
      url.href = 'nothing';
    }).toThrow(TypeError);
    expect(JSON.stringify({ url })).toBe('{"url":"http://h/"}');
  });

  it('keeps its list of parameters live, both ways', () => {
    const url = new OurURL('http://h/?a=1&b=2');
    const { searchParams } = url;
    searchParams.append('c', 'ä ');
    expect(url.href).toBe('http://h/?a=1&b=2&c=%C3%A4+');
    url.search = '?z=9';
    expect([...searchParams]).toEqual([['z', '9']]);
    searchParams.delete('z');
    expect(url.href).toBe('http://h/');
    url.href = 'http://h/?x=y';
    expect(searchParams.get('x')).toBe('y');
    expect(url.searchParams).toBe(searchParams);
    searchParams.set('x', '1');
    searchParams.append('a', '2');
    searchParams.sort();
    expect(url.search).toBe('?a=2&x=1');
    expect([...new OurURL('http://h/??a=1').searchParams.keys()]).toEqual(['?a']);
  });
});

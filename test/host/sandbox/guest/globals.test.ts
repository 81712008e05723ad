/** Our small implementations against Node's own. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as base64 from '../../../../host/sandbox/guest/globals/base64.ts';
import { TextDecoder as OurDecoder } from '../../../../host/sandbox/guest/globals/text-decoder.ts';
import { TextEncoder as OurEncoder } from '../../../../host/sandbox/guest/globals/text-encoder.ts';
import { URLSearchParams as OurParams } from '../../../../host/sandbox/guest/globals/url-search-params.ts';

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\ud800', '\udc00', '\ud83d\ude00', '%', '+', '&', '=', '%2', ' ', '\n', 'é'),
    fc.string({ maxLength: 1 }),
  ),
  maxLength: 40,
});
const outcome = <T>(make: () => T): T | 'threw' => {
  try {
    return make();
  } catch {
    return 'threw';
  }
};

describe('TextEncoder', () => {
  it('encodes every text as Node does', () => {
    fc.assert(fc.property(anyText, (text) => void expect([...new OurEncoder().encode(text)]).toEqual([...new TextEncoder().encode(text)])));
  });

  it('fills a buffer only with whole characters', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 20 }), (text, size) => {
        const [ours, theirs] = [new Uint8Array(size), new Uint8Array(size)];
        expect(new OurEncoder().encodeInto(text, ours)).toEqual(new TextEncoder().encodeInto(text, theirs));
        expect(ours).toEqual(theirs);
      }),
    );
  });
});

describe('TextDecoder', () => {
  const likelyBytes = fc
    .uint8Array({ maxLength: 24 })
    .chain((noise) =>
      fc.constantFrom(
        noise,
        new TextEncoder().encode('aé€😀\ufeff'),
        Uint8Array.of(0xef, 0xbb, 0xbf, ...noise),
        Uint8Array.of(0xf0, 0x9f, ...noise),
      ),
    );

  it.each([{}, { fatal: true }, { ignoreBOM: true }])('decodes every sequence of bytes as Node does, with %j', (options) => {
    fc.assert(
      fc.property(likelyBytes, (data) => {
        expect(outcome(() => new OurDecoder('utf-8', options).decode(data))).toEqual(
          outcome(() => new TextDecoder('utf-8', options).decode(data)),
        );
      }),
    );
  });

  it('decodes a stream as Node does, wherever it is cut', () => {
    fc.assert(
      fc.property(likelyBytes, fc.array(fc.integer({ min: 0, max: 24 }), { maxLength: 5 }), (data, cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), data.length];
        const decode = (decoder: { decode(chunk?: Uint8Array, options?: { stream: boolean }): string }) =>
          edges.map((edge, i) => decoder.decode(data.subarray(edges[i - 1] ?? 0, edge), { stream: true })).join('') + decoder.decode();
        expect(decode(new OurDecoder())).toBe(decode(new TextDecoder()));
      }),
    );
  });

  it('starts anew after a text that was not valid', () => {
    const decoder = new OurDecoder('utf8', { fatal: true });
    expect(() => decoder.decode(Uint8Array.of(0x61, 0xff))).toThrow(TypeError);
    expect(decoder.decode(Uint8Array.of(0x62))).toBe('b');
  });

  it('knows utf-8 by its labels and refuses others', () => {
    expect(new OurDecoder(' UTF-8\n').encoding).toBe('utf-8');
    expect(() => new OurDecoder('utf-16le')).toThrow(RangeError);
  });

  it('decodes long texts', () => {
    const text = 'aé€😀'.repeat(5000);
    expect(new OurDecoder().decode(new TextEncoder().encode(text))).toBe(text);
  });
});

describe('atob and btoa', () => {
  it('encode as Node does, and refuse what Node refuses', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => void expect(outcome(() => base64.btoa(text))).toBe(outcome(() => btoa(text)))),
    );
  });

  it('decode as Node does, and refuse what Node refuses', () => {
    const almost = fc.string({ unit: fc.constantFrom('A', 'b', '/', '+', '9', '=', ' ', '\n', '-', 'é'), maxLength: 12 });
    fc.assert(fc.property(almost, (text) => void expect(outcome(() => base64.atob(text))).toBe(outcome(() => atob(text)))));
  });
});

describe('URLSearchParams', () => {
  // Node 20 decodes a text that is not ASCII and has a stray "%" otherwise than the standard, so those are left out.
  const ascii = fc.string({
    unit: fc.oneof(fc.constantFrom('%', '+', '&', '=', '%2', '%C3', '%A9'), fc.string({ maxLength: 1 })),
    maxLength: 40,
  });
  const noPercent = anyText.map((text) => text.replaceAll('%', ''));

  it.each([
    ['ASCII, with stray percent signs', ascii],
    ['other text', noPercent],
  ])('reads and writes %s as Node does', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        const [ours, theirs] = [new OurParams(text), new URLSearchParams(text)];
        expect([...ours]).toEqual([...theirs]);
        expect(ours.toString()).toBe(theirs.toString());
        expect(ours.size).toBe(theirs.size);
      }),
    );
  });

  it('decodes what is not ASCII beside a stray percent sign as the standard says', () => {
    expect([...new OurParams('é%20%')]).toEqual([['é %', '']]);
  });

  it('goes through any series of changes as Node does', () => {
    const name = fc.constantFrom('a', 'b', 'é', '\ud800');
    const step = fc.tuple(fc.constantFrom('append', 'set', 'delete', 'deleteValue', 'sort' as const), name, fc.constantFrom('1', '2', ' '));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const apply = (params: OurParams | URLSearchParams) => {
          for (const [kind, key, value] of steps) {
            if (kind === 'append' || kind === 'set') params[kind](key, value);
            else if (kind === 'sort') params.sort();
            else params.delete(key, kind === 'deleteValue' ? value : undefined);
          }
          const seen: unknown[] = [
            [...params.keys()],
            [...params.values()],
            params.getAll('a'),
            params.get('b'),
            params.has('a'),
            params.has('a', '2'),
          ];
          params.forEach((value, key) => void seen.push([key, value]));
          return [seen, params.toString()];
        };
        expect(apply(new OurParams('a=1&b=2&a=3'))).toEqual(apply(new URLSearchParams('a=1&b=2&a=3')));
      }),
    );
  });

  it.each([
    [
      'pairs',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    ['a record', { a: '1', b: '2 3' }],
    ['other parameters', new URLSearchParams('x=1&x=2')],
    ['a map', new Map([['k', 'v']])],
    ['nothing', undefined],
    ['a text with a question mark', '?a=1'],
    ['pairs that are none', [['a']]],
    ['pairs with a third part', [['a', 'b', 'c']]],
  ])('is made from %s as Node makes it', (_, init) => {
    expect(outcome(() => new OurParams(init as never).toString())).toBe(outcome(() => new URLSearchParams(init as never).toString()));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asId, asInteger, asList, asRecord, asText, parseJson } from '../../../plugins/sdk/untrusted.ts';

describe('asText', () => {
  it('cuts to a length, and never a character in half', () => {
    expect(asText('abcdef', 3)).toBe('abc');
    expect(asText('ab😀', 3)).toBe('ab');
    expect(asText('ab😀', 4)).toBe('ab😀');
  });

  it('leaves no half character behind, wherever it cuts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.integer({ min: 1, max: 20 }), (text, max) => {
        const cut = asText(text, max) ?? '';
        expect(cut.length).toBeLessThanOrEqual(max);
        expect(text.startsWith(cut)).toBe(true);
        expect(() => encodeURIComponent(cut)).not.toThrow();
      }),
    );
  });
});

it('an id is refused rather than cut, since two cut ids could be the same', () => {
  expect(asId('x'.repeat(255))).toHaveLength(255);
  expect(asId('x'.repeat(256))).toBeUndefined();
});

it('an integer that a double cannot hold exactly is none', () => {
  expect([2 ** 53 - 1, 2 ** 53, 1.5, Number.NaN, '1'].map(asInteger)).toEqual([2 ** 53 - 1, undefined, undefined, undefined, undefined]);
});

it('nothing is taken for a record or list that is none', () => {
  expect([null, [], 'x', 1, undefined].map(asRecord)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  expect([null, {}, 'x', { length: 1 }].map(asList)).toEqual([[], [], [], []]);
  expect(parseJson('{"a":')).toBeUndefined();
});

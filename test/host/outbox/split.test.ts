import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitText, type TextLimit } from '../../../host/outbox/split.ts';

const UNITS = ['utf16', 'codepoints', 'bytes'] as const;
type Unit = (typeof UNITS)[number];

const size = (text: string, unit: Unit): number =>
  unit === 'utf16' ? text.length : unit === 'codepoints' ? [...text].length : new TextEncoder().encode(text).length;

const bare = (text: string): string => text.replace(/\s+/gu, '');

/** Every character of `text` in its order, with others between. */
const isWithin = (text: string, among: string): boolean => {
  let found = 0;
  for (let at = 0; at < among.length && found < text.length; at++) if (among[at] === text[found]) found++;
  return found === text.length;
};

/** Offsets at which a grapheme of the text begins, and its end. */
const boundaries = (text: string): Set<number> => {
  const all = new Set<number>([text.length]);
  for (const { index } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) all.add(index);
  return all;
};

const FAMILY = '👩‍👩‍👧‍👦';
const ZALGO = `a${'\u0301'.repeat(40)}`;
const pieces = [
  'a',
  'word ',
  'Sentence. ',
  '\n',
  '\n\n',
  '\r\n',
  'é',
  'e\u0301',
  ' \u0301',
  '😀',
  FAMILY,
  '🇩🇪',
  ZALGO,
  'क्षि',
  ' ',
  '\t',
  '漢字',
  '\u200d',
  '`',
  '*',
];
const fences = [
  '```\n',
  '```js\n',
  '\n```\n',
  '~~~\n',
  '````md\n',
  '```',
  '``` ``` \n',
  '```js {"very": "long attributes"}\n',
  '\n~~~~\n',
  'const a = 1;\n',
];
const plain = fc.array(fc.constantFrom(...pieces), { maxLength: 120 }).map((all) => all.join(''));
const fenced = fc.array(fc.constantFrom(...pieces, ...fences, ...fences), { maxLength: 120 }).map((all) => all.join(''));
const limit = fc.record({
  max: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 13, max: 200 })),
  unit: fc.constantFrom(...UNITS),
});

describe('the parts of a text', () => {
  const within = (part: string, { max, unit }: { max: number; unit: Unit }): boolean => size(part, unit) <= max || [...part].length === 1;

  it('are never over the limit in its unit, but for a single character that is', () => {
    fc.assert(
      fc.property(fc.oneof(plain, fenced, fc.string({ unit: 'binary', maxLength: 200 })), limit, (text, bound) => {
        expect(splitText(text, bound).filter((part) => !within(part, bound))).toEqual([]);
      }),
      { numRuns: 600 },
    );
  });

  it('hold all of the text but white space, with fence lines added at most', () => {
    fc.assert(
      fc.property(fenced, limit, (text, bound) => {
        const sent = bare(splitText(text, bound).join(''));
        expect(isWithin(bare(text), sent)).toBe(true);
        if (!/`{3}|~{3}/.test(text)) expect(sent).toBe(bare(text));
      }),
      { numRuns: 600 },
    );
  });

  it('are never cut inside a grapheme that fits', () => {
    fc.assert(
      fc.property(plain, limit, (text, bound) => {
        const cuts = boundaries(text);
        let at = 0;
        for (const part of splitText(text, bound)) {
          // Between two parts only white space may be missing.
          const skipped = /^\s*/u.exec(text.slice(at))?.[0].length ?? 0;
          const begin = text.startsWith(part, at) ? at : text.indexOf(part, at);
          expect(begin).toBeLessThanOrEqual(at + skipped);
          const [first] = new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(
            text.slice(Math.max(...[...cuts].filter((cut) => cut <= begin))),
          );
          const tooLong = first !== undefined && size(first.segment, bound.unit) > bound.max;
          expect(cuts.has(begin) || tooLong).toBe(true);
          at = begin + part.length;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are never empty', () => {
    fc.assert(
      fc.property(fenced, limit, (text, bound) => {
        const parts = splitText(text, bound);
        expect(parts.length).toBeGreaterThan(0);
        if (text.trim() !== '') expect(parts.filter((part) => part.trim() === '')).toEqual([]);
      }),
    );
  });
});

describe('a text that somebody wrote to keep us busy', () => {
  const hostile: [string, string][] = [
    ['a fence around one endless grapheme', `\`\`\`\na${'\u0301'.repeat(9000)}`],
    ['a fence whose opening line is longer than a part', `\`\`\`${'x'.repeat(9000)}\ncode`],
    ['fences and nothing else', '```\n'.repeat(3000)],
    ['fences that never end, of both kinds', '```a\n~~~b\n'.repeat(1500)],
    ['spaces with accents', ' \u0301'.repeat(5000)],
    ['an endless family', `${FAMILY}\u200d`.repeat(900)],
    ['a fence of white space', `\`\`\`\n${' '.repeat(9000)}\n\`\`\``],
    ['a fence behind an intro that fills the part', `${'x'.repeat(30)}\n\`\`\`js\na${'\u0301'.repeat(9000)}`],
    ['regional indicators', '🇩'.repeat(3000)],
  ];
  it.each(hostile.flatMap(([what, text]) => [1, 2, 8, 100, 4096].map((max): [string, number, string] => [what, max, text])))(
    '%s, at %i: is split all the same',
    (_what, max, text) => {
      for (const unit of UNITS) {
        const parts = splitText(text, { max, unit });
        expect(parts.filter((part) => size(part, unit) > max && [...part].length > 1)).toEqual([]);
        expect(isWithin(bare(text), bare(parts.join('')))).toBe(true);
      }
    },
  );
});

describe('where a text is cut', () => {
  const cut = (text: string, max: number, unit: TextLimit['unit'] = 'utf16') => splitText(text, { max, unit });

  it('nowhere when it fits, or when there is no limit', () => {
    expect(cut('hello', 5)).toEqual(['hello']);
    expect(cut('', 5)).toEqual(['']);
    expect(splitText('x'.repeat(100_000), undefined)).toHaveLength(1);
  });

  it.each([
    ['a paragraph', 'one two\nthree\n\nfour five six', 20, ['one two\nthree', 'four five six']],
    ['a line', 'one two three\nfour five six', 20, ['one two three', 'four five six']],
    ['a sentence', 'One two. Three four five', 18, ['One two.', 'Three four five']],
    ['a word', 'alpha beta gamma', 12, ['alpha beta', 'gamma']],
    ['the last place that fits, when a word is longer than a part', 'abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['a later place than the first third', 'a bcdefghijklmnopqr', 12, ['a bcdefghijk', 'lmnopqr']],
  ])('at %s', (_where, text, max, parts) => {
    expect(cut(text, max)).toEqual(parts);
  });

  it.each<[string, number, TextLimit['unit'], number[]]>([
    ['x'.repeat(4097), 4096, 'utf16', [4096, 1]],
    ['x'.repeat(1601), 1600, 'utf16', [1600, 1]],
    ['😀'.repeat(4096), 4096, 'codepoints', [8192]],
    ['😀'.repeat(4096), 4096, 'utf16', [4096, 4096]],
    ['é'.repeat(3000), 4096, 'bytes', [2048, 952]],
    [FAMILY.repeat(10), 25, 'utf16', [22, 22, 22, 22, 22]],
  ])('of the limits platforms have (%#)', (text, max, unit, lengths) => {
    expect(cut(text, max, unit).map((part) => part.length)).toEqual(lengths);
  });
});

describe('a code fence', () => {
  const code = (lines: number, line = 'const value = 1;') => `${Array.from({ length: lines }, () => line).join('\n')}\n`;
  const balanced = (part: string): boolean => (part.match(/^```/gm) ?? []).length % 2 === 0;

  it('is kept whole where that leaves a useful part before it', () => {
    const [first, second] = splitText(`${'An introduction of some length. '.repeat(3)}\n\`\`\`js\n${code(3)}\`\`\``, { max: 120 });
    expect(first).not.toContain('```');
    expect(second).toMatch(/^```js\n(const value = 1;\n){3}```$/);
  });

  it('that has to be cut is closed in one part and opened again, with its language, in the next', () => {
    const parts = splitText(`\`\`\`ts\n${code(20)}\`\`\`\nThe end.`, { max: 120 });
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts.slice(0, -1)) expect(part).toMatch(/^```ts\n.*\n```$/s);
    expect(parts.every(balanced)).toBe(true);
    expect(parts.join('\n').match(/const value = 1;/g)).toHaveLength(20);
  });

  it('that ends exactly where it is cut is not opened again for nothing', () => {
    const body = code(5);
    const parts = splitText(`\`\`\`\n${body}\`\`\`\nAnd then a sentence that stands behind it.`, { max: body.length + 8 });
    expect(parts).toEqual([`\`\`\`\n${body}\`\`\``, 'And then a sentence that stands behind it.']);
  });

  it('before another one is not taken for it: the text between them stays text', () => {
    const block = `\`\`\`\n${code(2)}\`\`\`\n`;
    const parts = splitText(`${block}Some text between them.\n${block.repeat(4)}`, { max: 150 });
    expect(parts.filter((part) => !balanced(part))).toEqual([]);
    expect(parts.find((part) => part.includes('Some text'))).toMatch(/```\nSome text between them\./);
  });

  it('of backticks within a line is none', () => {
    const parts = splitText(`\`\`\`inline\`\`\` and ${'more words '.repeat(30)}`, { max: 100 });
    expect(parts.slice(1).filter((part) => part.includes('```'))).toEqual([]);
  });

  it('of four backticks is not ended by three', () => {
    const parts = splitText(`\`\`\`\`md\n\`\`\`\n${code(20)}\`\`\`\n\`\`\`\``, { max: 150 });
    for (const part of parts) expect(part.startsWith('````md\n') && part.endsWith('\n````')).toBe(true);
  });
});

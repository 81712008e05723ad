import { describe, expect, it } from 'vitest';
import { parsePattern } from '../../schemas/pattern.ts';

const matches = (pattern: string, text: string): boolean => {
  const parsed = parsePattern(pattern);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.matches(text);
};

it('matches anywhere in the text unless it is anchored', () => {
  expect(matches('b+', 'abc')).toBe(true);
  expect(matches('^b+$', 'abc')).toBe(false);
});

it('a line break does not end the text: an anchored pattern admits no second line', () => {
  expect(matches('^[a-z]+$', 'abc\nrm -rf')).toBe(false);
  expect(matches('^[a-z]+$', 'abc\n')).toBe(false);
});

it('takes linear time where a backtracking engine would not come back', { timeout: 5_000 }, () => {
  expect(matches('^(a+)+$', `${'a'.repeat(4_000)}!`)).toBe(false);
});

describe('is refused with the reason', () => {
  it.each([
    ['look-ahead', '(?=a)b'],
    ['look-behind', '(?<!a)b'],
    ['a back-reference', '(a)\\1'],
    ['an open bracket', '[a-z'],
    ['201 characters', 'a'.repeat(201)],
  ])('%s', (_name, pattern) => {
    expect(parsePattern(pattern)).toEqual({ ok: false, message: expect.stringMatching(/\w/) });
  });

  it.each([
    ['nested repetitions', '((a{10}){10}){11}'],
    ['many repetitions', '[a-z]{300}'.repeat(4)],
    ['a repeated Unicode class', '\\p{L}{200}'],
    ['a repetition without an upper end', '(?:[a-z]{40}){30,}'],
    ['a repetition behind an escaped bracket', '\\((?:[)(]{40}){30}'],
  ])('%s, by its size', (_name, pattern) => {
    expect(parsePattern(pattern)).toEqual({ ok: false, message: 'its repetitions make it too large' });
  });
});

it.each([
  '^[A-Za-z0-9_-]{1,256}$',
  '^(?:[0-9]{1,3}\\.){3}[0-9]{1,3}$',
  '^\\+[1-9][0-9]{6,14}$',
  '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
  '^[\\p{L} ]{1,64}$',
  '^.{1,1000}$',
])('%s is of an ordinary size', (pattern) => {
  expect(parsePattern(pattern)).toMatchObject({ ok: true });
});

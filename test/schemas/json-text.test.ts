import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonText, parseJsonText } from '../../schemas/json-text.ts';

const read = (text: string): Extract<JsonText, { ok: true }> => {
  const parsed = parseJsonText(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed;
};
const fault = (text: string) => {
  const parsed = parseJsonText(text);
  return parsed.ok ? null : { line: parsed.line, message: parsed.message, hint: parsed.hint };
};

describe('lines', () => {
  const text = ['{', '  "a": {', '    "b/c": [', '      1,', '      {"d~": 2}', '    ]', '  },', '  "e":', '    3', '}'].join('\n');

  it.each([
    ['', 1],
    ['/a', 2],
    ['/a/b~1c', 3],
    ['/a/b~1c/0', 4],
    ['/a/b~1c/1', 5],
    ['/a/b~1c/1/d~0', 5],
    ['/e', 8],
  ])('%s is in line %i', (pointer, line) => {
    expect(read(text).lineOf(pointer)).toBe(line);
  });

  it('gives what is not in the text the line of its nearest parent', () => {
    expect(read(text).lineOf('/a/missing/deeper')).toBe(2);
    expect(read(text).lineOf('/nothing')).toBe(1);
  });

  it('counts Windows line ends once', () => {
    expect(read('{\r\n"a": 1,\r\n"b": 2}').lineOf('/b')).toBe(3);
  });

  it('counts no line for a line break that is written as an escape', () => {
    expect(read('{"a": "x\\ny",\n"b": 2}').lineOf('/b')).toBe(2);
  });
});

describe('duplicate keys', () => {
  it('names both lines, at any depth', () => {
    const { duplicates } = read('{"a": 1,\n"b": {"c": 1,\n"d": 2,\n"c": 3},\n"a": 2}');
    expect(duplicates.map(({ pointer, line, message }) => ({ pointer, line, message }))).toEqual([
      { pointer: '/b/c', line: 4, message: '"c" stands twice: here and in line 2.' },
      { pointer: '/a', line: 5, message: '"a" stands twice: here and in line 1.' },
    ]);
  });

  it('sees through an escape in one of the two', () => {
    expect(read('{"verify": 1, "verif\\u0079": 2}').duplicates).toHaveLength(1);
  });

  it('knows the same key in another object to be another key', () => {
    expect(read('[{"a": 1}, {"a": 2}]').duplicates).toEqual([]);
  });
});

describe('hostile texts', () => {
  it('keeps __proto__ an ordinary key that changes no object', () => {
    const { value } = read('{"__proto__": {"polluted": true}}');
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect((value as { polluted?: boolean }).polluted).toBeUndefined();
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('stops at 64 levels, before the stack does', () => {
    expect(read(`${'['.repeat(64)}${']'.repeat(64)}`).duplicates).toEqual([]);
    expect(fault('['.repeat(65))?.message).toContain('deeper than 64');
    expect(fault('{"a":'.repeat(100_000))?.message).toContain('deeper than 64');
  });

  it('reads long keys under a long path without keeping a pointer for each', () => {
    const key = 'k'.repeat(50_000);
    const inner = Array.from({ length: 10_000 }, (_, index) => `"${index}":0`).join(',');
    expect(read(`{"${key}":{"${key}":{${inner}}}}`).lineOf(`/${key}/${key}/9999`)).toBe(1);
  });
});

it('leaves a byte order mark out', () => {
  expect(read('\uFEFF{"a": 1}').value).toEqual({ a: 1 });
});

describe('what a person gets wrong', () => {
  it.each([
    ['{"a": 1,\n}', 1, 'comma', 'Remove that comma'],
    ["{'a': 1}", 1, "' quotes", 'double quotes'],
    ['{\n// note\n"a": 1}', 2, 'no comments', 'Remove the comment'],
    ['{\na: 1}', 2, '"a" stands without quotes', 'double quotes'],
    ['{"a": True}', 1, 'True', 'Write true'],
    ['{"a": None}', 1, 'None', 'Write null'],
    ['{"a": yes}', 1, '"yes" stands without quotes', 'double quotes'],
    ['{"a": "x\n"}', 1, 'no closing quote', '\\n'],
    ['{"a": "C:\\dir"}', 1, 'escape', '\\\\'],
    ['{"a": [1, 2', 1, 'ends where', 'line 1'],
    ['{"a": 1 "b": 2}', 1, '"\\""', 'comma'],
    ['{"a": 1}}', 1, 'after the end', 'too early'],
    ['', 1, 'ends where', ''],
  ])('%j: line %i', (text, line, message, hint) => {
    const found = fault(text);
    expect(found?.line).toBe(line);
    expect(found?.message).toContain(message);
    expect(found?.hint).toContain(hint);
  });
});

describe('the column of a fault', () => {
  it.each([
    ['{"a": 1,\n  "b": 2,\n}', 2, 9],
    ['{\n  a: 1}', 2, 3],
    ['{"a": "x\n"}', 1, 9],
    ['\n\n  yes', 3, 3],
    ['{"a": 1}}', 1, 9],
    ['{"a": [1, 2', 1, 12],
    ['', 1, 1],
    ['\uFEFF}', 1, 1],
  ])('%j: line %i, column %i', (text, line, column) => {
    expect(parseJsonText(text)).toMatchObject({ ok: false, line, column });
  });
});

const accepts = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

it('takes every text that JSON.parse takes, and no other', () => {
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"a"',
    '1',
    '-',
    '0',
    '.',
    'e',
    '+',
    'true',
    'null',
    ' ',
    '\n',
    '\\',
    'u0041',
    '/',
    '\t',
    '1.5e3',
    '\u2028',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
      const text = parts.join('');
      expect(parseJsonText(text).ok).toBe(accepts(text));
    }),
    { numRuns: 5000 },
  );
});

it('reads every value as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(read(text).value).toEqual(JSON.parse(text));
    }),
  );
});

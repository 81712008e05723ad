/** Patterns that plugins write, in an engine whose time is linear in the text: no pattern can hang the host. */
import { RE2JS } from 're2js';

export const MAX_PATTERN_LENGTH = 200;

/**
 * Linear is not enough: 200 characters can ask for 8,000 copies of a Unicode class, which takes 0.3 s to
 * compile and a second to match a text of 2,000, and a manifest has 64 patterns.
 */
const MAX_SIZE = 1_024;
const UNICODE_CLASS_SIZE = 10;

const TOKEN = /\\[pP](?:\{[^}]*\}|.)|\\x\{[^}]*\}|\\.|\[(?:\\.|[^\]\\])*\]|\{(\d+)(?:(,)(\d*))?\}|[\s\S]/gu;

const atomSize = (token: string): number => (/\\[pP]/.test(token) ? UNICODE_CLASS_SIZE : 1);

/** About how many steps it compiles to: what is repeated counts as often as it may be repeated. */
const sizeOf = (pattern: string): number => {
  const outer: number[] = [];
  let size = 0;
  let last = 0;
  for (const [token, least, comma, most] of pattern.matchAll(TOKEN)) {
    if (token === '(') {
      outer.push(size);
      size = 0;
      last = 0;
    } else if (token === ')') {
      last = size + 1;
      size = (outer.pop() ?? 0) + last;
    } else if (least !== undefined) {
      const times = Number(most || least) + (comma !== undefined && most === '' ? 1 : 0);
      size += last * Math.max(0, times - 1);
      last *= Math.max(1, times);
    } else {
      last = atomSize(token);
      size += last;
    }
  }
  return size;
};

export type Pattern =
  | { ok: true /** About how many steps one character takes. */; size: number; matches(text: string): boolean }
  | { ok: false; message: string };

/** Matches anywhere in the text, as JSON Schema's `pattern` does; `^` and `$` anchor it. No look-around and no back-references. */
export const parsePattern = (pattern: string): Pattern => {
  if (pattern.length > MAX_PATTERN_LENGTH) return { ok: false, message: `it is longer than ${MAX_PATTERN_LENGTH} characters` };
  const size = sizeOf(pattern);
  if (size > MAX_SIZE) return { ok: false, message: 'its repetitions make it too large' };
  try {
    const compiled = RE2JS.compile(pattern);
    return { ok: true, size, matches: (text) => compiled.matcher(text).find() };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
};

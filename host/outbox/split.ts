/**
 * Cuts a text into parts that a platform takes. Never inside a grapheme (a family emoji, an accented
 * letter); where possible at a paragraph, a line, a sentence, a word, in that order; a code fence that
 * has to be cut is closed in one part and opened again in the next.
 */
export interface TextLimit {
  max: number;
  /** What `max` counts: UTF-16 units, code points, or bytes of UTF-8. */
  unit?: 'utf16' | 'codepoints' | 'bytes' | undefined;
}

const MEASURES = {
  utf16: (text: string) => text.length,
  codepoints: (text: string) => {
    let count = 0;
    for (const _ of text) count++;
    return count;
  },
  bytes: (text: string) => Buffer.byteLength(text),
} as const;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Index (UTF-16) of the longest prefix of whole graphemes that fits; at least one grapheme, cut by code points when even that is too long. */
const fittingPrefix = (text: string, max: number, measure: (text: string) => number): number => {
  let used = 0;
  let end = 0;
  // A window is enough: no unit is smaller than a UTF-16 unit's share, so max units hold at most max characters.
  for (const { segment } of graphemes.segment(text.slice(0, max * 2 + 64))) {
    used += measure(segment);
    if (used > max) break;
    end += segment.length;
  }
  if (end > 0) return end;
  used = 0;
  for (const point of text) {
    used += measure(point);
    if (used > max && end > 0) break;
    end += point.length;
  }
  return end;
};

/** A separator may be the base of a grapheme itself: a space with an accent on it. */
const endsGrapheme = (text: string, at: number): boolean => {
  for (const { segment } of graphemes.segment(text.slice(at - 1, at + 4))) return segment.length === 1;
  return true;
};

/** The best place to cut at or before `end`: after a blank line, a line, a sentence, a space; not in the first third. */
const niceCut = (text: string, end: number): number => {
  const window = text.slice(0, end);
  const least = Math.floor(end / 3);
  for (const separator of ['\n\n', '\n', '. ', ' ']) {
    for (let at = window.lastIndexOf(separator); at >= least; at = at === 0 ? -1 : window.lastIndexOf(separator, at - 1)) {
      const cut = at + separator.length;
      if (cut === end || endsGrapheme(text, cut)) return cut;
    }
  }
  return end;
};

/** CommonMark 0.31, section 4.5: the info string of a fence of backticks holds none. */
const FENCE = /^(?:(`{3,})[^`\n]*|(~{3,}).*)$/gm;

interface OpenFence {
  mark: string;
  /** Its opening line, and where that begins. */
  line: string;
  at: number;
}

/** The code fence that is still open at the end of the text; null when none is. */
const openFence = (text: string): OpenFence | null => {
  let open: OpenFence | null = null;
  for (const match of text.matchAll(FENCE)) {
    const mark = (match[1] ?? match[2]) as string;
    if (!open) open = { mark, line: match[0], at: match.index };
    else if (mark.startsWith(open.mark) && match[0].slice(mark.length).trim() === '') open = null;
  }
  return open;
};

interface Part {
  text: string;
  rest: string;
}

const plainPart = (text: string, cut: number): Part => ({ text: text.slice(0, cut).trimEnd(), rest: text.slice(cut).replace(/^\n+/, '') });

/** What follows a part whose fence was closed: the fence again, unless its own end is all that comes. */
const reopened = (rest: string, { mark, line }: OpenFence): string => {
  const [first = ''] = rest.split('\n', 1);
  return first.trimEnd() === mark ? rest.slice(first.length).replace(/^\n+/, '') : `${line}\n${rest}`;
};

const beforeFence = (text: string, fence: OpenFence): Part => ({ text: text.slice(0, fence.at).trimEnd(), rest: text.slice(fence.at) });

/** A part that ends inside a fence; null when the fence's own lines leave no room to get on. */
const fencedPart = (text: string, fence: OpenFence, max: number, measure: (text: string) => number): Part | null => {
  const closing = `\n${fence.mark}`;
  const opening = `${fence.line}\n`;
  const room = max - measure(closing);
  if (room <= measure(opening) * 2) return null;
  const end = fittingPrefix(text, room, measure);
  const nice = niceCut(text, end);
  const begin = fence.at + opening.length;
  const cut = nice > begin ? nice : end;
  // One grapheme may be longer than the part: with the opening line alone nothing would ever be used up.
  if (cut <= begin) return fence.at > 0 ? beforeFence(text, fence) : null;
  const body = text.slice(0, cut).trimEnd();
  const rest = text.slice(cut).replace(/^\n/, '');
  // Nothing but white space was taken of the code: no part is made of an empty block.
  if (body.length < begin) return { ...beforeFence(text, fence), rest: opening + rest };
  return { text: body + closing, rest: reopened(rest, fence) };
};

const nextPart = (text: string, max: number, measure: (text: string) => number): Part => {
  const end = fittingPrefix(text, max, measure);
  const cut = niceCut(text, end);
  const fence = openFence(text.slice(0, cut));
  if (!fence) return plainPart(text, cut);
  // Before the fence begins, when that leaves a useful part.
  if (fence.at > end / 3) return beforeFence(text, fence);
  return fencedPart(text, fence, max, measure) ?? plainPart(text, cut);
};

/** The parts in order; none is empty, and none is over the limit unless a single character is. A text of only white space gives one part. */
export const splitText = (text: string, limit: TextLimit | undefined): string[] => {
  const max = limit?.max ?? Number.POSITIVE_INFINITY;
  const measure = MEASURES[limit?.unit ?? 'utf16'];
  // No unit counts fewer than half of the UTF-16 units.
  const isLong = (rest: string): boolean => rest.length > max * 2 || measure(rest) > max;
  if (text.length <= max / 4 || !isLong(text)) return [text];
  const parts: string[] = [];
  let rest = text;
  while (isLong(rest)) {
    const part = nextPart(rest, max, measure);
    if (part.text.trim() !== '') parts.push(part.text);
    rest = part.rest;
  }
  if (rest.trim() !== '') parts.push(rest);
  return parts.length > 0 ? parts : [text.slice(0, fittingPrefix(text, max, measure))];
};

/**
 * Takes out of a text what a page would run: scripts, frames, plugins, event handlers, addresses that are code. Everything
 * else stays to the letter, `a < b`, `List<Object>` and whole harmless pages. What goes leaves a space, so that nothing
 * new comes together around it.
 */
import { type Attribute, findEndTag, quoteEnds, readStartTag, type StartTag } from './read-tag.ts';

/** Removed with everything up to their end tag. The last four are markup to some readers and text to others. */
const ELEMENTS: ReadonlySet<string> = new Set([
  'script',
  'iframe',
  'object',
  'applet',
  'frameset',
  'noscript',
  'noframes',
  'noembed',
  'xmp',
]);
/** Have no end tag. */
const VOID: ReadonlySet<string> = new Set(['embed', 'frame', 'base']);
/** A page takes their content for text: a quote in it does not reach beyond. */
const RAW: ReadonlySet<string> = new Set(['style', 'title', 'textarea']);

const ADDRESSES: ReadonlySet<string> = new Set([
  'href',
  'src',
  'action',
  'formaction',
  'xlink:href',
  'data',
  'background',
  'poster',
  'to',
  'values',
]);
const CODE = /^(?:javascript|vbscript|livescript):|^data:(?:text\/html|image\/svg\+xml|application\/xhtml\+xml|text\/xml)/;
const NAMED: Readonly<Record<string, string>> = { colon: ':', tab: '\t', newline: '\n', lpar: '(', amp: '&' };

const character = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : '');
const decoded = (value: string): string =>
  value
    .replace(/&#x([0-9a-f]{1,8});?/gi, (_, hex: string) => character(Number.parseInt(hex, 16)))
    .replace(/&#([0-9]{1,9});?/g, (_, digits: string) => character(Number(digits)))
    .replace(/&(colon|tab|newline|lpar|amp);/gi, (_, name: string) => NAMED[name.toLowerCase()] as string);

const isCode = ({ name, value }: Attribute): boolean => {
  if (/^on[a-z]/.test(name) || name === 'srcdoc') return true;
  // A browser skips blanks and control characters inside a scheme.
  return (
    ADDRESSES.has(name) &&
    CODE.test(
      decoded(value)
        .replace(/[\u0000-\u0020]/g, '')
        .toLowerCase(),
    )
  );
};

const withoutCode = (text: string, at: number, tag: StartTag): string => {
  let kept = '';
  let from = at;
  for (const attribute of tag.attributes.filter(isCode)) {
    kept += text.slice(from, attribute.from);
    from = attribute.to;
  }
  return kept + text.slice(from, tag.end);
};

const refreshes = ({ name, attributes }: StartTag): boolean =>
  name === 'meta' && attributes.some((attribute) => attribute.name === 'http-equiv' && /refresh|set-cookie/i.test(attribute.value));

/** The place after a comment, as a browser finds its end. */
const afterComment = (text: string, at: number): number => {
  if (text.startsWith('>', at + 4)) return at + 5;
  if (text.startsWith('->', at + 4)) return at + 6;
  const end = /--!?>/g;
  end.lastIndex = at + 4;
  const found = end.exec(text);
  return found === null ? -1 : end.lastIndex;
};

const removeOnce = (text: string): string => {
  const last = text.lastIndexOf('>');
  if (!text.includes('<') || last === -1) return text;
  const lower = text.toLowerCase();
  // Some letters change their length in lower case; places would not be the same.
  const searched = lower.length === text.length ? lower : text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const ends = quoteEnds(text);
  /** Elements without an end tag from some place on: it is not searched again. */
  const unclosed = new Set<string>();
  const endOf = (name: string, from: number) => {
    const found = unclosed.has(name) ? null : findEndTag(text, searched, name, from);
    if (found === null) unclosed.add(name);
    return found;
  };
  let clean = '';
  let from = 0;
  for (let at = text.indexOf('<'); at !== -1 && at <= last; at = text.indexOf('<', at)) {
    if (text.startsWith('<!--', at)) {
      const end = afterComment(text, at);
      at = end === -1 ? at + 4 : end;
      continue;
    }
    const tag = readStartTag(text, at, ends);
    if (tag === null) {
      at++;
      continue;
    }
    const end = ELEMENTS.has(tag.name) || RAW.has(tag.name) ? endOf(tag.name, tag.end) : null;
    if (
      (ELEMENTS.has(tag.name) && (end || tag.attributes.length > 0)) ||
      (VOID.has(tag.name) && tag.attributes.length > 0) ||
      refreshes(tag)
    ) {
      clean += `${text.slice(from, at)} `;
      from = end?.to ?? tag.end;
    } else {
      clean += text.slice(from, at) + withoutCode(text, at, tag);
      if (end) clean += removeOnce(text.slice(tag.end, end.from)) + text.slice(end.from, end.to);
      from = end?.to ?? tag.end;
    }
    at = from;
  }
  return clean + text.slice(from);
};

/** What a text needs that was not made to outlast it. */
const MOST_ROUNDS = 8;

/** What goes may let stand what was harmless only beside it: until nothing is left to do. */
export const removeActiveHtml = (text: string): string => {
  let clean = text;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = removeOnce(clean);
    if (next === clean) return clean;
    clean = next;
  }
  return clean.replaceAll('<', ' ');
};

/** Reads a start tag as a browser does (HTML Standard, 13.2.5): what it would see, and what it would take for text. */

export interface Attribute {
  /** Lower-case. */ name: string;
  value: string;
  /** Where it stands in the text. */
  from: number;
  to: number;
}

export interface StartTag {
  /** Lower-case. */ name: string;
  attributes: Attribute[];
  /** The place after its `>`. */
  end: number;
}

const LETTER = /[a-zA-Z]/;
const SPACE = /[\t\n\f\r ]/;
const NAME = /[^\t\n\f\r />]+/y;
const GAP = /[\t\n\f\r /]*/y;
const ATTRIBUTE_NAME = /=?[^\t\n\f\r />=]*/y;
const EQUALS = /[\t\n\f\r ]*=[\t\n\f\r ]*/y;
const UNQUOTED = /[^\t\n\f\r >]*/y;

const read = (pattern: RegExp, text: string, at: number): string => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
};

/** `ends`: the last place of each quote, so that a text of unclosed ones costs no search to its end for each. */
const readValue = (text: string, at: number, ends: Readonly<Record<string, number>>): { value: string; to: number } | null => {
  const quote = text[at];
  if (quote !== '"' && quote !== "'") {
    const value = read(UNQUOTED, text, at);
    return { value, to: at + value.length };
  }
  if (at + 1 > (ends[quote] as number)) return null;
  const close = text.indexOf(quote, at + 1);
  return { value: text.slice(at + 1, close), to: close + 1 };
};

export const quoteEnds = (text: string): Readonly<Record<string, number>> => ({ '"': text.lastIndexOf('"'), "'": text.lastIndexOf("'") });

/** null: what begins with the `<` at this place is no tag, or never ends. */
export const readStartTag = (text: string, at: number, ends: Readonly<Record<string, number>>): StartTag | null => {
  if (!LETTER.test(text[at + 1] ?? '')) return null;
  const name = read(NAME, text, at + 1);
  const attributes: Attribute[] = [];
  let place = at + 1 + name.length;
  for (;;) {
    place += read(GAP, text, place).length;
    if (place >= text.length) return null;
    if (text[place] === '>') return { name: name.toLowerCase(), attributes, end: place + 1 };
    const from = place;
    const attribute = read(ATTRIBUTE_NAME, text, place);
    place += attribute.length;
    const equals = read(EQUALS, text, place);
    place += equals.length;
    const value = equals === '' ? { value: '', to: place } : readValue(text, place, ends);
    if (value === null) return null;
    place = value.to;
    attributes.push({ name: attribute.toLowerCase(), value: value.value, from, to: place });
  }
};

/** Where the end tag of this name begins and ends, from a place on; null when there is none. */
export const findEndTag = (text: string, lower: string, name: string, from: number): { from: number; to: number } | null => {
  for (let at = lower.indexOf(`</${name}`, from); at !== -1; at = lower.indexOf(`</${name}`, at + 2)) {
    const after = text[at + 2 + name.length] ?? '';
    if (after !== '>' && after !== '/' && !SPACE.test(after)) continue;
    const close = text.indexOf('>', at);
    return { from: at, to: close === -1 ? text.length : close + 1 };
  }
  return null;
};

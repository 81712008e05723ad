/**
 * The tags and texts of an HTML document, in order and without a tree: what was opened and never closed costs nothing.
 * The text is read in steps, between which the event loop turns, so that a long page does not look like a stuck plugin.
 */
import { Tokenizer } from 'htmlparser2';

export interface TagReader {
  /** Lower-case name; the first value of each attribute, lower-case names. */
  open(name: string, attributes: ReadonlyMap<string, string>): void;
  close(name: string): void;
  text(text: string): void;
}

const STEP = 131_072;
const LONGEST_ATTRIBUTE = 8_192;
const MOST_ATTRIBUTES = 64;

const isSpace = (html: string, at: number): boolean => /\s/.test(html.charAt(at));

/** `</div >` is a `div`: what follows the name is dropped. */
const nameIn = (html: string, start: number, end: number): string => {
  let to = start;
  while (to < end && to - start < 64 && !isSpace(html, to)) to++;
  return html.slice(start, to).toLowerCase();
};

/** `pause` ends each step. */
export const readTags = async (html: string, reader: TagReader, pause: () => Promise<void>): Promise<void> => {
  let name = '';
  let attributes = new Map<string, string>();
  let attribute = '';
  let value = '';
  const opened = () => reader.open(name, attributes);
  const tokenizer = new Tokenizer(
    { xmlMode: false, decodeEntities: true },
    {
      ontext: (start, end) => reader.text(html.slice(start, end)),
      ontextentity: (code) => reader.text(String.fromCodePoint(code)),
      oncdata: (start, end, offset) => reader.text(html.slice(start, end - offset)),
      onopentagname(start, end) {
        name = nameIn(html, start, end);
        attributes = new Map();
      },
      onattribname(start, end) {
        attribute = html.slice(start, end).toLowerCase();
        value = '';
      },
      onattribdata(start, end) {
        if (value.length < LONGEST_ATTRIBUTE) value += html.slice(start, Math.min(end, start + LONGEST_ATTRIBUTE));
      },
      onattribentity(code) {
        value += String.fromCodePoint(code);
      },
      onattribend() {
        if (attributes.size < MOST_ATTRIBUTES && !attributes.has(attribute)) attributes.set(attribute, value);
      },
      onopentagend: opened,
      onselfclosingtag: opened,
      onclosetag: (start, end) => reader.close(nameIn(html, start, end)),
      oncomment() {},
      ondeclaration() {},
      onprocessinginstruction() {},
      onend() {},
    },
  );
  for (let from = 0; from < html.length; from += STEP) {
    tokenizer.write(html.slice(from, from + STEP));
    await pause();
  }
  tokenizer.end();
};

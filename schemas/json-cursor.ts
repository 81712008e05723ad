/** A place in a JSON text that moves forward: the words of JSON, and what a person got wrong in them. */

export interface JsonFault {
  /** From 1. */
  line: number;
  message: string;
  hint: string;
}

/** Ends the reading; never leaves `json-text.ts`. */
export class JsonStop extends Error {
  readonly fault: JsonFault;
  constructor(fault: JsonFault) {
    super(fault.message);
    this.fault = fault;
  }
}

export const stop = (line: number, message: string, hint: string): never => {
  throw new JsonStop({ line, message, hint });
};

export interface Cursor {
  readonly text: string;
  at: number;
  /** From 1. */
  line: number;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_$][\w$]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y;
const LITERALS = new Set(['true', 'false', 'null']);

const match = ({ text, at }: Cursor, pattern: RegExp): string | null => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
};

export const skipSpace = (cursor: Cursor): void => {
  for (; cursor.at < cursor.text.length; cursor.at++) {
    const character = cursor.text[cursor.at];
    if (character === '\n') cursor.line++;
    else if (character !== ' ' && character !== '\t' && character !== '\r') return;
  }
};

/** The word or character at the cursor, in quotes. */
const shown = (cursor: Cursor): string =>
  JSON.stringify(match(cursor, WORD)?.slice(0, 40) ?? String.fromCodePoint(cursor.text.codePointAt(cursor.at) ?? 0));

/** `opened`: the line of the object or list that the cursor is in. */
export const unexpected = (cursor: Cursor, wanted: string, opened: number | null): never => {
  const { text, at, line } = cursor;
  const character = text[at];
  if (character === undefined) {
    const where = opened === null ? '' : `, which began in line ${opened}`;
    return stop(line, `The file ends where ${wanted} should follow.`, `Close every brace, bracket and quote${where}.`);
  }
  if (character === "'") return stop(line, "Text stands in ' quotes.", 'JSON has double quotes only: "like this".');
  if (/^\/[/*]/.test(text.slice(at, at + 2))) return stop(line, 'JSON has no comments.', 'Remove the comment.');
  return stop(
    line,
    `${shown(cursor)} stands where ${wanted} should.`,
    'Look for a missing or additional comma, quote or brace just before it.',
  );
};

export const readString = (cursor: Cursor): string => {
  const { text, line } = cursor;
  const start = cursor.at++;
  for (;;) {
    const character = text[cursor.at];
    if (character === '"') return JSON.parse(text.slice(start, ++cursor.at)) as string;
    if (character === undefined || character === '\n' || character === '\r') {
      return stop(line, 'A text has no closing quote.', 'End it with " in the same line; a line break inside is written \\n.');
    }
    if (character < ' ') return stop(line, 'A text holds a control character.', 'Write it as an escape such as \\t.');
    if (character !== '\\') cursor.at++;
    else
      cursor.at +=
        match(cursor, ESCAPE)?.length ?? stop(line, 'A text holds an escape that JSON does not know.', 'Write a backslash itself as \\\\.');
  }
};

export const readKey = (cursor: Cursor, opened: number): string => {
  if (match(cursor, WORD) !== null) stop(cursor.line, `The key ${shown(cursor)} stands without quotes.`, 'Put keys into double quotes.');
  if (cursor.text[cursor.at] !== '"') unexpected(cursor, 'a key in double quotes', opened);
  return readString(cursor);
};

/** A number, `true`, `false` or `null`. */
export const readPlain = (cursor: Cursor): void => {
  const found = match(cursor, NUMBER) ?? match(cursor, WORD) ?? '';
  if (LITERALS.has(found) || /^[-\d]/.test(found)) {
    cursor.at += found.length;
    return;
  }
  const lower = found === 'None' ? 'null' : found.toLowerCase();
  if (LITERALS.has(lower)) stop(cursor.line, `${found} is no JSON.`, `Write ${lower}.`);
  if (found !== '') stop(cursor.line, `${shown(cursor)} stands without quotes.`, 'Put texts into double quotes.');
  unexpected(cursor, 'a value', null);
};

/** Whether another item follows; else the cursor stands behind `close`. */
export const readSeparator = (cursor: Cursor, close: string, opened: number): boolean => {
  skipSpace(cursor);
  const { text, line } = cursor;
  if (text[cursor.at] === close) {
    cursor.at++;
    return false;
  }
  if (text[cursor.at] !== ',') unexpected(cursor, `"," or "${close}"`, opened);
  const comma = cursor.at++;
  skipSpace(cursor);
  if (text[cursor.at] === close) {
    cursor.at = comma;
    stop(line, `A comma stands before "${close}".`, 'Remove that comma.');
  }
  return true;
};

export const readEnd = (cursor: Cursor): void => {
  skipSpace(cursor);
  if (cursor.at < cursor.text.length) {
    stop(
      cursor.line,
      `${shown(cursor)} stands after the end of the document.`,
      'Remove it, or the brace that ended the document too early.',
    );
  }
};

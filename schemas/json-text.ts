/**
 * JSON that a person wrote, with the line of everything in it: errors point at a place and say what mends it.
 * Stricter than `JSON.parse` in two things: a key stands once in an object, and nesting has an end.
 */
import {
  type Cursor,
  type JsonFault,
  JsonStop,
  readEnd,
  readKey,
  readPlain,
  readSeparator,
  readString,
  skipSpace,
  stop,
  unexpected,
} from './json-cursor.ts';

export type { JsonFault } from './json-cursor.ts';

export interface DuplicateKey extends JsonFault {
  pointer: string;
}

export type JsonText =
  | {
      ok: true;
      value: unknown;
      /** Of a value by its JSON pointer; a member's line is that of its key. What is not in the text has the line of its nearest parent. */
      lineOf(pointer: string): number;
      /** Keys that stand more than once: `JSON.parse` would silently keep the last. */
      duplicates: DuplicateKey[];
    }
  | ({
      ok: false;
      /** From 1, in characters. */
      column: number;
    } & JsonFault);

/** A tree, not a map of pointers: with long keys the pointers of a small text could fill the memory. */
interface Place {
  line: number;
  children: Map<string, Place> | null;
}

interface Reading {
  cursor: Cursor;
  /** Keys and indices that lead to the cursor. */
  path: string[];
  duplicates: DuplicateKey[];
}

const MAX_DEPTH = 64;
const MAX_DUPLICATES = 20;

const escapeStep = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
const unescapeStep = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~');

const noteDuplicate = ({ cursor, path, duplicates }: Reading, key: string, first: Place): void => {
  if (duplicates.length >= MAX_DUPLICATES) return;
  const pointer = [...path, key].map((step) => `/${escapeStep(step)}`).join('');
  const message = `${JSON.stringify(key.slice(0, 80))} stands twice: here and in line ${first.line}.`;
  duplicates.push({ pointer, line: cursor.line, message, hint: 'Keep one of them.' });
};

const readMember = (reading: Reading, children: Map<string, Place>, opened: number): void => {
  const { cursor, path } = reading;
  const { line } = cursor;
  const key = readKey(cursor, opened);
  const first = children.get(key);
  if (first !== undefined) noteDuplicate(reading, key, first);
  skipSpace(cursor);
  if (cursor.text[cursor.at] !== ':') unexpected(cursor, '":"', opened);
  cursor.at++;
  path.push(key);
  children.set(key, { ...readValue(reading), line });
  path.pop();
};

const readItem = (reading: Reading, children: Map<string, Place>): void => {
  const index = String(children.size);
  reading.path.push(index);
  children.set(index, readValue(reading));
  reading.path.pop();
};

const readContainer = (reading: Reading, open: string): Place => {
  const { cursor, path } = reading;
  const { line } = cursor;
  const children = new Map<string, Place>();
  const close = open === '{' ? '}' : ']';
  if (path.length >= MAX_DEPTH) stop(line, `Nesting is deeper than ${MAX_DEPTH}.`, 'Make the document flatter.');
  cursor.at++;
  skipSpace(cursor);
  if (cursor.text[cursor.at] === close) {
    cursor.at++;
    return { line, children };
  }
  do {
    if (open === '{') readMember(reading, children, line);
    else readItem(reading, children);
  } while (readSeparator(cursor, close, line));
  return { line, children };
};

const readValue = (reading: Reading): Place => {
  const { cursor } = reading;
  skipSpace(cursor);
  const { line } = cursor;
  const character = cursor.text[cursor.at];
  if (character === '{' || character === '[') return readContainer(reading, character);
  if (character === '"') readString(cursor);
  else readPlain(cursor);
  return { line, children: null };
};

/** The reading stops where the fault is. */
const columnOf = ({ text, at }: Cursor): number => at - (at === 0 ? -1 : text.lastIndexOf('\n', at - 1));

const lineIn = (root: Place, pointer: string): number => {
  let place = root;
  for (const step of pointer.split('/').slice(1)) {
    const next = place.children?.get(unescapeStep(step));
    if (next === undefined) break;
    place = next;
  }
  return place.line;
};

/** A byte order mark at the beginning is left out (RFC 8259 §8.1 allows it), as some editors still write one. */
export const parseJsonText = (source: string): JsonText => {
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  const reading: Reading = { cursor: { text, at: 0, line: 1 }, path: [], duplicates: [] };
  try {
    const root = readValue(reading);
    readEnd(reading.cursor);
    return { ok: true, value: JSON.parse(text), duplicates: reading.duplicates, lineOf: (pointer) => lineIn(root, pointer) };
  } catch (error) {
    if (error instanceof JsonStop) return { ok: false, column: columnOf(reading.cursor), ...error.fault };
    throw error;
  }
};

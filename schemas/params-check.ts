/**
 * Parameters against the closed subset of JSON Schema that plugins may write (`params-schema.ts`), read as data: no code
 * is made of a schema, only own properties are looked at, and the work is bounded whatever schema and value say.
 */
import Type from 'typebox';
import { compile } from './compile.ts';
import { FORMATS } from './manifest.ts';
import { nearest } from './nearest.ts';
import { type Pattern, parsePattern } from './pattern.ts';

/** What is wrong, one sentence a problem: `'url' parameter is required`. [] when the parameters fit. */
export type ParamsCheck = (params: unknown) => string[];

type Json = Record<string, unknown>;
type Format = (typeof FORMATS)[number];

const MOST_PROBLEMS = 20;
/** Values looked at. */
const MOST_VALUES = 100_000;
/** A pattern's time is its size times the text's: this many steps take a quarter of a second. */
const MOST_STEPS = 4_194_304;
/** Longer texts are no address, date or id. */
const LONGEST_FORMATTED = 8_192;
const LONGEST_SHOWN = 80;

const TYPES: Readonly<Record<string, { words: string; holds(value: unknown): boolean }>> = {
  string: { words: 'a text', holds: (value) => typeof value === 'string' },
  number: { words: 'a number', holds: (value) => Number.isFinite(value) },
  integer: { words: 'a whole number', holds: (value) => Number.isInteger(value) },
  boolean: { words: 'true or false', holds: (value) => typeof value === 'boolean' },
  object: { words: 'an object', holds: (value) => typeof value === 'object' && value !== null && !Array.isArray(value) },
  array: { words: 'a list', holds: Array.isArray },
  null: { words: 'null', holds: (value) => value === null },
};

const FORMAT_WORDS: Readonly<Record<Format, string>> = {
  uri: 'an absolute address such as https://example.com/',
  email: 'an email address',
  hostname: 'a host name',
  'date-time': 'a date and time such as 2026-01-31T12:00:00Z',
  uuid: 'a UUID',
};
const FORMAT_CHECKS = new Map<unknown, (value: unknown) => { ok: boolean }>(
  FORMATS.map((format) => [format, compile(Type.String({ format }))]),
);

/** One look at one set of parameters. */
interface Look {
  problems: string[];
  values: number;
  steps: number;
  patterns: ReadonlyMap<string, Pattern>;
}

const own = (schema: Json, keyword: string): unknown => (Object.hasOwn(schema, keyword) ? schema[keyword] : undefined);
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names come from whoever asks: what a terminal or a log would act on is left out. */
const shown = (name: string): string => `'${name.replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, LONGEST_SHOWN)}'`;
const quoted = (value: unknown): string => JSON.stringify(value).slice(0, LONGEST_SHOWN);

const checkType = (schema: Json, value: unknown): string | null => {
  const type = own(schema, 'type');
  if (type === undefined) return null;
  const types = [type].flat().flatMap((each) => (Object.hasOwn(TYPES, String(each)) ? [TYPES[String(each)]] : []));
  if (types.some((each) => each?.holds(value))) return null;
  return `must be ${types.map((each) => each?.words).join(' or ')}`;
};

const checkWords = (schema: Json, value: unknown): string | null => {
  const words = own(schema, 'enum');
  if (Array.isArray(words) && !words.includes(value)) return `must be one of ${words.slice(0, 20).map(quoted).join(', ')}`;
  const only = own(schema, 'const');
  return only !== undefined && only !== value ? `must be ${quoted(only)}` : null;
};

const NUMBER_RULES = [
  ['minimum', 'at least', (value: number, limit: number) => value >= limit],
  ['maximum', 'at most', (value: number, limit: number) => value <= limit],
  ['exclusiveMinimum', 'more than', (value: number, limit: number) => value > limit],
  ['exclusiveMaximum', 'less than', (value: number, limit: number) => value < limit],
] as const;

const checkNumber = (schema: Json, value: number): string | null => {
  for (const [keyword, words, holds] of NUMBER_RULES) {
    const limit = own(schema, keyword);
    if (typeof limit === 'number' && !holds(value, limit)) return `must be ${words} ${limit}`;
  }
  return null;
};

const counted = (count: number, one: string, more: string): string => `${count} ${count === 1 ? one : more}`;

const checkCount = (count: number, least: unknown, most: unknown, one: string, more: string): string | null => {
  if (typeof least === 'number' && count < least) return `must have at least ${counted(least, one, more)}`;
  if (typeof most === 'number' && count > most) return `must have at most ${counted(most, one, more)}`;
  return null;
};

/** Code points, as JSON Schema counts them; UTF-16 units are only an upper bound. */
const lengthOf = (text: string): number => {
  let length = 0;
  for (const _ of text) length++;
  return length;
};

const checkPattern = (look: Look, pattern: unknown, text: string): string | null => {
  const parsed = typeof pattern === 'string' ? look.patterns.get(pattern) : undefined;
  if (parsed === undefined) return null;
  if (!parsed.ok) return 'cannot be checked: the pattern of its schema cannot be used';
  look.steps += parsed.size * (text.length + 1);
  if (look.steps > MOST_STEPS) return 'is too long to be held against a pattern';
  return parsed.matches(text) ? null : `must match ${pattern}`;
};

const checkText = (look: Look, schema: Json, text: string): string | null => {
  const [least, most] = [own(schema, 'minLength'), own(schema, 'maxLength')];
  const count = least === undefined && most === undefined ? null : checkCount(lengthOf(text), least, most, 'character', 'characters');
  if (count !== null) return count;
  const format = own(schema, 'format');
  const holds = FORMAT_CHECKS.get(format);
  if (holds !== undefined && (text.length > LONGEST_FORMATTED || !holds(text).ok)) return `must be ${FORMAT_WORDS[format as Format]}`;
  return checkPattern(look, own(schema, 'pattern'), text);
};

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

const unknownName = (path: string, name: string, properties: Json): string => {
  const meant = nearest(name, Object.keys(properties));
  const hint = meant === null ? '' : `; did you mean ${shown(join(path, meant))}?`;
  return `${shown(join(path, name))} is not a parameter of this operation${hint}`;
};

const checkObject = (look: Look, schema: Json, value: Json, path: string): void => {
  const listed = own(schema, 'properties');
  const properties = isObject(listed) ? listed : {};
  const required = own(schema, 'required');
  for (const name of Array.isArray(required) ? required : []) {
    if (!Object.hasOwn(value, name)) look.problems.push(`${shown(join(path, String(name)))} parameter is required`);
  }
  const closed = own(schema, 'additionalProperties') === false;
  for (const name of Object.keys(value)) {
    if (look.problems.length >= MOST_PROBLEMS) return;
    const child = own(properties, name);
    if (isObject(child)) visit(look, child, value[name], join(path, name));
    else if (closed) look.problems.push(unknownName(path, name, properties));
  }
};

const checkList = (look: Look, schema: Json, list: readonly unknown[], path: string): void => {
  const count = checkCount(list.length, own(schema, 'minItems'), own(schema, 'maxItems'), 'entry', 'entries');
  if (count !== null) look.problems.push(`${shown(path)} ${count}`);
  const items = own(schema, 'items');
  if (!isObject(items)) return;
  for (const [index, each] of list.entries()) {
    if (look.problems.length >= MOST_PROBLEMS) return;
    visit(look, items, each, `${path}[${index}]`);
  }
};

const checkPlain = (look: Look, schema: Json, value: unknown): string | null => {
  const wrong = checkType(schema, value) ?? checkWords(schema, value);
  if (wrong !== null) return wrong;
  if (typeof value === 'number') return checkNumber(schema, value);
  return typeof value === 'string' ? checkText(look, schema, value) : null;
};

const visit = (look: Look, schema: Json, value: unknown, path: string): void => {
  if (++look.values > MOST_VALUES) {
    if (look.values === MOST_VALUES + 1) look.problems.push(`The parameters hold more than ${MOST_VALUES} values`);
    return;
  }
  const wrong = checkPlain(look, schema, value);
  if (wrong !== null) look.problems.push(`${path === '' ? 'The parameters' : shown(path)} ${wrong}`);
  else if (Array.isArray(value)) checkList(look, schema, value, path);
  else if (isObject(value)) checkObject(look, schema, value, path);
};

const patternsIn = (schema: unknown, found = new Map<string, Pattern>()): Map<string, Pattern> => {
  if (!isObject(schema)) return found;
  const pattern = own(schema, 'pattern');
  if (typeof pattern === 'string' && !found.has(pattern)) found.set(pattern, parsePattern(pattern));
  const properties = own(schema, 'properties');
  for (const child of isObject(properties) ? Object.values(properties) : []) patternsIn(child, found);
  return patternsIn(own(schema, 'items'), found);
};

/** `schema`: one in which `paramsSchemaProblems` finds nothing wrong. */
export const createParamsCheck = (schema: object): ParamsCheck => {
  const patterns = patternsIn(schema);
  return (params) => {
    const look: Look = { problems: [], values: 0, steps: 0, patterns };
    visit(look, schema as Json, params, '');
    return look.problems.slice(0, MOST_PROBLEMS);
  };
};

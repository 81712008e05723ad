/** Schema errors in words for the person who wrote the document. Values are never repeated: they may be secrets. */
import type { SchemaError } from './compile.ts';
import { nearest } from './nearest.ts';

export interface Explained {
  pointer: string;
  message: string;
  hint: string;
}

const TYPES: Record<string, string> = {
  string: 'a text in double quotes',
  integer: 'a whole number without quotes',
  number: 'a number without quotes',
  boolean: 'true or false without quotes',
  object: 'an object { … }',
  array: 'a list [ … ]',
  null: 'null',
};

const wordFor = (type: unknown): string =>
  [type]
    .flat()
    .map((each) => TYPES[String(each)] ?? String(each))
    .join(' or ');

const lastKey = (pointer: string): string =>
  pointer
    .slice(pointer.lastIndexOf('/') + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
const nameOf = (pointer: string): string => (pointer === '' ? 'The document' : `"${lastKey(pointer)}"`);

const unknownKey = (pointer: string, params: Record<string, unknown>): Explained => {
  const key = String(params.additionalProperty);
  const shown = key.slice(0, 80);
  const known = Array.isArray(params.known_keys) ? params.known_keys.map(String) : [];
  const meant = nearest(key, known);
  const listed = known.length > 0 && known.length <= 12 ? `Known here: ${known.join(', ')}.` : 'Remove it or correct its name.';
  const place = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  if (Array.isArray(params.known_keys) && known.length === 0) {
    return {
      pointer: place,
      message: `"${shown}" cannot be a name in ${nameOf(pointer)}.`,
      hint: String(params.description ?? 'Choose another name.'),
    };
  }
  return { pointer: place, message: `Unknown key "${shown}".`, hint: meant === null ? listed : `Did you mean "${meant}"?` };
};

const LIMIT_WORDS: Record<string, string> = {
  minimum: 'at least',
  maximum: 'at most',
  exclusiveMinimum: 'more than',
  exclusiveMaximum: 'less than',
};

const SIZE_WORDS: Record<string, string> = {
  minLength: 'fewer characters than',
  maxLength: 'more characters than',
  minItems: 'fewer entries than',
  maxItems: 'more entries than',
  minProperties: 'fewer keys than',
  maxProperties: 'more keys than',
};

type Wording = (error: SchemaError) => Omit<Explained, 'pointer'>;

const WORDINGS: Record<string, Wording> = {
  required: ({ pointer, params }) => ({
    message: `${nameOf(pointer)} has no "${params.missingProperty}".`,
    hint: `Add "${params.missingProperty}"${params.description ? `: ${params.description}` : '.'}`,
  }),
  type: ({ pointer, params }) => ({
    message: `${nameOf(pointer)} must be ${wordFor(params.type)}.`,
    hint: `Write ${wordFor(params.type)}.${params.description ? ` ${params.description}` : ''}`,
  }),
  enum: ({ pointer, params }) => {
    const allowed = (params.allowedValues as unknown[]).map((value) => JSON.stringify(value)).join(', ');
    return {
      message: `${nameOf(pointer)} is none of the allowed values.`,
      hint: `${params.meant ? `Did you mean "${params.meant}"? ` : ''}Allowed: ${allowed}.`,
    };
  },
  const: ({ pointer, params }) => ({
    message: `${nameOf(pointer)} must be ${JSON.stringify(params.allowedValue)}.`,
    hint: `Write ${JSON.stringify(params.allowedValue)}, or leave it out.`,
  }),
  pattern: ({ pointer, params }) => ({
    message: `${nameOf(pointer)} does not have the form that is needed.`,
    hint: String(params.description ?? `It has to match ${params.pattern}.`),
  }),
  format: ({ pointer, params }) => ({ message: `${nameOf(pointer)} is no ${params.format}.`, hint: `Write a ${params.format}.` }),
  uniqueItems: ({ pointer }) => ({ message: `${nameOf(pointer)} names something twice.`, hint: 'Name it once.' }),
};

const sized: Wording = ({ pointer, keyword, params }) => ({
  message: `${nameOf(pointer)} has ${SIZE_WORDS[keyword]} allowed.`,
  hint: `The limit is ${params.limit}.`,
});

const limited: Wording = ({ pointer, keyword, params }) => ({
  message: `${nameOf(pointer)} must be ${LIMIT_WORDS[keyword]} ${params.limit}.`,
  hint: `Write a number that is ${LIMIT_WORDS[keyword]} ${params.limit}.`,
});

const wordingOf = (keyword: string): Wording => {
  if (Object.hasOwn(WORDINGS, keyword)) return WORDINGS[keyword] as Wording;
  if (Object.hasOwn(SIZE_WORDS, keyword)) return sized;
  if (Object.hasOwn(LIMIT_WORDS, keyword)) return limited;
  return ({ pointer, message }) => ({ message: `${nameOf(pointer)} ${message}.`, hint: 'Correct it or leave it out.' });
};

const below = (pointer: string, parent: string): boolean => pointer.startsWith(`${parent}/`);

/** One sentence for a union that no branch fits: what is wrong inside a branch, else the types that would do. */
const explainUnion = (union: SchemaError, all: readonly SchemaError[]): Explained[] => {
  const inside = all.filter(
    (error) => below(error.pointer, union.pointer) || (error.pointer === union.pointer && error.keyword === 'additionalProperties'),
  );
  if (inside.length > 0) return [];
  const here = all.filter((error) => error.pointer === union.pointer);
  const types = here.flatMap(({ keyword, params }) => (keyword === 'type' ? [params.type].flat() : []));
  const values = here.flatMap(({ keyword, params }) =>
    keyword === 'enum' ? (params.allowedValues as unknown[]) : keyword === 'const' ? [params.allowedValue] : [],
  );
  const words = [...values.map((value) => JSON.stringify(value)), ...new Set(types.map(wordFor))];
  const expected = words.length > 0 ? words.join(' or ') : 'another value';
  return [{ pointer: union.pointer, message: `${nameOf(union.pointer)} must be ${expected}.`, hint: `Write ${expected}.` }];
};

/** In the order of the document's checks, each place and sentence once. */
export const explainErrors = (errors: readonly SchemaError[]): Explained[] => {
  const unions = new Set(errors.flatMap(({ keyword, pointer }) => (keyword === 'anyOf' || keyword === 'oneOf' ? [pointer] : [])));
  const explained = errors.flatMap((error): Explained[] => {
    const { keyword, pointer, params } = error;
    if (keyword === 'anyOf' || keyword === 'oneOf') return explainUnion(error, errors);
    if (keyword === 'additionalProperties') return [unknownKey(pointer, params)];
    // What one branch of a union says about the value itself is summed up by the union.
    if (unions.has(pointer)) return [];
    return [{ pointer, ...wordingOf(keyword)(error) }];
  });
  const seen = new Set<string>();
  return explained.filter(({ pointer, message }) => {
    const key = `${pointer}\n${message}`;
    return seen.has(key) ? false : Boolean(seen.add(key));
  });
};

/**
 * The closed subset of JSON Schema that plugins may write: what it says can be checked in bounded time, and shown
 * to a person and to an agent. Everything else is refused, `$ref` first of all.
 */
import { FORMATS } from './manifest.ts';
import { nearest } from './nearest.ts';
import { parsePattern } from './pattern.ts';

export interface SchemaProblem {
  /** JSON pointer into the schema. */
  pointer: string;
  message: string;
  hint: string;
}

export const MAX_SCHEMA_DEPTH = 8;
export const MAX_SCHEMA_NODES = 200;
const MOST_PROBLEMS = 20;

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): boolean => typeof value === 'string' && value.length <= 2000;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isPlain = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value);
const isTypes = (value: unknown): boolean => [value].flat().every((one) => TYPES.includes(one as string)) && [value].flat().length > 0;

/** What each keyword takes; null when it holds, else how to write it. */
const KEYWORDS: Readonly<Record<string, (value: unknown) => string | null>> = {
  type: (value) => (isTypes(value) ? null : `Write one of ${TYPES.join(', ')}, or a list of them.`),
  enum: (value) =>
    Array.isArray(value) && value.length > 0 && value.length <= 100 && value.every(isPlain)
      ? null
      : 'Write a list of 1 to 100 texts, numbers, true, false or null.',
  const: (value) => (isPlain(value) ? null : 'Write a text, a number, true, false or null.'),
  minimum: (value) => (Number.isFinite(value) ? null : 'Write a number.'),
  maximum: (value) => (Number.isFinite(value) ? null : 'Write a number.'),
  exclusiveMinimum: (value) => (Number.isFinite(value) ? null : 'Write a number.'),
  exclusiveMaximum: (value) => (Number.isFinite(value) ? null : 'Write a number.'),
  minLength: (value) => (isCount(value) ? null : 'Write a whole number.'),
  maxLength: (value) => (isCount(value) ? null : 'Write a whole number.'),
  minItems: (value) => (isCount(value) ? null : 'Write a whole number.'),
  maxItems: (value) => (isCount(value) ? null : 'Write a whole number.'),
  required: (value) => (Array.isArray(value) && value.every((one) => typeof one === 'string') ? null : 'Write a list of names.'),
  additionalProperties: (value) => (typeof value === 'boolean' ? null : 'Write true or false.'),
  format: (value) => ((FORMATS as readonly unknown[]).includes(value) ? null : `Write one of ${FORMATS.join(', ')}.`),
  pattern: (value) => {
    if (typeof value !== 'string') return 'Write a regular expression.';
    const parsed = parsePattern(value);
    return parsed.ok ? null : `It cannot be used: ${parsed.message}. Write it without look-around and back-references.`;
  },
  title: (value) => (isText(value) ? null : 'Write a text of at most 2000 characters.'),
  description: (value) => (isText(value) ? null : 'Write a text of at most 2000 characters.'),
  default: (value) => (isPlain(value) ? null : 'Write a text, a number, true, false or null.'),
  // Schemas in themselves; their own form is checked where they are entered.
  items: (value) => (isObject(value) ? null : 'Write one schema for every item: {"type": "string"}.'),
  properties: (value) => (isObject(value) ? null : 'Write schemas by their names: {"id": {"type": "string"}}.'),
};

export const SCHEMA_KEYWORDS: readonly string[] = Object.keys(KEYWORDS);

const step = (pointer: string, key: string): string => `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;

const unknownKeyword = (pointer: string, keyword: string): SchemaProblem => {
  const meant = nearest(keyword, SCHEMA_KEYWORDS);
  return {
    pointer: step(pointer, keyword),
    message: `The keyword ${JSON.stringify(keyword.slice(0, 80))} is not part of the schemas that plugins may write.`,
    hint: meant === null ? `Possible: ${SCHEMA_KEYWORDS.join(', ')}.` : `Did you mean "${meant}"?`,
  };
};

const childrenOf = (schema: Json, pointer: string): { schema: unknown; pointer: string }[] => [
  ...(isObject(schema.properties)
    ? Object.entries(schema.properties).map(([name, child]) => ({ schema: child, pointer: step(`${pointer}/properties`, name) }))
    : []),
  ...(isObject(schema.items) ? [{ schema: schema.items, pointer: `${pointer}/items` }] : []),
];

const keywordProblems = (schema: Json, pointer: string): SchemaProblem[] =>
  Object.entries(schema).flatMap(([keyword, value]): SchemaProblem[] => {
    const rule = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
    if (rule === undefined) return [unknownKeyword(pointer, keyword)];
    const hint = rule(value);
    return hint === null ? [] : [{ pointer: step(pointer, keyword), message: `"${keyword}" cannot have this value.`, hint }];
  });

/** A required name without a schema can be given, but is neither described nor checked. */
const requiredProblems = (schema: Json, pointer: string): SchemaProblem[] => {
  if (!Array.isArray(schema.required)) return [];
  const properties = isObject(schema.properties) ? schema.properties : {};
  return schema.required.flatMap((name, index) =>
    typeof name !== 'string' || Object.hasOwn(properties, name)
      ? []
      : [
          {
            pointer: `${pointer}/required/${index}`,
            message: `${JSON.stringify(name.slice(0, 80))} is required and stands not in "properties".`,
            hint: `Add its schema: "properties": {${JSON.stringify(name.slice(0, 80))}: {"type": "string"}}.`,
          },
        ],
  );
};

/** Problems of a schema that a plugin wrote; [] when it can be used. Looks at no more than 200 nodes, 8 deep. */
export const paramsSchemaProblems = (schema: unknown): SchemaProblem[] => {
  const problems: SchemaProblem[] = [];
  const waiting: { schema: unknown; pointer: string; depth: number }[] = [{ schema, pointer: '', depth: 1 }];
  let nodes = 0;
  for (let next = waiting.shift(); next !== undefined && problems.length < MOST_PROBLEMS; next = waiting.shift()) {
    const { pointer, depth } = next;
    if (!isObject(next.schema)) {
      problems.push({ pointer, message: 'This is no schema.', hint: 'Write an object: {"type": "string"}.' });
      continue;
    }
    if (++nodes > MAX_SCHEMA_NODES) {
      problems.push({ pointer, message: `The schema has more than ${MAX_SCHEMA_NODES} nodes.`, hint: 'Take fewer parameters.' });
      break;
    }
    if (depth > MAX_SCHEMA_DEPTH) {
      problems.push({ pointer, message: `The schema nests deeper than ${MAX_SCHEMA_DEPTH}.`, hint: 'Take flatter parameters.' });
      continue;
    }
    problems.push(...keywordProblems(next.schema, pointer), ...requiredProblems(next.schema, pointer));
    for (const child of childrenOf(next.schema, pointer)) waiting.push({ ...child, depth: depth + 1 });
  }
  return problems;
};

/** Schemas compiled to checks, once: JSON Schema 2020-12 with the formats of ajv-formats. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Static, TSchema } from 'typebox';
import { nearest } from './nearest.ts';

export interface SchemaError {
  /** JSON pointer to the offending value; '' is the whole document. */
  pointer: string;
  /** What the value should be, e.g. `must be string`. */
  message: string;
  keyword: string;
  /** Ajv's own; for `additionalProperties` of a check of every error also `known_keys`. */
  params: Record<string, unknown>;
}

export type Checked<T> = { ok: true; value: T } | { ok: false; errors: SchemaError[] };

/** A person mends a few at a time; explaining them costs the square of their number. */
const MOST_ERRORS = 100;

/** Our schemas are held against the metaschema by a test: here that would stop the event loop for 0.1 s at the first use. */
const createAjv = (allErrors: boolean) => {
  const ajv = new Ajv2020({
    allErrors,
    verbose: allErrors,
    strict: true,
    validateSchema: false,
    allowUnionTypes: true,
    allowMatchingProperties: true,
  });
  formats.default(ajv);
  return ajv;
};

const firstError = createAjv(false);
const everyError = createAjv(true);

/** The keys that an object may have, for a hint about the one that it may not have. */
const knownKeys = (parentSchema: ErrorObject['parentSchema']): { known_keys?: string[] } => {
  const properties = (parentSchema as { properties?: object } | undefined)?.properties;
  return properties ? { known_keys: Object.keys(properties) } : {};
};

/** What the schema itself says of the place, or of the key that is missing there. */
const descriptionOf = ({ keyword, params, parentSchema }: ErrorObject): { description?: string } => {
  type Described = { description?: string; properties?: Record<string, Described> };
  const schema = parentSchema as Described | undefined;
  const described = keyword === 'required' ? schema?.properties?.[String(params.missingProperty)] : schema;
  return described?.description ? { description: described.description } : {};
};

/** The nearest of the allowed words; the value itself may be a secret and goes no further. */
const meantWord = ({ data, params }: ErrorObject): { meant?: string } => {
  const words = (params.allowedValues as unknown[]).filter((word) => typeof word === 'string');
  const meant = typeof data === 'string' ? nearest(data, words) : null;
  return meant === null ? {} : { meant };
};

const toSchemaError = (error: ErrorObject): SchemaError => {
  const { instancePath, message, keyword, params, parentSchema } = error;
  const known = keyword === 'additionalProperties' ? knownKeys(parentSchema) : {};
  const meant = keyword === 'enum' ? meantWord(error) : {};
  return {
    pointer: instancePath,
    message: message ?? 'is not valid',
    keyword,
    params: { ...params, ...known, ...meant, ...descriptionOf(error) },
  };
};

/**
 * `every: true` finds all errors, for documents that a person wrote; the default stops at the first,
 * which bounds the work that a hostile document can cause. The value is neither changed nor copied.
 * Compiled at the first use: all of them at import cost every command 0.3 s.
 */
export const compile = <S extends TSchema>(schema: S, options: { every?: boolean } = {}): ((value: unknown) => Checked<Static<S>>) => {
  let validate: ValidateFunction | null = null;
  return (value) => {
    validate ??= (options.every === true ? everyError : firstError).compile(schema);
    if (validate(value)) return { ok: true, value: value as Static<S> };
    return { ok: false, errors: (validate.errors ?? []).slice(0, MOST_ERRORS).map(toSchemaError) };
  };
};

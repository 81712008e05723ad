/** What a plugin asks of its storage, checked. A value comes as JSON text, which only the plugin's realm reads again. */
import { CapabilityError, type Json } from '../sandbox/confined.ts';

export type StorageRequest =
  | { op: 'get'; key: string }
  | { op: 'set'; key: string; value: string }
  | { op: 'delete'; key: string }
  | { op: 'list'; prefix: string; cursor: string; limit: number };

const LONGEST_KEY = 255;
const MOST_KEYS = 500;
const DEFAULT_KEYS = 50;

const invalid = (message: string): CapabilityError => new CapabilityError('INVALID_PARAMS', message);

/** Lone surrogates would become one and the same character in the database, and NUL ends a text there. */
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= LONGEST_KEY && !value.includes('\u0000') && Buffer.from(value).toString() === value;

const keyOf = (value: unknown): string => {
  if (!isText(value) || value === '') throw invalid(`A key is a well-formed text of 1 to ${LONGEST_KEY} characters without NUL.`);
  return value;
};

const textOf = (name: string, value: unknown): string => {
  if (value === undefined || value === null) return '';
  if (!isText(value)) throw invalid(`${name} is a text of at most ${LONGEST_KEY} characters.`);
  return value;
};

const limitOf = (value: unknown): number => {
  if (value === undefined || value === null) return DEFAULT_KEYS;
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > MOST_KEYS) {
    throw invalid(`limit is a whole number from 1 to ${MOST_KEYS}.`);
  }
  return value as number;
};

export const parseStorageRequest = (args: Json): StorageRequest => {
  const { op, key, value, prefix, cursor, limit } = (typeof args === 'object' && args !== null ? args : {}) as Record<string, unknown>;
  switch (op) {
    case 'get':
    case 'delete':
      return { op, key: keyOf(key) };
    case 'set':
      if (typeof value !== 'string') throw invalid('set takes a value that is JSON.');
      return { op, key: keyOf(key), value };
    case 'list':
      return { op, prefix: textOf('prefix', prefix), cursor: textOf('cursor', cursor), limit: limitOf(limit) };
    default:
      throw invalid('The storage knows get, set, delete and list.');
  }
};

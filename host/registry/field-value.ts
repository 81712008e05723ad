/** One value of a configuration field against the field's schema. A refusal never repeats the value: it may be a secret. */
import Type from 'typebox';
import { compile } from '../../schemas/compile.ts';
import type { ConfigurationField } from '../../schemas/manifest.ts';
import { parsePattern } from '../../schemas/pattern.ts';

export type FieldValue = string | number | boolean;
export type ParsedField = { ok: true; value: FieldValue } | { ok: false; message: string; hint: string };

const LONGEST = 65_536;
/** A pattern's time is its size times the text's. */
const LONGEST_MATCHED = 4_096;
const NUMBER = /^-?(?:0|[1-9]\d{0,308})(?:\.\d{1,308})?(?:[eE][+-]?\d{1,3})?$/;
const TRUE: ReadonlySet<string> = new Set(['true', '1', 'yes', 'on']);
const FALSE: ReadonlySet<string> = new Set(['false', '0', 'no', 'off']);

const FORMATS = new Map(
  (['uri', 'email', 'hostname', 'date-time', 'uuid'] as const).map((format) => [format as string, compile(Type.String({ format }))]),
);

const KINDS = { string: 'a text', number: 'a number', integer: 'a whole number', boolean: 'true or false' } as const;

const refuse = (message: string, hint: string): ParsedField => ({ ok: false, message, hint });

/** Environment variables are texts; whatever the schema wants is made of them here. */
const fromText = (type: ConfigurationField['type'], text: string): FieldValue => {
  const lower = text.toLowerCase();
  if (type === 'boolean' && TRUE.has(lower)) return true;
  if (type === 'boolean' && FALSE.has(lower)) return false;
  if ((type === 'number' || type === 'integer') && NUMBER.test(text)) return Number(text);
  return text;
};

const hasType = (type: ConfigurationField['type'], value: FieldValue): boolean => {
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'number') return Number.isFinite(value);
  return typeof value === type;
};

const checkText = (field: ConfigurationField, text: string): ParsedField | null => {
  if (text.length > LONGEST) return refuse(`is longer than ${LONGEST} characters`, 'Is it the right value?');
  if (field.format !== undefined && FORMATS.get(field.format)?.(text).ok !== true) {
    return refuse(`is no ${field.format}`, `Write a ${field.format}.`);
  }
  if (field.pattern === undefined) return null;
  if (text.length > LONGEST_MATCHED) return refuse(`is longer than ${LONGEST_MATCHED} characters`, 'Is it the right value?');
  const pattern = parsePattern(field.pattern);
  if (!pattern.ok) return refuse('has a pattern in the manifest that cannot be used', 'Mend the pattern.');
  return pattern.matches(text) ? null : refuse('does not have the form that is needed', `It has to match ${field.pattern}.`);
};

/** `min` and `max` bound a number, and the length of a text. */
const checkSize = (field: ConfigurationField, value: FieldValue): ParsedField | null => {
  if (typeof value === 'boolean') return null;
  const [size, what] = typeof value === 'string' ? [[...value].length, ' characters long'] : [value, ''];
  if (field.min !== undefined && size < field.min) return refuse(`is less than ${field.min}${what}`, `At least ${field.min}.`);
  if (field.max !== undefined && size > field.max) return refuse(`is more than ${field.max}${what}`, `At most ${field.max}.`);
  return null;
};

const checkOne = (field: ConfigurationField, value: FieldValue): ParsedField | null => {
  if (field.enum !== undefined && !field.enum.some((each) => each === value)) {
    return refuse('is none of the allowed values', `Allowed: ${field.enum.join(', ')}.`);
  }
  return (typeof value === 'string' ? checkText(field, value) : null) ?? checkSize(field, value);
};

/**
 * `text`: the value comes from a variable. `list`: a verification secret, of which several may be valid
 * while it is being changed, separated by commas; each has to fit.
 */
export const parseFieldValue = (field: ConfigurationField, raw: FieldValue, options: { text: boolean; list: boolean }): ParsedField => {
  const value = options.text && typeof raw === 'string' ? fromText(field.type, raw) : raw;
  if (!hasType(field.type, value)) {
    const quotes = field.type === 'string' && !options.text ? 'Put it in double quotes.' : `Write ${KINDS[field.type]}.`;
    return refuse(`is not ${KINDS[field.type]}`, quotes);
  }
  // An empty text is the absence of a value, which the form of values says nothing about.
  if (value === '') return { ok: true, value };
  const parts = options.list && typeof value === 'string' ? value.split(',').map((part) => part.trim()) : [value];
  if (parts.includes('')) return refuse('has an empty part', 'Remove the superfluous comma or space.');
  for (const part of parts) {
    const refused = checkOne(field, part);
    if (refused !== null) return refused;
  }
  return { ok: true, value };
};

import type { ConfigurationField } from '../../../schemas/manifest.ts';
import { parsePattern } from '../../../schemas/pattern.ts';
import { type Check, error, type Finding, warning } from './check.ts';

/** A manifest has 64 fields, and each default is matched at every scan. */
const LONGEST_MATCHED = 256;

const fits = (type: ConfigurationField['type'], value: unknown): boolean =>
  type === 'integer' ? Number.isInteger(value) : type === 'number' ? Number.isFinite(value) : typeof value === type;

const checkPattern = (pointer: string, { type, pattern }: ConfigurationField): Finding[] => {
  if (pattern === undefined) return [];
  if (type !== 'string') return [warning(`${pointer}/pattern`, 'A pattern is for texts only.', 'Remove it.')];
  const parsed = parsePattern(pattern);
  return parsed.ok
    ? []
    : [
        error(
          `${pointer}/pattern`,
          `The pattern cannot be used: ${parsed.message}.`,
          'Write it without look-around ((?=, (?<=, (?!) and back-references (\\1).',
        ),
      ];
};

/** Of a number, or of a text's length. */
const checkBounds = (pointer: string, { type, min, max }: ConfigurationField): Finding[] => {
  if (min === undefined && max === undefined) return [];
  const place = `${pointer}/${min === undefined ? 'max' : 'min'}`;
  if (type === 'boolean') return [warning(place, 'min and max are for numbers and for the length of texts.', 'Remove them.')];
  return min !== undefined && max !== undefined && min > max
    ? [error(place, `min is ${min} and max is ${max}: no value fits.`, 'Exchange them.')]
    : [];
};

const checkEnum = (pointer: string, { type, enum: values = [] }: ConfigurationField): Finding[] =>
  values.flatMap((value, index) =>
    fits(type, value)
      ? []
      : [error(`${pointer}/enum/${index}`, `${JSON.stringify(value)} does not fit the type "${type}".`, 'Correct the value or the type.')],
  );

const whyNotDefault = ({ type, default: value, enum: values, pattern, min, max }: ConfigurationField): string | null => {
  if (!fits(type, value)) return `does not fit the type "${type}"`;
  // A text may be empty by default: the field then has no value.
  if (value === '') return null;
  if (values !== undefined && !values.some((each) => each === value)) return 'is not in "enum"';
  if (typeof value === 'number' && ((min !== undefined && value < min) || (max !== undefined && value > max)))
    return 'lies outside min and max';
  if (typeof value === 'string' && pattern !== undefined && value.length > LONGEST_MATCHED) return 'is too long for a field with a pattern';
  const parsed = typeof value === 'string' && pattern !== undefined ? parsePattern(pattern) : null;
  return parsed?.ok && !parsed.matches(value as string) ? 'does not match the pattern' : null;
};

const checkDefault = (pointer: string, field: ConfigurationField): Finding[] => {
  if (field.default === undefined) return [];
  if (field.secret === true) {
    return [
      error(
        `${pointer}/default`,
        'A secret with a default is known to everyone who has the manifest.',
        'Remove the default; add "required": true.',
      ),
    ];
  }
  const why = whyNotDefault(field);
  return why === null ? [] : [error(`${pointer}/default`, `The default ${JSON.stringify(field.default)} ${why}.`, 'Correct it.')];
};

const checkSecret = (pointer: string, { secret, type }: ConfigurationField): Finding[] =>
  secret === true && type !== 'string' ? [error(`${pointer}/type`, 'A secret is a text.', 'Write "type": "string".')] : [];

export const fields: Check = {
  id: 'fields',
  check: ({ configuration_schema = {} }) =>
    Object.entries(configuration_schema).flatMap(([name, field]) => {
      const pointer = `/configuration_schema/${name}`;
      return [checkPattern, checkBounds, checkEnum, checkDefault, checkSecret].flatMap((check) => check(pointer, field));
    }),
};

/** Values that fit what a manifest says of them, for calls that have to be made with something. */
import type { ConfigurationField } from '../../schemas/manifest.ts';
import { parsePattern } from '../../schemas/pattern.ts';

const BY_FORMAT: Readonly<Record<string, string>> = {
  uri: 'https://service.example',
  email: 'somebody@service.example',
  hostname: 'service.example',
  'date-time': '2026-01-02T03:04:05Z',
  uuid: '6f1c1d0e-7d0a-4b5e-9d55-0c1f6f0a9b11',
};

/** Tried in turn against a pattern. */
const TEXTS = [
  'sample',
  'a',
  'A',
  '1',
  '42',
  'sample-1',
  'Sample',
  '+14155550100',
  'AC0123456789abcdef0123456789abcdef',
  '2026-01-02',
  'en',
];

const sampleText = ({ format, pattern, min = 0, max }: { format?: unknown; pattern?: unknown; min?: number; max?: number }): string => {
  const formatted = BY_FORMAT[String(format)];
  if (formatted !== undefined) return formatted;
  const parsed = typeof pattern === 'string' ? parsePattern(pattern) : null;
  const fits = (text: string) => text.length >= min && text.length <= (max ?? text.length) && (!parsed?.ok || parsed.matches(text));
  return TEXTS.find(fits) ?? TEXTS.map((text) => text.padEnd(min, text)).find(fits) ?? 'sample'.padEnd(min, 's').slice(0, max);
};

/** One configuration field's value: its default, else one that fits. A secret gets `planted`. */
export const sampleField = (field: ConfigurationField, planted: string): string | number | boolean => {
  if (field.default !== undefined && field.default !== '') return field.default;
  if (field.secret === true) return planted;
  if (field.enum?.[0] !== undefined) return field.enum[0];
  if (field.type === 'boolean') return false;
  if (field.type === 'string') return sampleText(field);
  return field.min ?? Math.min(1, field.max ?? 1);
};

type Schema = Record<string, unknown>;
const isObject = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);
const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

const sampleNumber = (schema: Schema, type: unknown): number => {
  const above = numberOf(schema.exclusiveMinimum);
  const least = numberOf(schema.minimum) ?? (above === undefined ? undefined : above + (type === 'integer' ? 1 : 0.5));
  return least ?? Math.min(1, numberOf(schema.maximum) ?? 1);
};

/** A value of a schema in the closed subset; of an object only what is required. */
export const sampleOf = (schema: unknown): unknown => {
  if (!isObject(schema)) return 'sample';
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (schema.default !== undefined) return schema.default;
  const type = [schema.type].flat()[0] ?? (isObject(schema.properties) ? 'object' : 'string');
  if (type === 'object') {
    const properties = isObject(schema.properties) ? schema.properties : {};
    const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
    return Object.fromEntries(required.map((name) => [name, sampleOf(properties[name])]));
  }
  if (type === 'array') return Array.from({ length: numberOf(schema.minItems) ?? 1 }, () => sampleOf(schema.items));
  if (type === 'boolean') return true;
  if (type === 'null') return null;
  if (type === 'number' || type === 'integer') return sampleNumber(schema, type);
  return sampleText({ format: schema.format, pattern: schema.pattern, min: numberOf(schema.minLength), max: numberOf(schema.maxLength) });
};

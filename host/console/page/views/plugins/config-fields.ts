/** The fields of a plugin's configuration as a form shows them, and what of it is sent. Pure. */
import type { ConfigurationField } from '../../../../../schemas/manifest.ts';
import type { Plugin } from './kinds.ts';
import { reachFields, seenValue } from './permissions.ts';

export interface FormField {
  name: string;
  label: string;
  about: string | null;
  schema: ConfigurationField;
  /** It cannot run without a value, and none comes by itself. */
  needed: boolean;
  secret: boolean;
  /** Its value is never shown: a secret, or the plugin was not approved yet. */
  hidden: boolean;
  /** What is stored, as text; empty without a value, and of a hidden one. */
  stored: string;
  /** What states a value now; null when nothing does. */
  source: string | null;
  /** The value in force, when it may be shown. */
  value: string | null;
  /** A file or variable states it: it is changed there. */
  fixed: boolean;
  /** It waits for a value. */
  missing: boolean;
  /** Whether a permission reaches where the value says. */
  reach: boolean;
  needs: 'operator' | 'admin';
}

/** By field: what was typed; null takes the stored value away. */
export type Drafts = Readonly<Record<string, string | null>>;
export type FieldValue = string | number | boolean;

const ELSEWHERE: ReadonlySet<string> = new Set(['environment', 'file']);

const own = <Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

export const fieldsOf = (plugin: Plugin): FormField[] => {
  const { configuration_schema, config, missing, permissions } = plugin;
  const reach = reachFields(permissions);
  return Object.entries(configuration_schema).map(([name, schema]) => {
    const now = own(config, name);
    const secret = schema.secret === true || now?.secret === true;
    const value = secret ? null : seenValue(plugin, name);
    const hidden = secret || (now !== undefined && value === null);
    return {
      name,
      label: schema.title || name,
      about: schema.description ?? null,
      schema,
      needed: schema.required === true && schema.default === undefined && schema.generate === undefined,
      secret,
      hidden,
      stored: now?.source === 'stored' && value !== null ? value : '',
      source: now?.source ?? null,
      value,
      fixed: ELSEWHERE.has(now?.source ?? ''),
      missing: missing.includes(name),
      reach: reach.has(name),
      needs: secret || reach.has(name) ? 'admin' : 'operator',
    };
  });
};

/** What does not fit its type is sent as it was typed: the host says what is wrong with it. */
const typedOf = ({ type, enum: allowed }: ConfigurationField, text: string): FieldValue => {
  const one = allowed?.find((each) => String(each) === text);
  if (one !== undefined) return one;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  const number = Number(text);
  return type !== 'string' && text.trim() !== '' && Number.isFinite(number) ? number : text;
};

/** Only what is another value than before. */
export const changesOf = (fields: readonly FormField[], drafts: Drafts): Record<string, FieldValue | null> => {
  const changes: Record<string, FieldValue | null> = {};
  for (const field of fields) {
    const draft = own(drafts, field.name);
    if (draft === undefined || draft === field.stored) continue;
    if (draft === null || (draft === '' && !field.hidden)) changes[field.name] = null;
    else if (draft !== '') changes[field.name] = typedOf(field.schema, draft);
  }
  return changes;
};

/** What cannot be had back, or opens a way: to be confirmed, one sentence each. */
export const consequencesOf = (fields: readonly FormField[], changes: Readonly<Record<string, FieldValue | null>>): string[] =>
  fields.flatMap(({ name, label, needed, hidden, source, reach }) => {
    const next = own(changes, name);
    if (next === undefined) return [];
    const replaces = hidden && source === 'stored' && next !== null;
    return [
      ...(replaces ? [`Another value takes the place of the stored one of ${label}.`] : []),
      ...(next === null ? [`The stored value of ${label} is taken away${needed ? ', and it does not run without one' : ''}.`] : []),
      ...(reach && !replaces && next !== null ? [`${label} says where a permission reaches: ${next}.`] : []),
    ];
  });

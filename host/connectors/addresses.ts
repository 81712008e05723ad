/** The addresses that parameters name: where the operation's schema says `format: uri`, and nowhere else. */

type Schema = Record<string, unknown>;
const isObject = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);

/** In the order in which they stand. Schemas nest at most 8 deep. */
export const addressesIn = (schema: unknown, value: unknown): string[] => {
  if (!isObject(schema)) return [];
  if (typeof value === 'string') return schema.format === 'uri' ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => addressesIn(schema.items, item));
  if (!isObject(value) || !isObject(schema.properties)) return [];
  const { properties } = schema;
  return Object.keys(value).flatMap((name) => (Object.hasOwn(properties, name) ? addressesIn(properties[name], value[name]) : []));
};

/** What can be said of an address before any look-up. */
export type AddressVerdict =
  | { ok: true; host: string }
  | { ok: false; code: 'INVALID_PARAMS'; message: string }
  | { ok: false; code: 'SSRF_BLOCKED' | 'DOMAIN_BLOCKED'; message: string; host: string };

/** The name under which a platform's delivery is remembered, so that its repeat is known. */
import { createHash } from 'node:crypto';

export interface EventSource {
  /** The bytes as they came. */
  body: Buffer;
  form?: Record<string, string[]> | undefined;
  /** The parsed body; called at most once, and only when an alternative asks for it. */
  json?: (() => unknown) | undefined;
  /** Lower-case names. */
  headers: Record<string, string>;
  query: Record<string, string>;
}

/** As `webhook.event_id` of the manifest. */
export type EventIdAlternatives = readonly (readonly string[])[];

const MAX_LENGTH = 255;

const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');

/** RFC 6901. Own properties only, so that `/constructor` finds nothing. */
const atPointer = (document: unknown, pointer: string): unknown => {
  const steps = pointer.slice(1).split('/');
  return steps.reduce<unknown>((value, step) => {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  }, document);
};

/** An integer above 2^53 has lost digits in the JSON parser: two of them could become one id. */
const asPart = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
};

const own = <T>(record: Record<string, T> | undefined, name: string): T | undefined =>
  record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;

const partOf = (part: string, source: EventSource, json: () => unknown): string | undefined => {
  if (part.startsWith('/')) return asPart(atPointer(json(), part));
  const colon = part.indexOf(':');
  const name = part.slice(colon + 1);
  if (part.startsWith('form:')) return asPart(own(source.form, name)?.[0]);
  if (part.startsWith('header:')) return asPart(own(source.headers, name.toLowerCase()));
  return part.startsWith('query:') ? asPart(own(source.query, name)) : undefined;
};

/**
 * The first alternative whose every part is present, its parts joined by `:`; the SHA-256 of the
 * body when none is. An id over 255 characters is replaced by its SHA-256. Hashes are hex.
 */
export const deriveEventId = (alternatives: EventIdAlternatives | undefined, source: EventSource): string => {
  let parsed: { value: unknown } | undefined;
  const json = () => {
    parsed ??= { value: source.json?.() };
    return parsed.value;
  };
  for (const alternative of alternatives ?? []) {
    const parts = alternative.map((part) => partOf(part, source, json));
    if (parts.length > 0 && parts.every((part) => part !== undefined)) {
      const id = parts.join(':');
      return id.length > MAX_LENGTH ? sha256(id) : id;
    }
  }
  return sha256(source.body);
};

/**
 * Reading what a platform sent without trusting its shape. Each function gives the value or
 * `undefined`, and none of them throws: a missing or mistyped field is an ordinary case.
 */
import type { InboundEvent } from './index.ts';

export type Untrusted = Record<string, unknown>;

/** An object that is no list. */
export const asRecord = (value: unknown): Untrusted | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Untrusted) : undefined;

/** The list, or an empty one. */
export const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** An integer that a double holds exactly; anything beyond has already lost digits in the JSON parser. */
export const asInteger = (value: unknown): number | undefined => (Number.isSafeInteger(value) ? (value as number) : undefined);

/** A text that is not empty, cut to `max` UTF-16 units and never inside a surrogate pair. */
export const asText = (value: unknown, max = Number.POSITIVE_INFINITY): string | undefined => {
  if (typeof value !== 'string' || value === '') return undefined;
  if (value.length <= max) return value;
  const splitsPair = /[\uD800-\uDBFF]/.test(value.charAt(max - 1));
  return value.slice(0, splitsPair ? max - 1 : max);
};

/** An identifier: 1 to `max` characters. A longer one is refused, because two cut ids could become equal. */
export const asId = (value: unknown, max = 255): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= max ? value : undefined;

/** What the text says, or `undefined` when it is no JSON. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The event's JSON, also when only its body was handed over. */
export const jsonOf = (event: InboundEvent): unknown => (event.json === undefined ? parseJson(event.body) : event.json);

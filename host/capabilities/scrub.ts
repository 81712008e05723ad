/** The second net: a secret that a provider echoes is turned back into its placeholder before the plugin sees it. */
import type { NetworkGrant } from './grants.ts';
import { encodePathSegment } from './path-segment.ts';
import type { Placeholders } from './placeholders.ts';

export type Scrub = (text: string) => string;

/** Shorter values would be found in honest text. */
const SHORTEST = 8;

const lowerPercent = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (encoded) => encoded.toLowerCase());
const unpadded = (base64: string): string => base64.replace(/=+$/, '');

/** The ways one value is written in URLs, forms, JSON and headers. */
const spellings = (value: string): string[] => {
  const json = JSON.stringify(value).slice(1, -1);
  const percent = [
    encodeURIComponent(value),
    encodeURI(value),
    encodePathSegment(value),
    new URLSearchParams([['', value]]).toString().slice(1),
  ];
  const bytes = Buffer.from(value);
  return [
    value,
    // An answer in base64 is searched byte by byte.
    bytes.toString('latin1'),
    json,
    json.replaceAll('/', '\\/'),
    ...percent,
    ...percent.map(lowerPercent),
    unpadded(bytes.toString('base64')),
    bytes.toString('base64url'),
  ];
};

const basicSpellings = (user: string, value: string): string[] => {
  const base64 = Buffer.from(`${user}:${value}`).toString('base64');
  return [
    unpadded(base64),
    base64,
    encodeURIComponent(base64),
    lowerPercent(encodeURIComponent(base64)),
    Buffer.from(base64, 'base64').toString('base64url'),
  ];
};

const escapeForPattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

export const createScrub = (placeholders: Placeholders, grants: readonly NetworkGrant[]): Scrub => {
  const placeholderOf = new Map<string, string>();
  const learn = (field: string, texts: readonly string[]) => {
    for (const text of texts)
      if (text.length >= SHORTEST && !placeholderOf.has(text)) placeholderOf.set(text, placeholders.byField.get(field) ?? '');
  };
  for (const field of placeholders.byField.keys()) {
    const value = placeholders.valueOf(field) ?? '';
    if (value.length >= SHORTEST) learn(field, spellings(value));
  }
  for (const credential of grants.flatMap((grant) => grant.credentials)) {
    const value = placeholders.valueOf(credential.field) ?? '';
    if (credential.kind === 'basic' && value.length >= SHORTEST) learn(credential.field, basicSpellings(credential.user, value));
  }
  if (placeholderOf.size === 0) return (text) => text;
  const longestFirst = [...placeholderOf.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(escapeForPattern).join('|'), 'g');
  return (text) => text.replace(pattern, (found) => placeholderOf.get(found) ?? '');
};

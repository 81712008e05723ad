/** How what connectors bring is told in a chat: short, without what changes how a text reads, and with where it comes from. */
import type { ConnectorResponse } from '../../connectors/request.ts';

/** Control characters but the line feed, and those that turn the direction of a text. */
const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g;

/** Below what every platform takes in two messages. */
const MOST_CHARACTERS = 6_000;

export const cut = (text: string, most: number): string => {
  if (text.length <= most) return text;
  const kept = text.slice(0, most - 1);
  // A word's end, when there is one near; never half of a pair.
  const end = kept.lastIndexOf(' ');
  return `${(end > most * 0.8 ? kept.slice(0, end) : kept).replace(/[\ud800-\udbff]$/, '')}…`;
};

/** No line of it reads like `origin`. */
const quoted = (text: string): string => text.replace(/^(?=(?:source|evidence)\b)/gim, '> ');

/** On one line; '' for what is no text. */
export const line = (value: unknown, most: number): string =>
  typeof value === 'string' ? quoted(cut(value.replace(UNSEEN, ' ').replace(/\s+/g, ' ').trim(), most)) : '';

/** With its paragraphs. */
export const paragraphs = (value: unknown, most: number): string => {
  if (typeof value !== 'string') return '';
  const text = value.replace(/\r\n?/g, '\n').replace(UNSEEN, ' ');
  const tidy = text
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n');
  return quoted(cut(tidy.trim(), most));
};

/** '' for what is no address of the web. */
export const address = (value: unknown): string => {
  const text = line(value, 2_000);
  return /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text).href : '';
};

export const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Where it comes from, how far it is to be believed, and where its evidence lies. */
export const origin = ({ provenance, evidence_id }: ConnectorResponse): string => {
  const source = line(provenance?.source, 300);
  return `Source: ${source} (${provenance?.trust_tier}), untrusted. Evidence: ${evidence_id}`;
};

/** Why there is nothing to tell, or not yet. */
export const refusal = ({ status, error, evidence_id }: ConnectorResponse): string => {
  const { code, message, hint, approval_id } = error ?? { code: status, message: '', hint: '' };
  if (status === 'requires_approval' && approval_id !== undefined)
    return `This needs a person's approval: ${approval_id}\nEvidence: ${evidence_id}`;
  const said = line(message, 500);
  return `That did not work: ${said}${/[.!?…]$/.test(said) ? '' : '.'} ${line(hint, 300)} (${code})\nEvidence: ${evidence_id}`;
};

/** Parts with an empty line between them, as many as fit; the last one always stands. */
export const answer = (parts: readonly string[], last: string): string => {
  const body = parts.filter((part) => part !== '').join('\n\n');
  const room = MOST_CHARACTERS - last.length - 2;
  return [body === '' ? '' : cut(body, room), last].filter((part) => part !== '').join('\n\n');
};

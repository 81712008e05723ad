/**
 * The text of a `.env` file. `util.parseEnv` reads it; it takes a line that it does not understand into
 * the next name, or gives up there in silence, and then `NETWORK_MODE=off` below a typing error would be
 * lost. So every line has to be accounted for.
 */
import { parseEnv } from 'node:util';

export type EnvFile =
  | { ok: true; values: ReadonlyMap<string, string>; warnings: readonly string[] }
  | { ok: false; line: number; message: string; hint: string };

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=/;
const UNQUOTED_HASH = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*[^\s"'`#][^\s#]*#/;

/** Lines that stand inside a quoted value of several lines. */
const insideValues = (values: ReadonlyMap<string, string>): ReadonlySet<string> =>
  new Set([...values.values()].flatMap((value) => (value.includes('\n') ? value.split('\n').slice(1) : [])));

const faultOf = (line: string, values: ReadonlyMap<string, string>, inside: ReadonlySet<string>): string | null => {
  const trimmed = line.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return null;
  const name = ASSIGNMENT.exec(line)?.[1];
  if (name !== undefined && values.has(name)) return null;
  // The last line of a quoted value ends with its quote, and a comment may follow.
  if (inside.has(line) || [...inside].some((part) => line.startsWith(part) && /^["'`]/.test(line.slice(part.length)))) return null;
  return name === undefined ? 'The line is no NAME=value.' : `${name} could not be read: a line before it is not understood.`;
};

export const parseEnvFile = (source: string): EnvFile => {
  const text = source.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  const values = new Map(Object.entries(parseEnv(text)).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const inside = insideValues(values);
  const warnings: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const message = faultOf(line, values, inside);
    if (message !== null) return { ok: false, line: index + 1, message, hint: 'Write NAME=value, and put a # before comments.' };
    const cut = UNQUOTED_HASH.exec(line)?.[1];
    if (cut !== undefined && !inside.has(line)) {
      warnings.push(`.env:${index + 1}: everything after # in ${cut} was taken as a comment. Put the value in quotes if # belongs to it.`);
    }
  }
  return { ok: true, values, warnings };
};

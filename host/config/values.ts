/** One parser for each kind of value that a variable can hold. A refusal says what is wrong without repeating the value. */
import { isIP } from 'node:net';

export type Parsed<T> = { ok: true; value: T } | { ok: false; problem: string };

const good = <T>(value: T): Parsed<T> => ({ ok: true, value });
const bad = (problem: string): Parsed<never> => ({ ok: false, problem });

export type Parse<T> = (text: string) => Parsed<T>;

export const anyText: Parse<string> = good;

/** Matched exactly: `On` is no mode, and a mode that nobody knows is never the permissive one. */
export const oneOf =
  <T extends string>(allowed: readonly T[]): Parse<T> =>
  (text) => {
    const found = allowed.find((each) => each === text);
    return found === undefined ? bad(`is not one of ${allowed.join(', ')}`) : good(found);
  };

export const oneOfInAnyCase =
  <T extends string>(allowed: readonly T[]): Parse<T> =>
  (text) =>
    oneOf(allowed)(text.toUpperCase() as T);

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false],
]);

export const yesOrNo: Parse<boolean> = (text) => {
  const value = BOOLEANS.get(text.toLowerCase());
  return value === undefined ? bad('is neither true nor false') : good(value);
};

export const wholeNumber =
  (least: number, most: number): Parse<number> =>
  (text) => {
    if (!/^\d{1,10}$/.test(text)) return bad('is no whole number');
    const value = Number(text);
    return value < least || value > most ? bad(`is not between ${least} and ${most}`) : good(value);
  };

const httpUrl = (text: string): URL | null => {
  if (/\s/.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : null;
};

/** An http or https address without user, query and fragment; comes back without a slash at its end. */
export const baseUrl: Parse<string> = (text) => {
  const url = httpUrl(text);
  if (url === null) return bad('is no http or https address');
  if (url.username !== '' || url.password !== '') return bad('holds a user name or password');
  if (url.search !== '' || url.hash !== '') return bad('holds a query or fragment');
  return good((url.origin + url.pathname).replace(/\/+$/, ''));
};

/** An http or https address; a query is allowed, a password is not. */
export const address: Parse<string> = (text) => {
  const url = httpUrl(text);
  if (url === null) return bad('is no http or https address');
  return url.username === '' && url.password === '' ? good(text) : bad('holds a user name or password: use a secret for that');
};

/** A token is sent in a header: visible ASCII only. */
export const token: Parse<string> = (text) =>
  /^[\x21-\x7e]+$/.test(text) ? good(text) : bad('holds spaces or characters that no header can carry');

export const key32: Parse<Buffer> = (text) => {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return good(Buffer.from(text, 'hex'));
  const bytes = /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  return bytes.length === 32 ? good(bytes) : bad('does not hold 32 bytes as 64 hex digits or in base64');
};

const isNetwork = (text: string): boolean => {
  const [ip = '', prefix, more] = text.split('/');
  const version = isIP(ip);
  if (version === 0 || more !== undefined) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
};

/** IP addresses and networks (`10.0.0.0/8`), separated by commas. */
export const networks: Parse<string[]> = (text) => {
  const entries = text.split(',').flatMap((each) => each.trim() || []);
  const wrong = entries.find((entry) => !isNetwork(entry));
  return wrong === undefined
    ? good(entries)
    : bad(`holds ${JSON.stringify(wrong.slice(0, 64))}, which is neither an IP address nor a network`);
};

/** The database's file, not yet resolved: SQLAlchemy's form, where three slashes are relative and four absolute. */
export const sqliteFile: Parse<string> = (text) => {
  if (/^postgres(ql)?(\+\w+)?:/i.test(text)) return bad('names PostgreSQL, and this version has SQLite only');
  const file = /^sqlite:\/\/\/([^?#\0]+)$/.exec(text)?.[1];
  if (file === undefined) return bad('is no sqlite:/// address of a file');
  if (file === ':memory:') return bad('names a database in memory, which would forget every message');
  return file.endsWith('/') ? bad('names a folder') : good(file);
};

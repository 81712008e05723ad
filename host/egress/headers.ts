/** Header fields out and in. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Parsed } from './target.ts';

const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** What RFC 9110 §5.5 lets a value hold; CR, LF and NUL would end the header block. */
const VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

/** Fields that frame the message or steer the connection belong to this room. */
const OWNED: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const refuse = (message: string): { ok: false; fault: { code: 'INVALID_PARAMS'; message: string } } => ({
  ok: false,
  fault: { code: 'INVALID_PARAMS', message },
});

/** Lower-case names; each once. A value is never quoted in an error: it may be a secret. */
export const parseRequestHeaders = (headers: Readonly<Record<string, string>>): Parsed<Map<string, string>> => {
  const parsed = new Map<string, string>([
    ['user-agent', 'CommunicationOS'],
    ['accept', '*/*'],
    ['accept-encoding', 'gzip, deflate, br'],
  ]);
  const seen = new Set<string>();
  for (const [given, value] of Object.entries(headers)) {
    const name = given.toLowerCase();
    if (!TOKEN.test(name)) return refuse('A header name holds a character that names must not hold.');
    if (OWNED.has(name) || name.startsWith('proxy-')) return refuse(`The header ${name} is set by the host only. Leave it out.`);
    if (seen.has(name)) return refuse(`The header ${name} is given twice.`);
    if (!VALUE.test(value))
      return refuse(`The value of the header ${name} holds a character that values must not hold, such as a line break.`);
    seen.add(name);
    parsed.set(name, value);
  }
  return { ok: true, value: parsed };
};

/** Repeated fields are joined with `, ` as RFC 9110 §5.3 allows. No prototype: a field may be called `constructor`. */
export const collectResponseHeaders = (headers: IncomingHttpHeaders): Record<string, string> => {
  const collected: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) collected[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return collected;
};

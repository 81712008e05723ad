/** A plugin's request, checked and taken apart, before any secret comes near it. */
import { compile } from '../../schemas/compile.ts';
import { FetchRequest, type MultipartPart } from '../../schemas/message.ts';
import { CapabilityError, type Json } from '../sandbox/confined.ts';
import { isFieldValue, parseFieldName } from './header-rules.ts';
import { checkParts } from './multipart.ts';

export type Body =
  | { kind: 'none' }
  | { kind: 'text'; text: string }
  | { kind: 'bytes'; bytes: Buffer }
  | { kind: 'json'; value: unknown }
  | { kind: 'form'; fields: readonly (readonly [name: string, value: string])[] }
  | { kind: 'multipart'; parts: readonly MultipartPart[] };

export interface PluginRequest {
  /** Its fragment is never used. */
  url: URL;
  method: string;
  /** Lower-case names. */
  headers: Map<string, string>;
  body: Body;
  timeout_ms: number | undefined;
  response: 'text' | 'base64';
  max_bytes: number | undefined;
  digest: boolean;
}

const check = compile(FetchRequest);
const invalid = (message: string): CapabilityError => new CapabilityError('INVALID_PARAMS', message);

/** `URL.canParse` first would parse twice, on every request. */
const toUrl = (text: string): URL | null => {
  try {
    return new URL(text);
  } catch {
    return null;
  }
};

const parseUrl = (text: string): URL => {
  if (/[\u0000-\u001f\u007f]/.test(text)) throw invalid('The url holds a control character. Percent-encode it.');
  const url = toUrl(text);
  if (url === null) throw invalid('The url cannot be parsed. Give an absolute http or https URL.');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw invalid(`The scheme ${url.protocol} is not supported. Use http or https.`);
  if (url.username !== '' || url.password !== '')
    throw invalid('The url holds a user name or password. Declare a credential in permissions.network instead.');
  return url;
};

const parseHeaders = (given: Readonly<Record<string, string>>): Map<string, string> => {
  const headers = new Map<string, string>();
  for (const [key, value] of Object.entries(given)) {
    const parsed = parseFieldName(key);
    if (!parsed.ok) throw new CapabilityError('HEADER_NOT_ALLOWED', parsed.message);
    if (headers.has(parsed.name)) throw invalid(`The header ${parsed.name} is given twice.`);
    if (!isFieldValue(value))
      throw invalid(`The value of the header ${parsed.name} holds a character that values must not hold, such as a line break.`);
    headers.set(parsed.name, value);
  }
  return headers;
};

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

const parseBytes = (text: string): Buffer => {
  if (!BASE64.test(text) || text.length % 4 !== 0) throw invalid('body_base64 is no base64.');
  return Buffer.from(text, 'base64');
};

const parseBody = ({ body, body_base64, json, form, multipart }: FetchRequest, method: string): Body => {
  const given = [body, body_base64, json, form, multipart].filter((part) => part !== undefined).length;
  if (given > 1) throw invalid('Give one of body, body_base64, json, form and multipart, not several.');
  if (given === 1 && (method === 'GET' || method === 'HEAD'))
    throw invalid(`A ${method} request has no body. Put the data into the url, or use another method.`);
  if (json !== undefined) return { kind: 'json', value: json };
  if (body !== undefined) return { kind: 'text', text: body };
  if (body_base64 !== undefined) return { kind: 'bytes', bytes: parseBytes(body_base64) };
  if (multipart !== undefined) return { kind: 'multipart', parts: checkParts(multipart) };
  if (form === undefined) return { kind: 'none' };
  const fields = Object.entries(form).flatMap(([name, value]) => [value].flat().map((one) => [name, one] as const));
  return { kind: 'form', fields };
};

/** Throws `INVALID_PARAMS` or `HEADER_NOT_ALLOWED`. */
export const parsePluginRequest = (args: Json): PluginRequest => {
  const checked = check(args);
  if (!checked.ok) {
    const [error] = checked.errors;
    throw invalid(`The request is not valid: ${error?.pointer || 'it'} ${error?.message}.`);
  }
  const { url, method = 'GET', timeout_ms, response = 'text', max_bytes, digest = false } = checked.value;
  const headers = parseHeaders(checked.value.headers ?? {});
  const body = parseBody(checked.value, method);
  if (body.kind === 'multipart' && headers.has('content-type')) {
    throw invalid('The host writes the content-type of a multipart body, which names its boundary. Leave it out.');
  }
  return { url: parseUrl(url), method, headers, body, timeout_ms, response, max_bytes, digest };
};

const CONTENT_TYPES = {
  text: 'text/plain;charset=UTF-8',
  bytes: 'application/octet-stream',
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
} as const;

/** The body as it goes out, with its content type unless the plugin named one. A multipart body is written when its bytes are there. */
export const writeBody = (body: Body, headers: Map<string, string>): string | Buffer | undefined => {
  if (body.kind === 'none' || body.kind === 'multipart') return undefined;
  if (!headers.has('content-type')) headers.set('content-type', CONTENT_TYPES[body.kind]);
  if (body.kind === 'text') return body.text;
  if (body.kind === 'bytes') return body.bytes;
  return body.kind === 'json' ? JSON.stringify(body.value) : new URLSearchParams(body.fields.map((field) => [...field])).toString();
};

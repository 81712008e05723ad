/** Which header fields a plugin may set: everything but what frames the message, routes it, or carries the host's own state. */

/** A field name that may be set, in lower case, or why it may not. */
export type FieldName = { ok: true; name: string } | { ok: false; message: string };

const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;

const RESERVED: ReadonlySet<string> = new Set([
  'accept-encoding',
  'alt-used',
  'connection',
  'content-length',
  'cookie',
  'cookie2',
  'expect',
  'forwarded',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-real-ip',
]);

/** Frameworks take these as the real method: a grant for POST would be one for DELETE. */
const METHOD_OVERRIDES: ReadonlySet<string> = new Set(['x-http-method', 'x-http-method-override', 'x-method-override']);

const RESERVED_PREFIXES = ['proxy-', 'sec-', 'x-forwarded-'];

export const parseFieldName = (given: string): FieldName => {
  const name = given.toLowerCase();
  if (!TOKEN.test(name)) return { ok: false, message: 'A header name holds a character that names must not hold.' };
  if (RESERVED.has(name) || RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix))) {
    return { ok: false, message: `The header ${name} cannot be set by a plugin. Leave it out.` };
  }
  if (METHOD_OVERRIDES.has(name))
    return {
      ok: false,
      message: `The header ${name} would change the method. Use the method itself and ask for it in permissions.network.`,
    };
  return { ok: true, name };
};

/** RFC 9110 §5.5: visible ASCII, space, tab and obs-text; so no CR, LF or NUL. */
export const isFieldValue = (value: string): boolean => /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value);

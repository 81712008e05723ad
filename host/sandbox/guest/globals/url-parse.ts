/**
 * The URL parser (https://url.spec.whatwg.org/#concept-basic-url-parser). The standard walks over characters from
 * state to state; every state ends at the first `#` and `?`, so that these are cut off first and each part is read whole.
 */
import { trimEnds } from './trim-ends.ts';
import { ENCODED, percentEncode } from './url-encode.ts';
import { invalidUrl, parseHost } from './url-host.ts';
import { appendPath, isDrive, isNormalDrive, shortenPath, startPath, startsWithDrive } from './url-path.ts';
import { defaultPort, hasOpaquePath, isSpecial, type UrlRecord } from './url-record.ts';

export const withoutBreaks = (text: string): string => text.replace(/[\t\n\r]/g, '');

const emptyUrl = (scheme: string): UrlRecord => ({
  scheme,
  username: '',
  password: '',
  host: null,
  port: null,
  path: [],
  query: null,
  fragment: null,
});

const copyOf = (url: UrlRecord): UrlRecord => ({ ...url, path: typeof url.path === 'string' ? url.path : [...url.path] });

/** Host and port, cut at the first colon outside brackets; the port is null without a colon. */
export const splitPort = (text: string): [host: string, port: string | null] => {
  let inBrackets = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '[') inBrackets = true;
    else if (character === ']') inBrackets = false;
    else if (character === ':' && !inBrackets) return [text.slice(0, i), text.slice(i + 1)];
  }
  return [text, null];
};

/** null for none and for the scheme's own. */
export const parsePort = (text: string, scheme: string): number | null => {
  if (text === '') return null;
  const port = /^[0-9]+$/.test(text) ? Number.parseInt(text, 10) : Number.NaN;
  if (!(port <= 65_535)) throw invalidUrl('the port is no number from 0 to 65535');
  return port === defaultPort(scheme) ? null : port;
};

export const encodeQuery = (query: string, scheme: string): string =>
  percentEncode(query, isSpecial(scheme) ? ENCODED.specialQuery : ENCODED.query);

const readAuthority = (url: UrlRecord, text: string): void => {
  const special = isSpecial(url.scheme);
  const end = text.search(special ? /[/\\]/ : /\//);
  const authority = end === -1 ? text : text.slice(0, end);
  const at = authority.lastIndexOf('@');
  if (at !== -1) {
    const [, username = '', password = ''] = /^([^:]*):?(.*)$/s.exec(authority.slice(0, at)) ?? [];
    url.username = percentEncode(username, ENCODED.userinfo);
    url.password = percentEncode(password, ENCODED.userinfo);
  }
  const [host, port] = splitPort(authority.slice(at + 1));
  if (host === '' && (special || at !== -1 || port !== null)) throw invalidUrl('the host is missing');
  url.host = host === '' ? '' : parseHost(host, special);
  url.port = parsePort(port ?? '', url.scheme);
  startPath(url, end === -1 ? '' : text.slice(end));
};

const readFileHost = (url: UrlRecord, text: string): void => {
  const end = text.search(/[/\\]/);
  const host = end === -1 ? text : text.slice(0, end);
  // `file://C:/x` means the drive, not a host named C.
  if (isDrive(host)) {
    appendPath(url, text);
    return;
  }
  url.host = host === '' ? '' : parseHost(host, true);
  if (url.host === 'localhost') url.host = '';
  startPath(url, end === -1 ? '' : text.slice(end));
};

const readFile = (text: string, base: UrlRecord | null): UrlRecord => {
  const url = emptyUrl('file');
  url.host = '';
  const [first, second] = [text.charAt(0), text.charAt(1)];
  if (first === '/' || first === '\\') {
    if (second === '/' || second === '\\') {
      readFileHost(url, text.slice(2));
      return url;
    }
    if (base !== null) {
      url.host = base.host;
      const drive = base.path[0];
      if (!startsWithDrive(text.slice(1)) && isNormalDrive(drive)) (url.path as string[]).push(drive);
    }
    appendPath(url, text.slice(1));
    return url;
  }
  if (base !== null) return readFileRelative(text, base);
  appendPath(url, text);
  return url;
};

const readFileRelative = (text: string, base: UrlRecord): UrlRecord => {
  const url = copyOf(base);
  if (text === '') return url;
  url.query = null;
  if (startsWithDrive(text)) url.path = [];
  else shortenPath(url);
  appendPath(url, text);
  return url;
};

const readRelative = (text: string, base: UrlRecord): UrlRecord => {
  const special = isSpecial(base.scheme);
  const isSlash = (character: string) => character === '/' || (special && character === '\\');
  if (isSlash(text.charAt(0)) && isSlash(text.charAt(1))) {
    const url = emptyUrl(base.scheme);
    readAuthority(url, special ? text.replace(/^[/\\]+/, '') : text.slice(2));
    return url;
  }
  const url = copyOf(base);
  if (text === '') return url;
  url.query = null;
  if (isSlash(text.charAt(0))) {
    url.path = [];
    appendPath(url, text.slice(1));
  } else {
    shortenPath(url);
    appendPath(url, text);
  }
  return url;
};

/** A URL of a scheme, without query and fragment. `followed`: one of them follows. */
const readAbsolute = (scheme: string, text: string, base: UrlRecord | null, followed: boolean): UrlRecord => {
  if (scheme === 'file') return readFile(text, base?.scheme === 'file' ? base : null);
  if (isSpecial(scheme) && base?.scheme === scheme && !text.startsWith('//')) return readRelative(text, base);
  const url = emptyUrl(scheme);
  if (isSpecial(scheme)) readAuthority(url, text.replace(/^[/\\]+/, ''));
  else if (text.startsWith('//')) readAuthority(url, text.slice(2));
  else if (text.startsWith('/')) startPath(url, text);
  else {
    const opaque = percentEncode(text, ENCODED.opaque);
    url.path = followed && opaque.endsWith(' ') ? `${opaque.slice(0, -1)}%20` : opaque;
  }
  return url;
};

/** Throws a TypeError that says why. */
export const parseUrl = (input: string, base: UrlRecord | null): UrlRecord => {
  const text = withoutBreaks(trimEnds(input, (unit) => unit <= 0x20));
  const hash = text.indexOf('#');
  const unhashed = hash === -1 ? text : text.slice(0, hash);
  const mark = unhashed.indexOf('?');
  const bare = mark === -1 ? unhashed : unhashed.slice(0, mark);
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(bare)?.[1];
  let url: UrlRecord;
  if (scheme !== undefined) url = readAbsolute(scheme.toLowerCase(), bare.slice(scheme.length + 1), base, mark !== -1 || hash !== -1);
  else if (base === null) throw invalidUrl('it has no scheme, and no base was given');
  else if (hasOpaquePath(base)) {
    if (unhashed !== '' || hash === -1) throw invalidUrl(`nothing is relative to a ${base.scheme}: URL`);
    url = copyOf(base);
  } else url = base.scheme === 'file' ? readFile(bare, base) : readRelative(bare, base);
  if (mark !== -1) url.query = encodeQuery(unhashed.slice(mark + 1), url.scheme);
  url.fragment = hash === -1 ? null : percentEncode(text.slice(hash + 1), ENCODED.fragment);
  return url;
};

/** What the setters of `URL` do (https://url.spec.whatwg.org/#api). A value that does not fit changes nothing, or throws. */
import { trimEnd } from './trim-ends.ts';
import { ENCODED, percentEncode } from './url-encode.ts';
import { parseHost } from './url-host.ts';
import { encodeQuery, parsePort, splitPort, withoutBreaks } from './url-parse.ts';
import { startPath } from './url-path.ts';
import { defaultPort, hasOpaquePath, isSpecial, type UrlRecord } from './url-record.ts';

const hasCredentials = ({ username, password }: UrlRecord): boolean => username !== '' || password !== '';
const takesNoAuthority = ({ host, scheme }: UrlRecord): boolean => host === null || host === '' || scheme === 'file';

const setProtocol = (url: UrlRecord, value: string): void => {
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*)(?::|$)/.exec(withoutBreaks(value))?.[1]?.toLowerCase();
  if (scheme === undefined || isSpecial(scheme) !== isSpecial(url.scheme)) return;
  if (scheme === 'file' && (hasCredentials(url) || url.port !== null)) return;
  if (url.scheme === 'file' && url.host === '') return;
  url.scheme = scheme;
  if (url.port === defaultPort(scheme)) url.port = null;
};

const setHost = (url: UrlRecord, value: string, withPort: boolean): void => {
  if (hasOpaquePath(url)) return;
  const special = isSpecial(url.scheme);
  const text = withoutBreaks(value).split(special ? /[/\\?#]/ : /[/?#]/, 1)[0] as string;
  if (url.scheme === 'file') {
    const host = text === '' ? '' : parseHost(text, true);
    url.host = host === 'localhost' ? '' : host;
    return;
  }
  const [host, port] = splitPort(text);
  if (port !== null && (host === '' || !withPort)) return;
  if (host === '' && (special || hasCredentials(url) || url.port !== null)) return;
  url.host = host === '' ? '' : parseHost(host, special);
  const digits = /^[0-9]+/.exec(port ?? '')?.[0];
  if (digits !== undefined) url.port = parsePort(digits, url.scheme);
};

const setPort = (url: UrlRecord, value: string): void => {
  if (takesNoAuthority(url)) return;
  const digits = /^[0-9]+/.exec(withoutBreaks(value))?.[0];
  if (value === '') url.port = null;
  else if (digits !== undefined) url.port = parsePort(digits, url.scheme);
};

const setPathname = (url: UrlRecord, value: string): void => {
  if (hasOpaquePath(url)) return;
  url.path = [];
  const text = withoutBreaks(value);
  if (text === '' && url.host === null) url.path = [''];
  else startPath(url, text);
};

/** The spaces at the end of an opaque path were kept apart by what followed them. */
const trimOpaque = (url: UrlRecord): void => {
  if (typeof url.path === 'string' && url.query === null && url.fragment === null) url.path = trimEnd(url.path, (unit) => unit === 0x20);
};

const setSearch = (url: UrlRecord, value: string): void => {
  const text = withoutBreaks(value.startsWith('?') ? value.slice(1) : value);
  url.query = value === '' ? null : encodeQuery(text, url.scheme);
  if (value === '') trimOpaque(url);
};

const setHash = (url: UrlRecord, value: string): void => {
  const text = withoutBreaks(value.startsWith('#') ? value.slice(1) : value);
  url.fragment = value === '' ? null : percentEncode(text, ENCODED.fragment);
  if (value === '') trimOpaque(url);
};

const setUser = (url: UrlRecord, part: 'username' | 'password', value: string): void => {
  if (!takesNoAuthority(url)) url[part] = percentEncode(value, ENCODED.userinfo);
};

export const CHANGES = {
  protocol: setProtocol,
  username: (url, value) => setUser(url, 'username', value),
  password: (url, value) => setUser(url, 'password', value),
  host: (url, value) => setHost(url, value, true),
  hostname: (url, value) => setHost(url, value, false),
  port: setPort,
  pathname: setPathname,
  search: setSearch,
  hash: setHash,
} satisfies Record<string, (url: UrlRecord, value: string) => void>;

/** A parsed URL (https://url.spec.whatwg.org/#concept-url), what its schemes mean, and how it is written. */

export interface UrlRecord {
  /** Lower case, without the colon. */
  scheme: string;
  username: string;
  password: string;
  /** As it is written, an IPv6 address in its brackets; null without an authority. */
  host: string | null;
  /** null for the scheme's own. */
  port: number | null;
  /** Segments, or the text of a path that has none (`mailto:x`). */
  path: string[] | string;
  query: string | null;
  fragment: string | null;
}

/** The special schemes and their ports. */
const PORTS = new Map<string, number | null>([
  ['http', 80],
  ['https', 443],
  ['ws', 80],
  ['wss', 443],
  ['ftp', 21],
  ['file', null],
]);

export const isSpecial = (scheme: string): boolean => PORTS.has(scheme);

export const defaultPort = (scheme: string): number | null => PORTS.get(scheme) ?? null;

export const hasOpaquePath = ({ path }: UrlRecord): boolean => typeof path === 'string';

export const pathText = ({ path }: UrlRecord): string => (typeof path === 'string' ? path : path.map((segment) => `/${segment}`).join(''));

export const hostText = ({ host, port }: UrlRecord): string => (host === null ? '' : port === null ? host : `${host}:${port}`);

const authorityText = (url: UrlRecord): string => {
  if (url.host !== null) {
    const password = url.password === '' ? '' : `:${url.password}`;
    const user = url.username === '' && password === '' ? '' : `${url.username}${password}@`;
    return `//${user}${hostText(url)}`;
  }
  // Without it a path that begins with an empty segment would read as an authority.
  return typeof url.path !== 'string' && url.path.length > 1 && url.path[0] === '' ? '/.' : '';
};

export const urlText = (url: UrlRecord): string =>
  `${url.scheme}:${authorityText(url)}${pathText(url)}${url.query === null ? '' : `?${url.query}`}${url.fragment === null ? '' : `#${url.fragment}`}`;

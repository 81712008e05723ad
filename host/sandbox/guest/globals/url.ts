/**
 * `URL` (https://url.spec.whatwg.org/#url-class). Other than in browsers and Node: a host name that is not ASCII is
 * refused with a TypeError (its `xn--` form is taken, and not checked), and there are no object URLs.
 */
import { CHANGES } from './url-change.ts';
import { parseUrl } from './url-parse.ts';
import { hasOpaquePath, hostText, pathText, type UrlRecord, urlText } from './url-record.ts';
import { linkParams, replacePairs, URLSearchParams, usv } from './url-search-params.ts';

const HAVE_ORIGIN: readonly string[] = ['http', 'https', 'ws', 'wss', 'ftp'];

const parse = (url: unknown, base: unknown): UrlRecord => parseUrl(usv(url), base === undefined ? null : parseUrl(usv(base), null));

const originOf = (url: UrlRecord): string => {
  if (HAVE_ORIGIN.includes(url.scheme)) return `${url.scheme}://${hostText(url)}`;
  if (url.scheme !== 'blob' || !hasOpaquePath(url)) return 'null';
  try {
    const inner = parseUrl(pathText(url), null);
    return inner.scheme === 'http' || inner.scheme === 'https' ? originOf(inner) : 'null';
  } catch {
    return 'null';
  }
};

export class URL {
  #url: UrlRecord;
  #params: URLSearchParams | null = null;

  constructor(url: string | URL, base?: string | URL) {
    this.#url = parse(url, base);
  }

  static canParse(url: string | URL, base?: string | URL): boolean {
    return tryParse(url, base) !== null;
  }

  static parse(url: string | URL, base?: string | URL): URL | null {
    return tryParse(url, base);
  }

  get href(): string {
    return urlText(this.#url);
  }
  set href(value: string) {
    this.#url = parse(value, undefined);
    this.#reloadParams();
  }

  get origin(): string {
    return originOf(this.#url);
  }

  get protocol(): string {
    return `${this.#url.scheme}:`;
  }
  set protocol(value: string) {
    this.#change('protocol', value);
  }

  get username(): string {
    return this.#url.username;
  }
  set username(value: string) {
    this.#change('username', value);
  }

  get password(): string {
    return this.#url.password;
  }
  set password(value: string) {
    this.#change('password', value);
  }

  get host(): string {
    return hostText(this.#url);
  }
  set host(value: string) {
    this.#change('host', value);
  }

  get hostname(): string {
    return this.#url.host ?? '';
  }
  set hostname(value: string) {
    this.#change('hostname', value);
  }

  get port(): string {
    return this.#url.port === null ? '' : String(this.#url.port);
  }
  set port(value: string) {
    this.#change('port', value);
  }

  get pathname(): string {
    return pathText(this.#url);
  }
  set pathname(value: string) {
    this.#change('pathname', value);
  }

  get search(): string {
    return this.#url.query ? `?${this.#url.query}` : '';
  }
  set search(value: string) {
    this.#change('search', value);
    this.#reloadParams();
  }

  get hash(): string {
    return this.#url.fragment ? `#${this.#url.fragment}` : '';
  }
  set hash(value: string) {
    this.#change('hash', value);
  }

  /** Live, both ways. */
  get searchParams(): URLSearchParams {
    if (this.#params === null) {
      this.#params = new URLSearchParams();
      replacePairs(this.#params, this.#url.query ?? '');
      linkParams(this.#params, (query) => {
        CHANGES.search(this.#url, query);
      });
    }
    return this.#params;
  }

  toString(): string {
    return this.href;
  }

  toJSON(): string {
    return this.href;
  }

  /** What does not fit is ignored, as the standard says. */
  #change(part: keyof typeof CHANGES, value: unknown): void {
    const text = usv(value);
    const changed = { ...this.#url, path: typeof this.#url.path === 'string' ? this.#url.path : [...this.#url.path] };
    try {
      CHANGES[part](changed, text);
      this.#url = changed;
    } catch {}
  }

  #reloadParams(): void {
    if (this.#params !== null) replacePairs(this.#params, this.#url.query ?? '');
  }
}

/** Outside the class: one that names itself is renamed by the bundler. */
const tryParse = (url: string | URL, base: string | URL | undefined): URL | null => {
  try {
    return new URL(url, base);
  } catch {
    return null;
  }
};

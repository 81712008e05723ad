/** `URLSearchParams` (https://url.spec.whatwg.org/#interface-urlsearchparams). */
import { decodePairs, encodePairs, type Pair } from './form-urlencoded.ts';

type Init = string | Iterable<readonly [string, string]> | Record<string, string> | undefined;

/** Lone surrogates become U+FFFD, as the standard's USVString says. */
export const usv = (value: unknown): string =>
  String(value).replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD');

const fromSequence = (init: Iterable<Iterable<unknown>>): Pair[] =>
  [...init].map((item) => {
    const [name, value, ...more] = item;
    if (more.length > 0 || [...item].length !== 2) throw new TypeError('each entry must be a name and a value');
    return [usv(name), usv(value)];
  });

const pairsOf = (init: Init): Pair[] => {
  if (init === undefined) return [];
  if ((typeof init !== 'object' && typeof init !== 'function') || init === null) {
    const text = usv(init);
    return decodePairs(text.startsWith('?') ? text.slice(1) : text);
  }
  const { [Symbol.iterator]: iterate } = init as { [Symbol.iterator]?: unknown };
  if (iterate !== undefined && iterate !== null) return fromSequence(init as Iterable<Iterable<unknown>>);
  const byName = new Map<string, string>();
  for (const [name, value] of Object.entries(init as Record<string, string>)) byName.set(usv(name), usv(value));
  return [...byName];
};

/** For `URL` alone, whose query a list may be: no plugin reaches these. */
export let linkParams: (params: URLSearchParams, onChange: (query: string) => void) => void;
export let replacePairs: (params: URLSearchParams, query: string) => void;

export class URLSearchParams {
  #pairs: Pair[];
  #onChange: ((query: string) => void) | null = null;

  static {
    linkParams = (params, onChange) => {
      params.#onChange = onChange;
    };
    replacePairs = (params, query) => {
      params.#pairs = decodePairs(query);
    };
  }

  constructor(init?: Init) {
    this.#pairs = pairsOf(init);
  }

  get size(): number {
    return this.#pairs.length;
  }

  append(name: string, value: string): void {
    this.#pairs.push([usv(name), usv(value)]);
    this.#changed();
  }

  delete(name: string, value?: string): void {
    const [key, only] = [usv(name), value === undefined ? undefined : usv(value)];
    this.#pairs = this.#pairs.filter((pair) => pair[0] !== key || (only !== undefined && pair[1] !== only));
    this.#changed();
  }

  get(name: string): string | null {
    const key = usv(name);
    return this.#pairs.find((pair) => pair[0] === key)?.[1] ?? null;
  }

  getAll(name: string): string[] {
    const key = usv(name);
    return this.#pairs.filter((pair) => pair[0] === key).map((pair) => pair[1]);
  }

  has(name: string, value?: string): boolean {
    const [key, only] = [usv(name), value === undefined ? undefined : usv(value)];
    return this.#pairs.some((pair) => pair[0] === key && (only === undefined || pair[1] === only));
  }

  set(name: string, value: string): void {
    const key = usv(name);
    const at = this.#pairs.findIndex((pair) => pair[0] === key);
    if (at === -1) {
      this.append(key, value);
      return;
    }
    this.#pairs = this.#pairs.filter((pair, i) => i <= at || pair[0] !== key);
    this.#pairs[at] = [key, usv(value)];
    this.#changed();
  }

  /** By code units of the name, stable. */
  sort(): void {
    this.#pairs.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
    this.#changed();
  }

  forEach(callback: (value: string, name: string, params: URLSearchParams) => void, self?: unknown): void {
    for (const [name, value] of this) callback.call(self, value, name, this);
  }

  *entries(): IterableIterator<Pair> {
    for (let i = 0; i < this.#pairs.length; i++) yield [...(this.#pairs[i] as Pair)];
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): IterableIterator<Pair> {
    return this.entries();
  }

  toString(): string {
    return encodePairs(this.#pairs);
  }

  #changed(): void {
    this.#onChange?.(this.toString());
  }
}

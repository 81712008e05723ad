/** `Headers` (https://fetch.spec.whatwg.org/#headers-class): names in lower case and sorted, values joined by a comma. */
import { trimEnds } from './trim-ends.ts';

type Init = Headers | Iterable<readonly [string, string]> | Record<string, string> | undefined | null;

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

const nameOf = (value: unknown): string => {
  const name = String(value);
  if (!NAME.test(name)) throw new TypeError('a header name holds a character that names must not hold');
  return name.toLowerCase();
};

const textOf = (given: unknown): string => {
  const value = trimEnds(String(given), (unit) => unit === 0x20 || unit === 0x09 || unit === 0x0a || unit === 0x0d);
  if (!VALUE.test(value)) throw new TypeError('a header value holds a character that values must not hold, such as a line break');
  return value;
};

const pairsOf = (init: Init): [unknown, unknown][] => {
  if (init === undefined || init === null) return [];
  if (typeof init !== 'object' && typeof init !== 'function') throw new TypeError('Headers takes a record or a list of pairs');
  const { [Symbol.iterator]: iterate } = init as { [Symbol.iterator]?: unknown };
  if (typeof iterate !== 'function') return Object.entries(init);
  return [...(init as Iterable<Iterable<unknown>>)].map((item) => {
    const pair = [...item];
    if (pair.length !== 2) throw new TypeError('each entry must be a name and a value');
    return pair as [unknown, unknown];
  });
};

export class Headers {
  #values = new Map<string, string[]>();

  constructor(init?: Init) {
    for (const [name, value] of pairsOf(init)) this.append(name as string, value as string);
  }

  append(name: string, value: string): void {
    const [key, text] = [nameOf(name), textOf(value)];
    this.#values.set(key, [...(this.#values.get(key) ?? []), text]);
  }

  delete(name: string): void {
    this.#values.delete(nameOf(name));
  }

  get(name: string): string | null {
    return this.#values.get(nameOf(name))?.join(', ') ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(nameOf(name));
  }

  set(name: string, value: string): void {
    const [key, text] = [nameOf(name), textOf(value)];
    this.#values.set(key, [text]);
  }

  getSetCookie(): string[] {
    return [...(this.#values.get('set-cookie') ?? [])];
  }

  forEach(callback: (value: string, name: string, headers: Headers) => void, self?: unknown): void {
    for (const [name, value] of this) Reflect.apply(callback, self, [value, name, this]);
  }

  *entries(): IterableIterator<[string, string]> {
    for (const name of [...this.#values.keys()].sort()) {
      const values = this.#values.get(name) ?? [];
      // A cookie may hold a comma: each stays apart.
      if (name === 'set-cookie') for (const value of values) yield [name, value];
      else yield [name, values.join(', ')];
    }
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }
}

/** The keys used last, unwrapped. A bound, because people are many: about 250 bytes each. */
import type { Seal } from './seal.ts';

export interface ContentKey {
  seal: Seal;
  key: Buffer;
  /** Digest that names whose key it is. */
  subject: string;
}

/** A map that forgets what was not asked for longest. */
export const createRecent = <Value>(bound: number) => {
  const entries = new Map<string, Value>();
  return {
    get(name: string): Value | undefined {
      const found = entries.get(name);
      if (found === undefined) return undefined;
      entries.delete(name);
      entries.set(name, found);
      return found;
    },
    has: (name: string): boolean => entries.has(name),
    set(name: string, value: Value): void {
      entries.delete(name);
      entries.set(name, value);
      if (entries.size > bound) entries.delete(entries.keys().next().value as string);
    },
    delete: (name: string): boolean => entries.delete(name),
    values: (): IterableIterator<Value> => entries.values(),
  };
};

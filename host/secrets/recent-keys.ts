/** The keys used last, unwrapped. A bound, because people are many: about 250 bytes each. */
import type { Seal } from './seal.ts';

export interface ContentKey {
  seal: Seal;
  key: Buffer;
  /** Digest that names whose key it is. */
  subject: string;
}

/**
 * A map that forgets what was not asked for longest, in two generations of half the bound: a hit costs one
 * look-up. Keeping an exact order (delete and set again on each hit) cost as much as a tenth of a seal.
 */
export const createRecent = <Value>(bound: number) => {
  let young = new Map<string, Value>();
  let old = new Map<string, Value>();
  const set = (name: string, value: Value): void => {
    young.set(name, value);
    if (young.size <= bound / 2) return;
    old = young;
    young = new Map();
  };
  return {
    get(name: string): Value | undefined {
      const found = young.get(name);
      if (found !== undefined) return found;
      const aged = old.get(name);
      if (aged !== undefined) set(name, aged);
      return aged;
    },
    has: (name: string): boolean => young.has(name) || old.has(name),
    set,
    delete(name: string): void {
      young.delete(name);
      old.delete(name);
    },
    values: (): Value[] => [...young.values(), ...old.values()],
  };
};

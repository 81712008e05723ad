/** Takes from the guest's global what is not on the list, and freezes what SES did not know of. */
import { STANDARD_GLOBALS } from '../worker/realm-globals.ts';

/** Objects that no property leads to, but syntax or a call does. */
const hiddenRoots = (): unknown[] => {
  const segments = new Intl.Segmenter('en').segment('x');
  return [Reflect.getPrototypeOf(globalThis), Reflect.getPrototypeOf(segments), Reflect.getPrototypeOf(segments[Symbol.iterator]())];
};

const freezeAll = (root: unknown, seen: Set<object>): void => {
  if ((typeof root !== 'object' && typeof root !== 'function') || root === null || root === globalThis || seen.has(root)) return;
  seen.add(root);
  Object.freeze(root);
  freezeAll(Reflect.getPrototypeOf(root), seen);
  for (const key of Reflect.ownKeys(root)) {
    const property = Reflect.getOwnPropertyDescriptor(root, key);
    freezeAll(property?.value, seen);
    freezeAll(property?.get, seen);
    freezeAll(property?.set, seen);
  }
};

export const trimGlobal = (): void => {
  const keep = new Set<PropertyKey>(STANDARD_GLOBALS);
  for (const key of Reflect.ownKeys(globalThis)) if (!keep.has(key)) Reflect.deleteProperty(globalThis, key);
  const left = Reflect.ownKeys(globalThis).filter((key) => !keep.has(key));
  if (left.length > 0) throw new TypeError(`the realm could not be trimmed: ${left.map(String).join(', ')}`);
  const seen = new Set<object>();
  for (const root of hiddenRoots()) freezeAll(root, seen);
  for (const key of Reflect.ownKeys(globalThis)) freezeAll(Reflect.get(globalThis, key), seen);
};

/**
 * Fixes every global there is, and leaves room for the bundle's own. Our in-realm code reads globals when it
 * runs, long after plugin text did; this is why it may.
 */
export const fixGlobals = (): void => {
  for (const key of Reflect.ownKeys(globalThis)) {
    const property = Reflect.getOwnPropertyDescriptor(globalThis, key);
    if (property?.configurable)
      Object.defineProperty(globalThis, key, { value: Reflect.get(globalThis, key), writable: false, configurable: false });
  }
};

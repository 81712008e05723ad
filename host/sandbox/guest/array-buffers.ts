/**
 * Bounds the bytes of buffers that a plugin can hold: they live outside the heap, where no limit of V8 or of a
 * worker counts them. Every constructor that allocates is replaced by one that asks first; every method that
 * allocates past its constructor goes.
 *
 * Runs before SES, so that the replaced constructors are the intrinsics that SES finds and freezes.
 */
import { BUDGETS } from '../budgets.ts';

const { apply, construct, defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys, setPrototypeOf } = Reflect;

type Constructor = (new (...args: unknown[]) => object) & { prototype: object };

const TYPED_ARRAYS = [
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
];

/** These allocate through the intrinsic constructor, or turn a buffer into one that is not counted. */
const UNCOUNTED: [object, string[]][] = [
  [Uint8Array, ['fromBase64', 'fromHex']],
  [Uint8Array.prototype, ['setFromBase64', 'setFromHex', 'toBase64', 'toHex']],
  [ArrayBuffer.prototype, ['transfer', 'transferToFixedLength', 'transferToImmutable', 'sliceToImmutable', 'resize']],
  [getPrototypeOf(Uint8Array.prototype) as object, ['toReversed', 'toSorted', 'with']],
];

const overBudget = () => new RangeError('binary memory budget exceeded');

interface Ledger {
  /** The bytes that `size` asks for; throws when they are not there. */
  ask(size: unknown): number;
  count(buffer: object, bytes: number): void;
}

const createLedger = (): Ledger => {
  let live = 0;
  const freed = new FinalizationRegistry<number>((bytes) => {
    live -= bytes;
  });
  return {
    ask(size) {
      const bytes = Number(size);
      if (!(bytes >= 0)) return 0;
      if (bytes > BUDGETS.buffer_bytes || live + bytes > BUDGETS.buffers_bytes) throw overBudget();
      return bytes;
    },
    count(buffer, bytes) {
      live += bytes;
      freed.register(buffer, bytes);
    },
  };
};

/** Puts `checked` where `original` stood: same prototype, same statics, the only way in. */
const replace = (name: string, original: Constructor, checked: object): void => {
  for (const key of ownKeys(original)) {
    if (key !== 'length' && key !== 'name' && key !== 'prototype') {
      defineProperty(checked, key, getOwnPropertyDescriptor(original, key) as PropertyDescriptor);
    }
  }
  const hidden = { enumerable: false, configurable: true, writable: true };
  defineProperty(checked, 'name', { value: name, configurable: true });
  defineProperty(checked, 'prototype', { value: original.prototype, enumerable: false, configurable: false, writable: false });
  defineProperty(original.prototype, 'constructor', { value: checked, ...hidden });
  defineProperty(globalThis, name, { value: checked, ...hidden });
};

const getter = <T>(of: object, key: string): (() => T) => getOwnPropertyDescriptor(of, key)?.get as () => T;

const TypedArray = getPrototypeOf(Uint8Array) as Constructor;
const bufferBytes = getter<number>(ArrayBuffer.prototype, 'byteLength');
const arrayLength = getter<number>(TypedArray.prototype, 'length');
const arrayBuffer = getter<ArrayBuffer>(TypedArray.prototype, 'buffer');

/** Whether a value is of the kind that the getter belongs to. No proxy or prototype can pretend it. */
const hasGetter = (read: () => unknown, value: unknown): boolean => {
  try {
    apply(read, value, []);
    return true;
  } catch {
    return false;
  }
};

const checkedBuffer = (ledger: Ledger, original: Constructor): Constructor => {
  const Checked = function (this: unknown, length: unknown, options?: { maxByteLength?: unknown }) {
    if (!new.target) throw new TypeError('Constructor ArrayBuffer requires new');
    if (typeof options === 'object' && options !== null && options.maxByteLength !== undefined) {
      throw new RangeError('resizable buffers are not available');
    }
    const bytes = ledger.ask(length);
    const buffer = construct(original, [bytes], new.target);
    ledger.count(buffer, bytes);
    return buffer;
  };
  defineProperty(Checked, 'length', { value: 1, configurable: true });
  return Checked as unknown as Constructor;
};

/** What to fill an array from: a list that we hold ourselves, for a hostile one shows another length at the second look. */
const heldSource = (ledger: Ledger, source: object, elementBytes: number): unknown => {
  if (hasGetter(arrayLength, source)) {
    ledger.ask(apply(arrayLength, source, []) * elementBytes);
    return source;
  }
  const list: unknown[] = [];
  const add = (item: unknown) => {
    if (list.length >= BUDGETS.buffer_list) throw overBudget();
    list.push(item);
  };
  const { [Symbol.iterator]: iterate, length } = source as { [Symbol.iterator]?: unknown; length?: unknown };
  if (iterate !== undefined && iterate !== null) for (const item of source as Iterable<unknown>) add(item);
  else for (let i = 0, end = Number(length) || 0; i < end; i++) add((source as unknown[])[i]);
  ledger.ask(list.length * elementBytes);
  return list;
};

const checkedTypedArray = (ledger: Ledger, name: string, original: Constructor, elementBytes: number): Constructor => {
  const Checked = function (this: unknown, source: unknown, offset: unknown, length: unknown) {
    if (!new.target) throw new TypeError(`Constructor ${name} requires new`);
    const isObject = (typeof source === 'object' && source !== null) || typeof source === 'function';
    if (isObject && hasGetter(bufferBytes, source)) return construct(original, [source, offset, length], new.target);
    const first = isObject ? heldSource(ledger, source, elementBytes) : ledger.ask((Number(source) || 0) * elementBytes) / elementBytes;
    const array = construct(original, [first], new.target);
    const buffer = apply(arrayBuffer, array, []);
    ledger.count(buffer, apply(bufferBytes, buffer, []));
    return array;
  };
  defineProperty(Checked, 'length', { value: 3, configurable: true });
  setPrototypeOf(Checked, TypedArray);
  return Checked as unknown as Constructor;
};

export const budgetBuffers = (): void => {
  const ledger = createLedger();
  replace('ArrayBuffer', ArrayBuffer as Constructor, checkedBuffer(ledger, ArrayBuffer as Constructor));
  for (const [owner, names] of UNCOUNTED) for (const name of names) deleteProperty(owner, name);
  for (const name of TYPED_ARRAYS) {
    const original = Reflect.get(globalThis, name) as Constructor & { BYTES_PER_ELEMENT: number };
    replace(name, original, checkedTypedArray(ledger, name, original, original.BYTES_PER_ELEMENT));
  }
  // A kind of typed array that a newer V8 adds would not be counted.
  deleteProperty(globalThis, 'Float16Array');
};

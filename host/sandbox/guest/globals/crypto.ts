/** `crypto` with `getRandomValues` and `randomUUID`. What needs a key is in the plugin's context, with the host. */
import { BUDGETS } from '../../budgets.ts';
import type { Bridge } from '../bridge.ts';

/** https://w3c.github.io/webcrypto/#Crypto-method-getRandomValues */
const MOST_BYTES = 65_536;

const fill = (bytes: Uint8Array, random: (count: number) => string): void => {
  for (let at = 0; at < bytes.length; at += BUDGETS.random_bytes) {
    const count = Math.min(BUDGETS.random_bytes, bytes.length - at);
    const hex = random(count);
    for (let i = 0; i < count; i++) bytes[at + i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  }
};

/** The name that an array bears itself, whatever its class says. */
const kindOf = (array: object): unknown => {
  const TypedArray = Reflect.getPrototypeOf(Uint8Array.prototype) as object;
  const getter = Reflect.getOwnPropertyDescriptor(TypedArray, Symbol.toStringTag)?.get as () => unknown;
  return Reflect.apply(getter, array, []);
};

export const createCrypto = (bridge: Bridge) => ({
  /** At most 65,536 bytes a call. */
  getRandomValues<T extends ArrayBufferView>(array: T): T {
    const kind = ArrayBuffer.isView(array) ? kindOf(array) : undefined;
    if (typeof kind !== 'string' || !/^(?:Big)?(?:Int|Uint)/.test(kind))
      throw new TypeError('getRandomValues takes a typed array of integers');
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    if (bytes.length > MOST_BYTES) {
      throw Object.assign(new Error(`getRandomValues fills at most ${MOST_BYTES} bytes a call`), { name: 'QuotaExceededError' });
    }
    fill(bytes, (count) => bridge.local('random', count) as string);
    return array;
  },
  randomUUID: (): string => bridge.local('uuid') as string,
});

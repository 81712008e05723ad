/**
 * What the worker's own realm does for the guest: a table of functions from primitives to primitives, reached
 * through one function. Captured before the globals go. Nothing that is an object crosses in either direction.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { BUDGETS } from '../budgets.ts';

export type Primitive = string | number | boolean | undefined;
export type Power = (a: Primitive, b: Primitive, c: Primitive) => Primitive;

const ALGORITHMS: readonly unknown[] = ['sha1', 'sha256', 'sha512'];
const ENCODINGS: readonly unknown[] = ['hex', 'base64', 'base64url'];

/** `undefined` says that the arguments are not what the power takes. */
export const cryptoPowers: Record<string, Power> = {
  hash(algorithm, data, encoding) {
    if (!ALGORITHMS.includes(algorithm) || !ENCODINGS.includes(encoding)) return undefined;
    if (typeof data !== 'string' || data.length > BUDGETS.hash_input) return undefined;
    return createHash(algorithm as string)
      .update(data, 'utf8')
      .digest(encoding as 'hex');
  },
  random(bytes) {
    if (!Number.isInteger(bytes) || (bytes as number) < 1 || (bytes as number) > BUDGETS.random_bytes) return undefined;
    return randomBytes(bytes as number).toString('hex');
  },
  uuid: () => randomUUID(),
};

const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;

/** `fire` gets the id of each timer that is due. */
export const createTimerPowers = (fire: (id: number) => void): Record<string, Power> => {
  const timers = new Map<number, NodeJS.Timeout>();
  return {
    timer(id, delay_ms) {
      if (typeof id !== 'number' || typeof delay_ms !== 'number' || timers.size >= BUDGETS.timers) return false;
      timers.set(
        id,
        startTimer(
          () => {
            timers.delete(id);
            fire(id);
          },
          Math.min(Math.max(delay_ms, BUDGETS.timer_min_ms), BUDGETS.timer_max_ms),
        ),
      );
      return true;
    },
    clear(id) {
      stopTimer(timers.get(id as number));
      return timers.delete(id as number);
    },
  };
};

/** The one function that the guest's bridge gets. */
export const createPowerSwitch = (...tables: Record<string, Power>[]) => {
  const powers: Record<string, Power> = Object.assign(Object.create(null), ...tables);
  return (name: string, a: Primitive, b: Primitive, c: Primitive): Primitive => powers[name]?.(a, b, c);
};

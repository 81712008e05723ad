/** Ids are names, not order: a monotonic ULID (https://github.com/ulid/spec). Order is the database's `seq`. */
import { randomFillSync } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import type { Clock } from './clock.ts';

export type NewId = () => string;

/** Random bytes are drawn in pools: one system call per 4,096 draws. */
const pooledRandom = () => {
  const pool = new Uint8Array(4096);
  let next = pool.length;
  return () => {
    if (next === pool.length) {
      randomFillSync(pool);
      next = 0;
    }
    return (pool[next++] as number) / 256;
  };
};

export const createIds = (clock: Clock): NewId => {
  const ulid = monotonicFactory(pooledRandom());
  return () => ulid(clock.now());
};

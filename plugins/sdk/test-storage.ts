/** The storage of an adapter in a test: in memory, with the host's bounds and codes. */
import type { PluginStorage } from './index.ts';
import { PlatformError } from './platform-error.ts';

const LONGEST_KEY = 255;
const encoder = new TextEncoder();
const bytesOf = (...texts: string[]): number => texts.reduce((sum, text) => sum + encoder.encode(text).length, 0);

const invalid = (message: string) => new PlatformError('INVALID_PARAMS', message);

const checkKey = (key: unknown): void => {
  const sound = typeof key === 'string' && key !== '' && key.length <= LONGEST_KEY && !key.includes('\u0000');
  if (!sound) throw invalid(`A key is a text of 1 to ${LONGEST_KEY} characters without NUL.`);
};

/** By UTF-8 bytes, which is by code points. */
const inOrder = (one: string, other: string): number => {
  const [a, b] = [[...one], [...other]];
  const at = a.findIndex((character, index) => character !== b[index]);
  if (at === -1) return a.length - b.length;
  return (a[at]?.codePointAt(0) ?? -1) - (b[at]?.codePointAt(0) ?? -1);
};

export const createTestStorage = (max_bytes: number): PluginStorage => {
  const values = new Map<string, string>();
  const used = (): number => [...values].reduce((sum, [key, text]) => sum + bytesOf(key, text), 0);
  return {
    async get(key) {
      checkKey(key);
      const text = values.get(key);
      return text === undefined ? undefined : JSON.parse(text);
    },
    async set(key, value) {
      checkKey(key);
      const text = JSON.stringify(value);
      if (text === undefined) throw invalid('the value is not JSON; delete the key instead');
      const old = values.get(key);
      const needed = bytesOf(key, text) - (old === undefined ? 0 : bytesOf(key, old));
      if (needed > 0 && used() + needed > max_bytes) {
        throw new PlatformError(
          'STORAGE_FULL',
          `The storage is full: ${used()} of ${max_bytes} bytes are used, and "${key}" needs ${needed} more.`,
        );
      }
      values.set(key, text);
    },
    async delete(key) {
      checkKey(key);
      values.delete(key);
    },
    async list({ prefix = '', cursor = '', limit = 50 } = {}) {
      if (!Number.isInteger(limit) || limit < 1 || limit > 500) throw invalid('limit is a whole number from 1 to 500.');
      const behind = [...values.keys()].sort(inOrder).filter((key) => key.startsWith(prefix) && inOrder(key, cursor) > 0);
      const keys = behind.slice(0, limit);
      return { keys, next_cursor: behind.length > limit ? (keys.at(-1) as string) : null };
    },
  };
};

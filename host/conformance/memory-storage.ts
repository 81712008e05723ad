/** What a plugin under check keeps: for one instance, in memory, by the rules of the real thing. */
import type { StorageDeps } from '../capabilities/storage.ts';

export const createMemoryStorage = (): StorageDeps => {
  const kept = new Map<string, { value: string; bytes: number }>();
  return {
    used: async () => [...kept.values()].reduce((sum, { bytes }) => sum + bytes, 0),
    read: async (_channel_id, keys) =>
      keys.flatMap(({ key, wanted }) => {
        const row = kept.get(key);
        return row ? [{ key, value: wanted ? row.value : null, bytes: row.bytes }] : [];
      }),
    list: async (_channel_id, { prefix, after, limit }) =>
      [...kept.keys()]
        .filter((key) => key.startsWith(prefix) && key > after)
        .sort()
        .slice(0, limit),
    async write(_channel_id, changes) {
      for (const { key, value, bytes } of changes) {
        if (value === null) kept.delete(key);
        else kept.set(key, { value, bytes });
      }
    },
    seal: (text) => text,
    open: (sealed) => sealed,
  };
};

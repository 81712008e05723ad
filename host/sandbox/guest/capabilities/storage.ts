import type { PluginStorage } from '../../../../plugins/sdk/index.ts';
import { codedError } from '../coded-error.ts';
import type { GuestCapability } from '../context.ts';

/** Values of this channel that survive restarts. No other channel's can be named; the host sees JSON text and keeps it sealed. */
export const storage: GuestCapability = {
  name: 'storage',
  always: false,
  build: (bridge): PluginStorage => ({
    async get(key) {
      const text = await bridge.call('storage', { op: 'get', key });
      return typeof text === 'string' ? JSON.parse(text) : undefined;
    },
    async set(key, value) {
      const text = JSON.stringify(value);
      if (text === undefined) throw codedError('INVALID_PARAMS', 'the value is not JSON; delete the key instead');
      await bridge.call('storage', { op: 'set', key, value: text });
    },
    async delete(key) {
      await bridge.call('storage', { op: 'delete', key });
    },
    async list({ prefix, cursor, limit } = {}) {
      return (await bridge.call('storage', { op: 'list', prefix, cursor, limit })) as Awaited<ReturnType<PluginStorage['list']>>;
    },
  }),
};

import type { PluginCrypto } from '../../../../plugins/sdk/index.ts';
import { BUDGETS } from '../../budgets.ts';
import { codedError } from '../coded-error.ts';
import type { GuestCapability } from '../context.ts';

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Digests, random bytes and ids, computed in the worker. No keys: what needs a secret is the host's to do, by the field's name. */
export const crypto: GuestCapability = {
  name: 'crypto',
  always: true,
  build: (bridge, granted): PluginCrypto => ({
    async hash(algorithm, data, encoding = 'hex') {
      const digest = bridge.local('hash', text(algorithm), text(data), text(encoding));
      if (typeof digest === 'string') return digest;
      throw codedError(
        'INVALID_PARAMS',
        `hash takes sha1, sha256 or sha512, a text of at most ${BUDGETS.hash_input} characters, and hex, base64 or base64url`,
      );
    },
    async random(bytes) {
      const hex = bridge.local('random', typeof bytes === 'number' ? bytes : undefined);
      if (typeof hex === 'string') return hex;
      throw codedError('INVALID_PARAMS', `random takes a whole number from 1 to ${BUDGETS.random_bytes}`);
    },
    async uuid() {
      return bridge.local('uuid') as string;
    },
    ...(granted.includes('hmac') && {
      hmac: async (request) => (await bridge.call('hmac', request)) as string,
      sign: async (request) => (await bridge.call('sign', request)) as string,
    }),
  }),
};

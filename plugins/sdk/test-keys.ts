/** `hmac` and `sign` of a test context: with the test's own secrets, by the names of their fields. */
import { createHmac, createPrivateKey, sign } from 'node:crypto';
import type { PluginCrypto } from './index.ts';
import { PlatformError } from './platform-error.ts';

export interface TestKeys extends Required<Pick<PluginCrypto, 'hmac' | 'sign'>> {
  /** What stands for the secrets in `config`. */
  placeholders: Record<string, string>;
}

const keyInvalid = (field: string, problem: string) =>
  new PlatformError('KEY_INVALID', `The value of config.${field} cannot be used: ${problem}`);

export const createTestKeys = (secrets: Readonly<Record<string, string>>): TestKeys => {
  const placeholders = Object.fromEntries(Object.keys(secrets).map((field) => [field, `secret_of_${field}`]));
  const derived = new Map<string, Buffer>();

  const fieldOf = (named: string): string => {
    const field = Object.keys(secrets).find((each) => named === each || named === placeholders[each]);
    if (field === undefined)
      throw new PlatformError('HMAC_NOT_GRANTED', `"${named}" is not granted as a key: name it in the secrets of the test.`);
    return field;
  };

  return {
    placeholders,
    async hmac({ field: named, algorithm, data, encoding = 'hex', key_prefix = '', key_encoding = 'utf8' }) {
      let key = derived.get(named);
      if (key === undefined) {
        const field = fieldOf(named);
        const value = secrets[field] as string;
        if (key_encoding === 'hex' && !/^(?:[0-9a-f]{2})+$/i.test(value)) throw keyInvalid(field, 'it is not written in hex.');
        if (key_encoding === 'base64' && !/^[A-Za-z0-9+/_-]+={0,2}$/.test(value)) throw keyInvalid(field, 'it is not written in base64.');
        key = Buffer.concat([Buffer.from(key_prefix), Buffer.from(value, key_encoding)]);
      }
      const digest = createHmac(algorithm, key).update(data, 'utf8').digest();
      if (encoding !== 'opaque') return digest.toString(encoding);
      const name = `derived_${derived.size + 1}`;
      derived.set(name, digest);
      return name;
    },
    async sign({ field: named, algorithm, data, encoding = 'base64url' }) {
      const field = fieldOf(named);
      try {
        const key = createPrivateKey((secrets[field] as string).replaceAll('\\n', '\n'));
        const how = algorithm === 'ES256' ? ({ key, dsaEncoding: 'ieee-p1363' } as const) : key;
        return sign(algorithm === 'EdDSA' ? null : 'sha256', Buffer.from(data), how).toString(encoding);
      } catch {
        throw keyInvalid(field, `${algorithm} takes a private key in PEM that fits it.`);
      }
    },
  };
};

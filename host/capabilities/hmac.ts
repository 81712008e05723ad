/**
 * The capability `hmac`: computed with a secret that the plugin names and never sees. A key may carry a prefix or an
 * encoding, or be the result of a former call that stayed here, as AWS Signature Version 4 and Azure's shared keys need.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { compile } from '../../schemas/compile.ts';
import { HmacRequest } from '../../schemas/message.ts';
import { CapabilityError, type CapabilityHandler } from '../sandbox/confined.ts';
import { type GrantedKeys, keyInvalid } from './granted-key.ts';

/** Derived keys that stay with the host; the oldest goes first. */
const MOST_DERIVED = 256;
const DERIVED = 'derived_';

const check = compile(HmacRequest);

export const parseKeyed = <T>(
  checked: { ok: true; value: T } | { ok: false; errors: readonly { pointer: string; message: string }[] },
): T => {
  if (checked.ok) return checked.value;
  const [error] = checked.errors;
  throw new CapabilityError('INVALID_PARAMS', `The request is not valid: ${error?.pointer || 'it'} ${error?.message}.`);
};

const PATTERNS = { hex: /^(?:[0-9a-fA-F]{2})+$/, base64: /^[A-Za-z0-9+/_-]+={0,2}$/ } as const;

const keyBytes = (field: string, value: string, { key_encoding = 'utf8', key_prefix = '' }: HmacRequest): Buffer => {
  if (key_encoding === 'utf8') return Buffer.from(key_prefix + value);
  if (!PATTERNS[key_encoding].test(value.trim())) throw keyInvalid(field, `it is not written in ${key_encoding}.`);
  return Buffer.concat([Buffer.from(key_prefix), Buffer.from(value.trim(), key_encoding)]);
};

/** Args: an `HmacRequest`. Answer: the digest, or the name of a derived key. Rejects as `PluginCrypto.hmac` says. */
export const createHmacCapability = (keys: GrantedKeys): CapabilityHandler => {
  const derived = new Map<string, Buffer>();

  const keyOf = (request: HmacRequest): Buffer => {
    if (!request.field.startsWith(DERIVED)) {
      const { field, value } = keys.find(request.field);
      return keyBytes(field, value, request);
    }
    const key = derived.get(request.field);
    if (key === undefined) throw new CapabilityError('HMAC_NOT_GRANTED', 'That derived key is not known any more. Derive it again.');
    if (request.key_prefix !== undefined || request.key_encoding !== undefined) {
      throw new CapabilityError('INVALID_PARAMS', 'A derived key takes no key_prefix and no key_encoding.');
    }
    return key;
  };
  const keep = (key: Buffer): string => {
    const name = DERIVED + randomBytes(16).toString('hex');
    derived.set(name, key);
    if (derived.size > MOST_DERIVED) derived.delete(derived.keys().next().value as string);
    return name;
  };

  return async (args) => {
    const request = parseKeyed(check(args));
    const digest = createHmac(request.algorithm, keyOf(request)).update(request.data, 'utf8').digest();
    const { encoding = 'hex' } = request;
    return encoding === 'opaque' ? keep(digest) : digest.toString(encoding);
  };
};

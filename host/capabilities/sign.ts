/** The capability `sign`: a signature with a private key that the plugin names and never sees. */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { compile } from '../../schemas/compile.ts';
import { SignRequest } from '../../schemas/message.ts';
import { CapabilityError, type CapabilityHandler } from '../sandbox/confined.ts';
import { type GrantedKeys, keyInvalid } from './granted-key.ts';
import { parseKeyed } from './hmac.ts';

type Algorithm = SignRequest['algorithm'];

const NEEDS: Record<Algorithm, string> = {
  RS256: 'RS256 takes a private RSA key of 2048 bits or more, in PEM.',
  ES256: 'ES256 takes a private key on the curve P-256, in PEM.',
  EdDSA: 'EdDSA takes a private Ed25519 key, in PEM.',
};

const fits = (key: KeyObject, algorithm: Algorithm): boolean => {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (algorithm === 'RS256') return type === 'rsa' && (details?.modulusLength ?? 0) >= 2048;
  return algorithm === 'ES256' ? type === 'ec' && details?.namedCurve === 'prime256v1' : type === 'ed25519';
};

/** Environment files often write the line breaks of a PEM as `\n`. Node's own errors would quote what they read. */
const readKey = (value: string): KeyObject | null => {
  try {
    return createPrivateKey(value.replaceAll('\\n', '\n'));
  } catch {
    return null;
  }
};

/** ECDSA in the form of JWS (RFC 7518 §3.4): r and s, 32 bytes each. On the thread pool: an RSA signature takes a millisecond. */
const signWith = (key: KeyObject, algorithm: Algorithm, data: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const done = (error: Error | null, signature: Buffer) => (error ? reject(error) : resolve(signature));
    if (algorithm === 'EdDSA') sign(null, data, key, done);
    else sign('sha256', data, algorithm === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' } : key, done);
  });

const check = compile(SignRequest);

/** Args: a `SignRequest`. Answer: the signature. One at a time, so that one plugin never fills the pool that the database works on. */
export const createSignCapability = (keys: GrantedKeys): CapabilityHandler => {
  const read = new Map<string, KeyObject | null>();
  let last: Promise<unknown> = Promise.resolve();

  const keyOf = ({ field: named, algorithm }: SignRequest): KeyObject => {
    const { field, value } = keys.find(named);
    if (!read.has(field)) read.set(field, readKey(value));
    const key = read.get(field);
    if (!key || !fits(key, algorithm)) throw keyInvalid(field, NEEDS[algorithm]);
    return key;
  };

  return async (args) => {
    const request = parseKeyed(check(args));
    const key = keyOf(request);
    const signed = last.then(() => signWith(key, request.algorithm, Buffer.from(request.data)));
    last = signed.catch(() => undefined);
    const signature = await signed.catch(() => {
      throw new CapabilityError('KEY_INVALID', `The key does not sign. ${NEEDS[request.algorithm]}`);
    });
    return signature.toString(request.encoding ?? 'base64url');
  };
};

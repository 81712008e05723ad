import { createPublicKey, verify } from 'node:crypto';

/** ASN.1 frame of an Ed25519 public key (RFC 8410 §4); the 32 bytes of the key follow. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

export const isSignedBy = (key: Buffer, signature: Buffer, message: Buffer): boolean => {
  if (key.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  try {
    return verify(null, message, createPublicKey({ key: Buffer.concat([SPKI_PREFIX, key]), format: 'der', type: 'spki' }), signature);
  } catch {
    // OpenSSL refuses some byte strings as points of the curve: no such key has signed anything.
    return false;
  }
};

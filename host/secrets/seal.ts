/**
 * Sealed values: `v1.<key_id>.<base64url of nonce, ciphertext, tag>`, AES-256-GCM. Table, row id and
 * column are the associated data, so that a value cannot be moved to another place unnoticed.
 */
import { createCipheriv, createDecipheriv, createHash, createSecretKey, type KeyObject, randomFillSync } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The place a value is sealed for. */
export interface Place {
  table: string;
  row: string;
  column: string;
}

export interface Seal {
  readonly key_id: string;
  seal(text: string, place: Place): string;
  /** Throws when the value was changed, belongs elsewhere, or was sealed with another key. */
  open(sealed: string, place: Place): string;
}

/** The first 8 hex digits of the key's SHA-256: names a key without telling anything of it. */
export const keyId = (key: Buffer): string => createHash('sha256').update('communicationos key id\0').update(key).digest('hex').slice(0, 8);

/** Nonces are random and drawn in pools: one system call per 340 values. */
const createNonces = (): (() => Buffer) => {
  const pool = Buffer.alloc(NONCE_BYTES * 340);
  let next = pool.length;
  return () => {
    if (next === pool.length) {
      randomFillSync(pool);
      next = 0;
    }
    next += NONCE_BYTES;
    return pool.subarray(next - NONCE_BYTES, next);
  };
};

const associated = (place: Place): Buffer => Buffer.from(`${place.table}\n${place.row}\n${place.column}`);

export const createSeal = (key: Buffer): Seal => {
  const key_id = keyId(key);
  const secret: KeyObject = createSecretKey(key);
  const nonce = createNonces();
  const prefix = `v1.${key_id}.`;
  return {
    key_id,
    seal(text, place) {
      const iv = nonce();
      const cipher = createCipheriv('aes-256-gcm', secret, iv).setAAD(associated(place));
      return prefix + Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
    },
    open(sealed, place) {
      if (!sealed.startsWith(prefix)) throw new Error(`the value in ${place.table}.${place.column} was sealed with another key`);
      const text = sealed.slice(prefix.length);
      const bytes = Buffer.from(text, 'base64url');
      const end = bytes.length - TAG_BYTES;
      // Node's decoder skips what it does not know, and GCM takes tags of 4 bytes unless told otherwise.
      if (end < NONCE_BYTES || bytes.toString('base64url') !== text)
        throw new Error(`the value in ${place.table}.${place.column} is damaged`);
      const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES }).setAAD(
        associated(place),
      );
      decipher.setAuthTag(bytes.subarray(end));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, end)), decipher.final()]).toString('utf8');
    },
  };
};

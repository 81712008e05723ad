/**
 * Sealed values: `v1.<key_id>.<base64url of nonce, ciphertext, tag>`, AES-256-GCM. Table, row id and
 * column are the associated data, so that a value cannot be moved to another place unnoticed.
 */
import { createCipheriv, createDecipheriv, createHash, randomFillSync } from 'node:crypto';

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

/** Nonces are random and drawn in pools, one for the whole process: one system call per 340 values. */
const pool = Buffer.alloc(NONCE_BYTES * 340);
let drawn = pool.length;
const nonce = (): Buffer => {
  if (drawn === pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  drawn += NONCE_BYTES;
  return pool.subarray(drawn - NONCE_BYTES, drawn);
};

const associated = (place: Place): Buffer => Buffer.from(`${place.table}\n${place.row}\n${place.column}`);

/** The name of the key that sealed a value. */
export const keyNamedBy = (sealed: string): string => sealed.split('.', 2)[1] ?? '?';

/** `key_id` names the key in what it seals; without one the name follows from the key. */
export const createSeal = (key: Buffer, key_id = keyId(key)): Seal => {
  const prefix = `v1.${key_id}.`;
  return {
    key_id,
    seal(text, place) {
      const iv = nonce();
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(associated(place));
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
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES }).setAAD(
        associated(place),
      );
      decipher.setAuthTag(bytes.subarray(end));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, end)), decipher.final()]).toString('utf8');
    },
  };
};

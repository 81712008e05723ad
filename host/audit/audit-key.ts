/**
 * The key that signs heads of the trail: Ed25519, made once, in `store/keys/audit.key` (PKCS 8, PEM, 0600).
 *
 * It is stored, not derived from the host key: rotating that one must not make every head signed before
 * worthless, and whoever is given it to open the content (`AGENTOS_MASTER_KEY` in some environment) cannot
 * sign with it. Its name is its public half, in every head: nothing else is needed to check one.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../errors.ts';
import { writeWholeFile } from '../lib/whole-file.ts';

const FILE = 'audit.key';

export interface AuditKey {
  /** The public half: 32 bytes, base64url. */
  name: string;
  /** The signature of a text, base64url. */
  sign(text: string): string;
}

const nameOf = (key: KeyObject): string => createPublicKey(key).export({ format: 'jwk' }).x as string;

const auditKey = (key: KeyObject): AuditKey => ({
  name: nameOf(key),
  sign: (text) => sign(null, Buffer.from(text), key).toString('base64url'),
});

/** Null when there is none. Throws `KEY_MISMATCH` when the file holds something else. */
export const readAuditKey = async (keys_dir: string): Promise<AuditKey | null> => {
  const file = path.join(keys_dir, FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === 'ed25519') return auditKey(key);
  } catch {
    // Said below, without a word of what the file holds.
  }
  throw new AppError(
    'KEY_MISMATCH',
    `The file ${file} does not hold an Ed25519 key.`,
    'Restore it from your backup; without one, move it away: a new key is made, and heads that the old one signed need its public half (agentos audit verify --key).',
  );
};

/** The key of this home, made when it has none. */
export const openAuditKey = async (keys_dir: string): Promise<{ key: AuditKey; made: boolean }> => {
  const known = await readAuditKey(keys_dir);
  if (known) return { key: known, made: false };
  await mkdir(keys_dir, { recursive: true, mode: 0o700 });
  await chmod(keys_dir, 0o700);
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeWholeFile(path.join(keys_dir, FILE), privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
  return { key: auditKey(privateKey), made: true };
};

/** Whether the key of that name signed this text. */
export const signedBy = (name: string, text: string, signature: string): boolean => {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: name }, format: 'jwk' });
    return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
};

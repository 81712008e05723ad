/** What a caller shows: 256 random bits. The host keeps the hash only. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export const newSecret = (): string => randomBytes(32).toString('base64url');

export const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * The entry whose hash is that of `text`. Every hash is compared, each in constant time, so that neither
 * time nor length tells anything.
 */
export const findByDigest = <Entry extends { digest: Buffer }>(entries: Iterable<Entry>, text: string): Entry | null => {
  const given = digestOf(text);
  let found: Entry | null = null;
  for (const entry of entries) if (timingSafeEqual(entry.digest, given)) found = entry;
  return found;
};

/** Keys of content as `keys.db` holds them: sealed with the host key, and with another one while that changes. */
import type { KeyStore, StoredKey } from '../db/key-store.ts';
import { AppError } from '../errors.ts';
import type { ContentKey } from './recent-keys.ts';
import { createSeal, keyNamedBy, type Seal } from './seal.ts';

const PAGE = 500;

const place = (key_id: string) => ({ table: 'keys', row: key_id, column: 'wrapped' });

export const keysMismatch = (detail: string): AppError =>
  new AppError(
    'KEY_MISMATCH',
    `The keys in store/keys/keys.db do not fit: ${detail}.`,
    'Restore store/keys from the newest backup of this home: without its keys the content cannot be read.',
  );

export interface WrappingDeps {
  store: KeyStore;
  host: Seal;
  /** The other key of a change that did not come to its end. */
  pending: Seal | null;
  now(): number;
}

export const createWrapping = ({ store, host, pending, now }: WrappingDeps) => {
  let wraps = host;
  const unwraps = new Map<string, Seal>([[host.key_id, host]]);
  if (pending) unwraps.set(pending.key_id, pending);

  const unwrap = ({ key_id, wrapped }: StoredKey): Buffer => {
    const by = unwraps.get(keyNamedBy(wrapped));
    if (!by) throw keysMismatch(`key ${keyNamedBy(wrapped)} wraps them, the key here is ${host.key_id}`);
    return Buffer.from(by.open(wrapped, place(key_id)), 'base64');
  };
  const sealed = (key: Buffer, key_id: string): string => wraps.seal(key.toString('base64'), place(key_id));

  return {
    wrap: (kind: StoredKey['kind'], { seal, key, subject }: ContentKey): StoredKey => ({
      key_id: seal.key_id,
      kind,
      subject,
      wrapped: sealed(key, seal.key_id),
      created_at: now(),
    }),
    /** Throws `KEY_MISMATCH` when a key wraps it that is not here. */
    unwrap(stored: StoredKey): ContentKey {
      const key = unwrap(stored);
      return { key, subject: stored.subject, seal: createSeal(key, stored.key_id) };
    },
    /** From now on this key wraps; what another one wraps can still be unwrapped. */
    use(seal: Seal): void {
      unwraps.set(seal.key_id, seal);
      wraps = seal;
    },
    /** Until nothing is left that another key wraps. Returns how many there were. */
    async anew(): Promise<number> {
      for (let count = 0; ; ) {
        const rows = await store.foreign(wraps.key_id, PAGE);
        if (rows.length === 0) return count;
        await store.rewrap(rows.map((row) => ({ key_id: row.key_id, wrapped: sealed(unwrap(row), row.key_id) })));
        count += rows.length;
      }
    },
  };
};

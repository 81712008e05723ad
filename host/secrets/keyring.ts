/**
 * Keys of people, conversations and days. One is made in memory when its first value is sealed and
 * written, wrapped by the host key, before the commit that uses it: a batch of new people costs one write
 * of `keys.db`, a message of a known person none. Opening is synchronous; whoever reads rows asks for
 * their keys first (`load`).
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { KeyStore, StoredKey, Tombstone } from '../db/key-store.ts';
import { type ContentKeys, type ContentOwner, keysNamedBy, type UniqueKey } from './content-keys.ts';
import { type ContentKey, createRecent } from './recent-keys.ts';
import { createSeal, keyNamedBy, type Seal } from './seal.ts';
import { createWrapping, keysMismatch } from './wrapping.ts';

const DAY_MS = 86_400_000;
/** A generation of it holds as many as there are people whose names are remembered (`people/`). */
const REMEMBERED = 100_000;

/** The digest under which a key is found; the platform's own ids do not stand in `keys.db`. */
const subjectOf = (kind: 'person' | 'conversation', channel_id: string, key: string): string =>
  createHash('sha256')
    .update(JSON.stringify([kind, channel_id, key]))
    .digest('base64url');

const nameOf = (kind: 'person' | 'conversation', channel_id: string, key: string): string => `${kind}\n${channel_id}\n${key}`;

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** A key for content is named at random: a digest of 32 bits, as the host key's, would repeat among many. */
const newKey = (subject: string): ContentKey => {
  const key = randomBytes(32);
  return { key, subject, seal: createSeal(key, randomBytes(9).toString('base64url')) };
};

export interface KeyringDeps {
  store: KeyStore;
  /** The key that wraps. */
  host: { seal: Seal; key: Buffer };
  /** The other key of a change of host keys that did not come to its end; what it wraps is wrapped anew. */
  pending: Seal | null;
  now(): number;
}

/**
 * Opens the keys of a home. `expected` names the store that the database was written with, null for a
 * database that knows none yet; `KEY_MISMATCH` when it is another one.
 */
export const openKeyring = async (deps: KeyringDeps, expected: string | null) => {
  const { store } = deps;
  let { host } = deps;
  const { wrap, unwrap, use, anew } = createWrapping({ ...deps, host: host.seal });
  const retired = new Map<string, Seal>();
  const bySubject = createRecent<ContentKey>(REMEMBERED);
  const byId = createRecent<ContentKey>(REMEMBERED);
  /** Made and not written yet; these are never forgotten. */
  const unwritten = new Map<string, { kind: StoredKey['kind']; made: ContentKey }>();
  /** Names of keys that are not in the store any more. */
  const gone = createRecent<true>(REMEMBERED);
  const erasedChannels = new Set<string>();

  const openHashKey = async (): Promise<ContentKey> => {
    const [stored] = await store.ofKind('hash');
    if (expected !== null && stored?.key_id !== expected)
      throw keysMismatch(stored ? 'they belong to another home' : 'the file is missing or empty');
    if (stored) return unwrap(stored);
    const made = newKey('hash');
    await store.add([wrap('hash', made)]);
    return made;
  };
  const hash = await openHashKey();
  for (const stored of await store.ofKind('host')) if (stored.key_id !== host.seal.key_id) retired.set(stored.key_id, unwrap(stored).seal);
  if (deps.pending) await anew();
  for (const { channel_id } of await store.tombstones()) erasedChannels.add(channel_id);

  const make = (kind: StoredKey['kind'], subject: string): ContentKey => {
    const made = newKey(subject);
    unwritten.set(made.seal.key_id, { kind, made });
    byId.set(made.seal.key_id, made);
    return made;
  };
  const openDay = async (): Promise<ContentKey> => {
    const stored = (await store.bySubject([dayOf(deps.now())])).at(-1);
    return stored ? unwrap(stored) : make('day', dayOf(deps.now()));
  };
  let day = await openDay();
  let day_ends = (Math.floor(deps.now() / DAY_MS) + 1) * DAY_MS;
  const beginDay = (): void => {
    day = make('day', dayOf(deps.now()));
    day_ends = (Math.floor(deps.now() / DAY_MS) + 1) * DAY_MS;
  };

  const keyOf = ({ channel_id, user_key, conversation_key }: ContentOwner): ContentKey => {
    const kind = user_key === null ? 'conversation' : 'person';
    const key = user_key ?? conversation_key;
    const name = nameOf(kind, channel_id, key);
    const found = bySubject.get(name);
    if (found) return found;
    const made = make(kind, subjectOf(kind, channel_id, key));
    bySubject.set(name, made);
    return made;
  };
  const find = (key_id: string): Seal | undefined =>
    key_id === host.seal.key_id ? host.seal : (byId.get(key_id)?.seal ?? unwritten.get(key_id)?.made.seal ?? retired.get(key_id));

  const erasedKey = (kind: UniqueKey, channel_id: string, key: string): string =>
    `erased.${createHmac('sha256', hash.key)
      .update(JSON.stringify([kind, channel_id, key]))
      .digest('base64url')
      .slice(0, 32)}`;

  /** Before a batch is written: the keys it uses are on the disk first. */
  const prepare = async (): Promise<void> => {
    if (deps.now() >= day_ends) beginDay();
    if (unwritten.size === 0) return;
    const rows = [...unwritten.values()].map(({ kind, made }) => wrap(kind, made));
    await store.add(rows);
    for (const { key_id } of rows) unwritten.delete(key_id);
  };

  const keys: ContentKeys = {
    sealFor: (owner, text, place) => keyOf(owner).seal.seal(text, place),
    sealEvent: (text, place) => day.seal.seal(text, place),
    sealOurs: (text, place) => host.seal.seal(text, place),
    open(sealed, place) {
      const key_id = keyNamedBy(sealed);
      const seal = find(key_id);
      if (seal) return seal.open(sealed, place);
      if (gone.has(key_id)) return null;
      throw new Error(`the key ${key_id} of ${place.table}.${place.column} was not loaded`);
    },
    async load(sealed) {
      const missing = [...keysNamedBy(sealed)].filter((key_id) => find(key_id) === undefined && !gone.has(key_id));
      if (missing.length === 0) return;
      for (const stored of await store.byId(missing)) byId.set(stored.key_id, unwrap(stored));
      for (const key_id of missing) if (!byId.has(key_id)) gone.set(key_id, true);
    },
    async expect(channel_id, user_key) {
      const name = nameOf('person', channel_id, user_key);
      if (bySubject.has(name)) return;
      const stored = (await store.bySubject([subjectOf('person', channel_id, user_key)])).at(-1);
      // Somebody may have made one while we looked.
      if (!stored || bySubject.has(name)) return;
      const found = byId.get(stored.key_id) ?? unwrap(stored);
      byId.set(stored.key_id, found);
      bySubject.set(name, found);
    },
    erasedKey: (kind, channel_id, key) => (erasedChannels.has(channel_id) ? erasedKey(kind, channel_id, key) : null),
  };

  const forgetKeys = (subjects: ReadonlySet<string>, key_ids: ReadonlySet<string>): void => {
    for (const { seal, subject } of byId.values()) {
      if (!subjects.has(subject) && !key_ids.has(seal.key_id)) continue;
      byId.delete(seal.key_id);
      gone.set(seal.key_id, true);
    }
  };

  return {
    keys,
    prepare,
    /** Names the store, for the database that is written with it. */
    store_id: hash.seal.key_id,
    host_key_id: () => host.seal.key_id,
    tombstones: () => store.tombstones(),
    userHash: (channel_id: string, user_key: string): string => erasedKey('user', channel_id, user_key),
    hashed: erasedKey,
    /** Destroys the keys of a person and of the conversations that nobody else was part of, for good. Returns how many. */
    async destroy(
      { channel_id, user_key, conversation_keys }: { channel_id: string; user_key: string; conversation_keys: readonly string[] },
      tombstone: Tombstone,
    ): Promise<number> {
      const named = [['person', user_key] as const, ...conversation_keys.map((key) => ['conversation', key] as const)];
      erasedChannels.add(channel_id);
      // What was made and not written would come back with the next batch.
      await prepare();
      for (const [kind, key] of named) bySubject.delete(nameOf(kind, channel_id, key));
      const subjects = new Set(named.map(([kind, key]) => subjectOf(kind, channel_id, key)));
      const count = await store.destroy({ subjects: [...subjects], tombstone });
      forgetKeys(subjects, new Set());
      return count;
    },
    finish: (person_id: string) => store.finish(person_id),
    /** A new key of the day from now on. Returns the names of the days' keys before it. */
    async changeDay(): Promise<string[]> {
      beginDay();
      await prepare();
      return (await store.ofKind('day')).map(({ key_id }) => key_id).filter((key_id) => key_id !== day.seal.key_id);
    },
    /** Keys of days that ended before a time, but the one in use. */
    async daysBefore(time: number): Promise<{ key_id: string; day: string }[]> {
      const days = (await store.ofKind('day')).map(({ key_id, subject }) => ({ key_id, day: subject }));
      return days.filter((each) => each.key_id !== day.seal.key_id && Date.parse(each.day) + DAY_MS <= time);
    },
    async destroyDays(key_ids: readonly string[]): Promise<void> {
      await store.destroy({ key_ids });
      forgetKeys(new Set(), new Set(key_ids));
    },
    copyTo: (file: string) => store.copyTo(file),
    /**
     * From now on `next` wraps; everything that the former key wrapped is wrapped anew, and the former key is
     * kept, wrapped too, for the values that it sealed. Values are sealed with `next` once `adopt` is called.
     */
    async rewrapWith(next: { seal: Seal; key: Buffer }): Promise<number> {
      use(next.seal);
      retired.set(host.seal.key_id, host.seal);
      await store.add([wrap('host', { key: host.key, subject: 'host', seal: host.seal })]);
      return anew();
    },
    adopt(next: { seal: Seal; key: Buffer }): void {
      host = next;
    },
    /** The change did not come about. */
    async goBack(): Promise<void> {
      use(host.seal);
      await anew();
    },
    close: () => store.close(),
  };
};

export type Keyring = Awaited<ReturnType<typeof openKeyring>>;

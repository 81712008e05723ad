/** What the ledger needs to seal and open content, whoever's key it is. */
import { keyNamedBy, type Place, type Seal } from './seal.ts';

/** Whose content it is. With a `user_key` the person's, without one the conversation's. */
export interface ContentOwner {
  channel_id: string;
  user_key: string | null;
  conversation_key: string;
}

export type UniqueKey = 'event' | 'message' | 'user';

export interface ContentKeys {
  sealFor(owner: ContentOwner, text: string, place: Place): string;
  /** Raw events, whose people are not known yet: under the key of the day. */
  sealEvent(text: string, place: Place): string;
  /** Configuration and what plugins keep: under the host key. */
  sealOurs(text: string, place: Place): string;
  /** null: the key was destroyed. Throws when the value was changed or belongs elsewhere, or `load` was not asked before. */
  open(sealed: string, place: Place): string | null;
  /** Before `open`: fetches the keys that these values name. */
  load(sealed: readonly (string | null)[]): Promise<void>;
  /** Fetches the key of a person who is about to write, so that no second one is made. */
  expect(channel_id: string, user_key: string): Promise<void>;
  /** How an erased row keeps this key; null while nobody of the channel was erased. */
  erasedKey(kind: UniqueKey, channel_id: string, key: string): string | null;
}

/** One key for everything, as it was before people had their own. */
export const oneKey = (seal: Seal): ContentKeys => ({
  sealFor: (_owner, text, place) => seal.seal(text, place),
  sealEvent: (text, place) => seal.seal(text, place),
  sealOurs: (text, place) => seal.seal(text, place),
  open: (sealed, place) => seal.open(sealed, place),
  load: async () => undefined,
  expect: async () => undefined,
  erasedKey: () => null,
});

/** The names of the keys that sealed these values, each once. */
export const keysNamedBy = (sealed: readonly (string | null)[]): Set<string> => {
  const names = new Set<string>();
  for (const value of sealed) if (value !== null) names.add(keyNamedBy(value));
  return names;
};

/** Gives each item an id that is the same at every fetch, and drops what a feed lists twice. */
import type { PluginCrypto } from '../../sdk/index.ts';
import type { Draft, Item } from './item.ts';

/** Position in the feed is no part of it: a new item in front would change all ids. */
const madeOf = ({ title, published_at, summary }: Draft): string => JSON.stringify([title, published_at, title === null ? summary : null]);

export const identify = async (drafts: readonly Draft[], crypto: PluginCrypto): Promise<Item[]> => {
  const items = new Map<string, Item>();
  for (const draft of drafts) {
    const { own_id, ...rest } = draft;
    const id = own_id ?? rest.url ?? `sha256:${await crypto.hash('sha256', madeOf(draft))}`;
    if (!items.has(id)) items.set(id, { id, ...rest });
  }
  return [...items.values()];
};

/** What was fetched before, so that an unchanged feed is not sent again. A cache: losing it costs a request. */
import { asList, asRecord, asText, type PluginContext } from '../../sdk/index.ts';
import type { Feed, Item } from './item.ts';

export type FeedFacts = Omit<Feed, 'items'>;

export interface Kept {
  etag: string | null;
  last_modified: string | null;
  /** After all redirects. */
  final_url: string;
  feed: FeedFacts;
  /** Without content; the first 100 of them. */
  items: Item[];
  /** The feed has no more. */
  complete: boolean;
}

const MOST_ITEMS = 100;

const isKept = (value: unknown): value is Kept => {
  const kept = asRecord(value);
  return kept !== undefined && Array.isArray(kept.items) && asRecord(kept.feed) !== undefined && asText(kept.final_url) !== undefined;
};

export const createKept = ({ storage, crypto, log }: PluginContext) => {
  const keyOf = async (url: string): Promise<string> => `feed:${await crypto.hash('sha256', url)}`;
  const forgetSome = async (): Promise<void> => {
    const { keys } = (await storage?.list({ prefix: 'feed:' })) ?? { keys: [] };
    for (const key of asList(keys)) await storage?.delete(String(key));
  };
  return {
    async find(url: string): Promise<Kept | null> {
      const value = await storage?.get(await keyOf(url));
      return isKept(value) ? value : null;
    },
    async keep(url: string, kept: Omit<Kept, 'complete'>): Promise<void> {
      const key = await keyOf(url);
      const value: Kept = {
        ...kept,
        complete: kept.items.length <= MOST_ITEMS,
        items: kept.items.slice(0, MOST_ITEMS).map((item) => ({ ...item, content: null })),
      };
      try {
        await storage?.set(key, value);
      } catch (error) {
        if ((error as { code?: string }).code !== 'STORAGE_FULL') throw error;
        log.info('the kept feeds are full; some are forgotten');
        await forgetSome();
        await storage?.set(key, value);
      }
    },
  };
};

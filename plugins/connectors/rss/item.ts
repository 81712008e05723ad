/** One item, whatever format its feed has. All of it is the feed's own word. */
export interface Enclosure {
  url: string;
  mime_type: string | null;
  size_bytes: number | null;
}

export interface Item {
  /** The feed's own id, else the address, else made of title and date: the same at every fetch. */
  id: string;
  title: string | null;
  url: string | null;
  /** ISO 8601, UTC. */
  published_at: string | null;
  updated_at: string | null;
  author: string | null;
  summary: string | null;
  content: string | null;
  categories: string[];
  enclosures: Enclosure[];
}

/** Before it has an id. */
export type Draft = Omit<Item, 'id'> & { own_id: string | null };

export interface Feed {
  format: 'rss' | 'rdf' | 'atom' | 'json';
  title: string | null;
  description: string | null;
  home_url: string | null;
  language: string | null;
  updated_at: string | null;
  items: Draft[];
  item_count: number;
}

export const LONGEST = { id: 1_000, title: 500, summary: 1_000, content: 20_000, category: 100 } as const;
export const MOST = { categories: 20, enclosures: 10 } as const;

/** An absolute http or https address. */
export const addressOf = (text: string | undefined, base: string): string | null => {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '' || trimmed.length > 4_096 || !URL.canParse(trimmed, base)) return null;
  const url = new URL(trimmed, base);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
};

export const sizeOf = (value: unknown): number | null => {
  const size = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(size) && Number(size) > 0 ? Number(size) : null;
};

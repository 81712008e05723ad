/** JSON Feed 1 and 1.1 (https://www.jsonfeed.org/version/1.1/). */
import { asList, asRecord, asText, asTimestamp, ConnectorError, parseJson } from '../../sdk/index.ts';
import { addressOf, type Draft, type Feed, LONGEST, MOST, sizeOf } from './item.ts';
import { wordsOf } from './words.ts';

const MOST_ITEMS = 10_000;

const authorOf = (value: Record<string, unknown>): string | null => {
  const named = [...asList(value.authors), value.author].flatMap((one) => asText(asRecord(one)?.name) ?? []);
  return asText(named.slice(0, 8).join(', '), LONGEST.title) ?? null;
};

const draftOf = (value: Record<string, unknown>, base: string, withContent: boolean): Draft => {
  const html = asText(value.content_html) ?? asText(value.content_text);
  const id = typeof value.id === 'number' ? String(value.id) : asText(value.id, LONGEST.id);
  return {
    own_id: id ?? null,
    title: asText(value.title, LONGEST.title) ?? null,
    url: addressOf(asText(value.url) ?? asText(value.external_url), base),
    published_at: asTimestamp(value.date_published) ?? null,
    updated_at: asTimestamp(value.date_modified) ?? null,
    author: authorOf(value),
    summary: asText(value.summary, LONGEST.summary) ?? wordsOf(html, LONGEST.summary) ?? null,
    content: withContent ? (wordsOf(html, LONGEST.content) ?? null) : null,
    categories: asList(value.tags)
      .flatMap((tag) => asText(tag, LONGEST.category) ?? [])
      .slice(0, MOST.categories),
    enclosures: asList(value.attachments)
      .slice(0, MOST.enclosures)
      .flatMap((one) => {
        const attachment = asRecord(one) ?? {};
        const url = addressOf(asText(attachment.url), base);
        const mime_type = asText(attachment.mime_type, 100) ?? null;
        return url === null ? [] : [{ url, mime_type, size_bytes: sizeOf(attachment.size_in_bytes) }];
      }),
  };
};

export const fromJson = async (text: string, base: string, withContent: boolean, pause: () => Promise<void>): Promise<Feed> => {
  const feed = asRecord(parseJson(text));
  if (feed === undefined || !String(feed.version).startsWith('https://jsonfeed.org/version/')) {
    throw new ConnectorError('The address is no feed: its JSON names no version of JSON Feed');
  }
  const entries = asList(feed.items);
  const items: Draft[] = [];
  for (const [index, one] of entries.slice(0, MOST_ITEMS).entries()) {
    const entry = asRecord(one);
    if (entry !== undefined) items.push(draftOf(entry, base, withContent));
    if (index % 500 === 499) await pause();
  }
  return {
    format: 'json',
    title: asText(feed.title, LONGEST.title) ?? null,
    description: asText(feed.description, LONGEST.summary) ?? null,
    home_url: addressOf(asText(feed.home_page_url), base),
    language: asText(feed.language, 35) ?? null,
    updated_at: null,
    items,
    item_count: entries.length,
  };
};

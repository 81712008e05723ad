/** RSS 0.9x, 1.0 and 2.0, and Atom, as one. */
import { asText, asTimestamp } from '../../sdk/index.ts';
import { addressOf, type Draft, type Enclosure, type Feed, LONGEST, MOST, sizeOf } from './item.ts';
import type { Field, XmlFeed } from './read-xml.ts';
import { wordsOf } from './words.ts';

const line = (text: string | undefined, max: number): string | null => asText(text?.replace(/\s+/g, ' ').trim(), max) ?? null;

const read = (fields: readonly Field[], base: string) => {
  const all = (...names: string[]) => fields.filter(({ name }) => names.includes(name));
  /** Of the first name that has one. */
  const text = (...names: string[]): string | undefined =>
    names.flatMap((name) => all(name).map((field) => field.text)).find((each) => each.trim() !== '');
  const time = (...names: string[]): string | null =>
    names.flatMap((name) => all(name).map((field) => asTimestamp(field.text))).find((each) => each !== undefined) ?? null;
  /** Atom's are attributes, and the one without `rel` is the page itself; RSS writes text. */
  const link = (): string | null => {
    const links = all('link');
    const alternate = links.find(({ attributes }) => attributes.href !== undefined && (attributes.rel ?? 'alternate') === 'alternate');
    const written = links.find(({ text: address }) => address.trim() !== '');
    return addressOf(written?.text ?? alternate?.attributes.href, base);
  };
  const author = (): string | null => {
    const [field] = all('author', 'dc:creator', 'creator', 'itunes:author');
    return field === undefined ? null : line(field.parts.name ?? field.text, LONGEST.title);
  };
  return { all, text, time, link, author };
};

const enclosures = (fields: readonly Field[], base: string): Enclosure[] =>
  fields
    .filter(
      ({ name, attributes }) => name === 'enclosure' || name === 'media:content' || (name === 'link' && attributes.rel === 'enclosure'),
    )
    .flatMap(({ attributes }) => {
      const url = addressOf(attributes.url ?? attributes.href, base);
      const size_bytes = sizeOf(attributes.length ?? attributes.fileSize);
      return url === null ? [] : [{ url, mime_type: asText(attributes.type, 100) ?? null, size_bytes }];
    })
    .slice(0, MOST.enclosures);

const draftOf = ({ attributes, fields }: XmlFeed['items'][number], base: string, withContent: boolean): Draft => {
  const { all, text, time, link, author } = read(fields, base);
  const [guid] = all('guid');
  const isLink = guid !== undefined && guid.attributes.isPermaLink !== 'false';
  const body = text('content:encoded', 'content');
  return {
    own_id: line(text('guid', 'id') ?? attributes['rdf:about'], LONGEST.id),
    title: wordsOf(text('title', 'dc:title', 'media:title'), LONGEST.title) ?? null,
    url: link() ?? (isLink ? addressOf(guid.text, base) : null) ?? addressOf(attributes['rdf:about'], base),
    published_at: time('pubDate', 'published', 'dc:date', 'issued', 'date'),
    updated_at: time('updated', 'modified', 'dcterms:modified'),
    author: author(),
    summary: wordsOf(text('description', 'summary', 'media:description') ?? body, LONGEST.summary) ?? null,
    content: withContent ? (wordsOf(body ?? text('description'), LONGEST.content) ?? null) : null,
    categories: all('category', 'dc:subject')
      .flatMap((field) => line(field.attributes.label ?? field.attributes.term ?? field.text, LONGEST.category) ?? [])
      .slice(0, MOST.categories),
    enclosures: enclosures(fields, base),
  };
};

export const fromXml = async (feed: XmlFeed, base: string, withContent: boolean, pause: () => Promise<void>): Promise<Feed> => {
  const { text, time, link } = read(feed.fields, base);
  const items: Draft[] = [];
  for (const [index, item] of feed.items.entries()) {
    items.push(draftOf(item, base, withContent));
    if (index % 500 === 499) await pause();
  }
  return {
    format: feed.kind,
    title: wordsOf(text('title'), LONGEST.title) ?? null,
    description: wordsOf(text('description', 'subtitle', 'tagline'), LONGEST.summary) ?? null,
    home_url: link(),
    language: line(text('language', 'dc:language'), 35),
    updated_at: time('updated', 'lastBuildDate', 'pubDate', 'dc:date', 'modified'),
    items,
    item_count: feed.item_count,
  };
};

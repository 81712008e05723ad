/** What a page says of itself: `title`, `meta` and `time` elements, and JSON-LD. All of it is the page's own word. */
import { asList, asRecord, asText, asTimestamp, parseJson } from '../../sdk/index.ts';
import { resolveUrl } from './resolve-url.ts';

export interface Meta {
  title: string | null;
  description: string | null;
  author: string | null;
  site_name: string | null;
  /** BCP 47, as written. */
  language: string | null;
  /** ISO 8601, UTC. */
  published_at: string | null;
  modified_at: string | null;
}

const LONGEST = 1_000;
const LONGEST_DATA = 262_144;

const TITLES = ['og:title', 'twitter:title', 'dc.title'];
const DESCRIPTIONS = ['description', 'og:description', 'twitter:description', 'dc.description'];
const AUTHORS = ['author', 'article:author', 'dc.creator', 'parsely-author', 'twitter:creator'];
const SITES = ['og:site_name', 'application-name'];
const PUBLISHED = ['article:published_time', 'datepublished', 'date', 'dc.date', 'dc.date.issued', 'pubdate', 'parsely-pub-date'];
const MODIFIED = ['article:modified_time', 'og:updated_time', 'datemodified', 'last-modified', 'dc.date.modified'];

const oneLine = (text: string | undefined): string | null => asText(text?.replace(/\s+/g, ' ').trim(), LONGEST) ?? null;
const isAddress = (text: string): boolean => /^https?:\/\//i.test(text);

interface LinkedData {
  title?: string | undefined;
  author?: string | undefined;
  published?: string | undefined;
  modified?: string | undefined;
}

const nameOf = (value: unknown): string | undefined => {
  const names = (Array.isArray(value) ? value.slice(0, 8) : [value]).flatMap((one) => asText(one) ?? asText(asRecord(one)?.name) ?? []);
  return names.length === 0 ? undefined : names.join(', ');
};

/** Of the first thing that was published; a page lists its crumbs and its publisher beside it. */
const readLinkedData = (text: string): LinkedData => {
  const parsed = parseJson(text);
  const found = (Array.isArray(parsed) ? parsed : [parsed, ...asList(asRecord(parsed)?.['@graph'])]).slice(0, 50).map(asRecord);
  const thing = found.find((one) => one?.datePublished !== undefined || one?.headline !== undefined);
  if (thing === undefined) return {};
  return {
    title: asText(thing.headline),
    author: nameOf(thing.author),
    published: asText(thing.datePublished),
    modified: asText(thing.dateModified),
  };
};

/** What is being read as text: the title, or a block of linked data. */
type Reading = 'title' | 'data' | null;

export const createMeta = (pageUrl: string) => {
  const named = new Map<string, string>();
  let linked: LinkedData = {};
  let base = pageUrl;
  let language: string | undefined;
  let time: string | undefined;
  let title: string | null = null;
  let reading: Reading = null;
  let text = '';

  const begin = (what: Reading) => {
    reading = what;
    text = '';
  };
  const end = () => {
    if (reading === 'title') title ??= text;
    if (reading === 'data') linked = { ...readLinkedData(text), ...linked };
    reading = null;
  };
  const first = (names: readonly string[], fits: (value: string) => boolean = () => true): string | undefined =>
    names.map((name) => named.get(name)).find((value) => value !== undefined && value.trim() !== '' && fits(value));
  const firstTime = (...texts: readonly (string | undefined)[]): string | null =>
    texts.map((each) => asTimestamp(each)).find((each) => each !== undefined) ?? null;

  return {
    base: () => base,
    open(name: string, attributes: ReadonlyMap<string, string>) {
      if (name === 'html') language ??= attributes.get('lang') ?? attributes.get('xml:lang');
      if (name === 'base') base = resolveUrl(attributes.get('href') ?? '', pageUrl) ?? base;
      if (name === 'time') time ??= attributes.get('datetime');
      if (name === 'title') begin('title');
      if (name === 'script' && attributes.get('type')?.toLowerCase().trim() === 'application/ld+json') begin('data');
      if (name !== 'meta') return;
      const key = (attributes.get('property') ?? attributes.get('name') ?? attributes.get('itemprop') ?? '').toLowerCase();
      const content = attributes.get('content');
      if (key !== '' && content !== undefined && !named.has(key) && named.size < 200) named.set(key, content);
    },
    close(name: string) {
      if (name === 'title' || name === 'script') end();
    },
    text(part: string) {
      if (reading !== null && text.length < LONGEST_DATA) text += part;
    },
    read(): Meta {
      return {
        title: oneLine(first(TITLES) ?? linked.title ?? title ?? undefined),
        description: oneLine(first(DESCRIPTIONS)),
        author: oneLine(first(AUTHORS, (value) => !isAddress(value)) ?? linked.author),
        site_name: oneLine(first(SITES)),
        language: asText(language?.trim(), 35) ?? asText(first(['og:locale'])?.replace('_', '-'), 35) ?? null,
        published_at: firstTime(first(PUBLISHED), linked.published, time),
        modified_at: firstTime(first(MODIFIED), linked.modified),
      };
    },
  };
};

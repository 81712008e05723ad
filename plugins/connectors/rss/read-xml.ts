/**
 * An XML feed taken apart into the fields of the feed and of each item, in one pass and in steps, between which the event loop
 * turns. There is no document type: what one declares is never expanded, so `&name;` of its entities stays these letters.
 */
import { Parser } from 'htmlparser2';
import { ConnectorError } from '../../sdk/index.ts';

export interface Field {
  /** As written: `dc:creator`. */
  name: string;
  attributes: Readonly<Record<string, string>>;
  /** Of the field and everything in it. */
  text: string;
  /** The first of each element directly in it, as an Atom author's `name`. */
  parts: Readonly<Record<string, string>>;
}

export interface XmlFeed {
  kind: 'rss' | 'rdf' | 'atom';
  fields: Field[];
  items: { attributes: Readonly<Record<string, string>>; fields: Field[] }[];
  /** Also of those beyond the first 10,000, which are not kept. */
  item_count: number;
}

const STEP = 131_072;
const MOST_ITEMS = 10_000;
const MOST_FIELDS = 64;
const LONGEST_FIELD = 65_536;
/** A parser's time for a tag grows with the tags that stand open. */
const DEEPEST = 200;
const ROOTS: Readonly<Record<string, XmlFeed['kind']>> = { rss: 'rss', 'rdf:RDF': 'rdf', RDF: 'rdf', feed: 'atom', 'atom:feed': 'atom' };
const ITEMS: ReadonlySet<string> = new Set(['item', 'entry', 'atom:entry']);
/** They hold the feed or its items, and are no fields. */
const FRAMES: ReadonlySet<string> = new Set(['rss', 'rdf:RDF', 'RDF', 'feed', 'atom:feed', 'channel', 'items']);

const plain = (name: string): string => name.replace(/^(?:atom|rss):/, '');

interface Open {
  field: { name: string; attributes: Record<string, string>; text: string; parts: Record<string, string> };
  depth: number;
}

export const readXml = async (text: string, pause: () => Promise<void>): Promise<XmlFeed> => {
  const feed: XmlFeed = { kind: 'rss', fields: [], items: [], item_count: 0 };
  let root: string | null = null;
  let depth = 0;
  let item: { depth: number; fields: Field[] } | null = null;
  let open: Open | null = null;
  let part: string | null = null;

  const openItem = (attributes: Record<string, string>) => {
    const kept = { attributes, fields: [] as Field[] };
    feed.item_count++;
    if (feed.items.length < MOST_ITEMS) feed.items.push(kept);
    item = { depth, fields: kept.fields };
  };
  const onOpen = (name: string, attributes: Record<string, string>) => {
    depth++;
    if (depth > DEEPEST) throw new ConnectorError('The feed nests deeper than any feed does');
    if (root === null) {
      root = name;
      if (!Object.hasOwn(ROOTS, name)) throw new ConnectorError(`The address is no feed: its document is <${name.slice(0, 40)}>`);
      feed.kind = ROOTS[name] as XmlFeed['kind'];
    }
    if (open !== null) {
      part = open.depth + 1 === depth ? plain(name) : part;
      return;
    }
    if (item === null && ITEMS.has(name)) openItem(attributes);
    else if (!FRAMES.has(name)) open = { field: { name: plain(name), attributes, text: '', parts: Object.create(null) }, depth };
  };
  const onText = (more: string) => {
    if (open === null || open.field.text.length >= LONGEST_FIELD) return;
    open.field.text += more.slice(0, LONGEST_FIELD);
    if (part !== null) open.field.parts[part] = (open.field.parts[part] ?? '') + more.slice(0, LONGEST_FIELD);
  };
  const onClose = () => {
    if (open?.depth === depth) {
      const fields = item?.fields ?? feed.fields;
      if (fields.length < MOST_FIELDS) fields.push(open.field);
      open = null;
    }
    if (open !== null && open.depth + 1 === depth) part = null;
    if (item?.depth === depth) item = null;
    depth--;
  };

  const parser = new Parser({ onopentag: onOpen, ontext: onText, onclosetag: onClose }, { xmlMode: true, decodeEntities: true });
  for (let from = 0; from < text.length; from += STEP) {
    parser.write(text.slice(from, from + STEP));
    await pause();
  }
  parser.end();
  if (root === null) throw new ConnectorError('The address is no feed: its document has no element');
  return feed;
};

/** One pass over a page: what it says of itself, where it leads, its words, and its markup made harmless for the article reader. */
import { createHarmless, type Harmless } from './harmless.ts';
import { createMeta, type Meta } from './meta.ts';
import { resolveUrl } from './resolve-url.ts';
import { readTags } from './tags.ts';
import { createLines, isBlock } from './text.ts';

export interface Link {
  url: string;
  text: string;
}

export interface Image {
  url: string;
  alt: string;
}

export interface Page {
  meta: Meta;
  /** In the order of the page, each address once. */
  links: Link[];
  images: Image[];
  /** All words outside of scripts and styles. */
  text: string;
  /** For the article reader; null when the page is too large for it. */
  markup: string | null;
}

const MOST_LINKS = 500;
const MOST_IMAGES = 100;
/** Reading an address costs more than reading its tag. */
const MOST_ADDRESSES = 4_000;
const LONGEST_LABEL = 200;
/** Read past, with all that is in them. */
const SILENT: ReadonlySet<string> = new Set([
  'script',
  'style',
  'noscript',
  'template',
  'svg',
  'math',
  'iframe',
  'object',
  'head',
  'title',
]);

const createPlaces = (base: () => string) => {
  const links = new Map<string, Link>();
  const images = new Map<string, Image>();
  let open: Link | null = null;
  let read = 0;
  return {
    links: () => [...links.values()].map(({ url, text }) => ({ url, text: text.replace(/\s+/g, ' ').trim() })),
    images: () => [...images.values()],
    open(name: string, attributes: ReadonlyMap<string, string>) {
      const address =
        name === 'a' ? attributes.get('href') : name === 'img' ? (attributes.get('src') ?? attributes.get('data-src')) : undefined;
      if (name === 'a') open = null;
      const full = name === 'a' ? links.size >= MOST_LINKS : images.size >= MOST_IMAGES;
      if (address === undefined || full || read >= MOST_ADDRESSES) return;
      read++;
      const url = resolveUrl(address.trim(), base());
      if (url === undefined) return;
      if (name === 'img') images.set(url, images.get(url) ?? { url, alt: (attributes.get('alt') ?? '').trim().slice(0, LONGEST_LABEL) });
      else {
        open = links.get(url) ?? { url, text: '' };
        links.set(url, open);
      }
    },
    text(text: string) {
      if (open !== null && open.text.length < LONGEST_LABEL) open.text += text.slice(0, LONGEST_LABEL);
    },
    close(name: string) {
      if (name === 'a') open = null;
    },
  };
};

/** Depth of what is silent; a closing tag without its opening one is none. */
const createSilence = () => {
  let name: string | null = null;
  let depth = 0;
  return {
    open(tag: string) {
      if (name === null && SILENT.has(tag)) name = tag;
      if (name === tag) depth++;
      // The words of a page begin with its body, whether or not somebody closed the head.
      if (tag === 'body' && name === 'head') {
        name = null;
        depth = 0;
      }
    },
    close(tag: string) {
      if (name !== tag) return;
      depth--;
      if (depth === 0) name = null;
    },
    is: () => name !== null,
  };
};

export interface PageOptions {
  /** Where the page was found. */
  url: string;
  /** Words are kept up to here. */
  max_text: number;
  pause(): Promise<void>;
}

export const readPage = async (html: string, { url, max_text, pause }: PageOptions): Promise<Page> => {
  const meta = createMeta(url);
  const places = createPlaces(meta.base);
  const words = createLines(max_text);
  const silence = createSilence();
  const harmless: Harmless = createHarmless();
  await readTags(
    html,
    {
      open(name, attributes) {
        meta.open(name, attributes);
        silence.open(name);
        if (silence.is()) return;
        places.open(name, attributes);
        harmless.open(name, attributes);
        if (isBlock(name)) words.end();
      },
      close(name) {
        meta.close(name);
        if (silence.is()) return silence.close(name);
        places.close(name);
        harmless.close(name);
        if (isBlock(name)) words.end();
      },
      text(text) {
        meta.text(text);
        if (silence.is()) return;
        places.text(text);
        harmless.text(text);
        words.word(text);
      },
    },
    pause,
  );
  return { meta: meta.read(), links: places.links(), images: places.images(), text: words.text(), markup: harmless.markup() };
};

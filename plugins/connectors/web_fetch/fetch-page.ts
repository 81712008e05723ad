/** The operation `fetch`: a page as text, with what it says of itself and where it leads. */
import { asText, ConnectorError, integerParam, type OperationParams, type PluginContext, urlParam } from '../../sdk/index.ts';
import { readArticle } from './article.ts';
import { createGet, type Fetched } from './get.ts';
import type { Meta } from './meta.ts';
import { type Image, type Link, readPage } from './page.ts';

export interface FetchedPage extends Fetched, Meta {
  charset: string;
  text: string;
  /** There was more than `max_chars`. */
  text_truncated: boolean;
  /** How the text was found: the article alone, all words of a page, or the body as it came. */
  extraction: 'article' | 'page' | 'plain';
  links: Link[];
  images: Image[];
}

const MAX_BYTES = 5_242_880;
const CHARS = { least: 1, most: 1_000_000, otherwise: 50_000 } as const;
const NOTHING: Meta = {
  title: null,
  description: null,
  author: null,
  site_name: null,
  language: null,
  published_at: null,
  modified_at: null,
};

const isHtml = (type: string | null, body: string): boolean =>
  type === 'text/html' || type === 'application/xhtml+xml' || (type === null && /^\s*<(?:!doctype html|html|head|body)/i.test(body));
const isText = (type: string | null): boolean =>
  type === null || /^text\/|[/+](?:json|xml|yaml|x-yaml|javascript|x-ndjson|toml|x-www-form-urlencoded)$/.test(type);

export const createFetchPage = (context: PluginContext) => {
  const get = createGet(context);
  const { timers } = context;
  const pause = (): Promise<void> => new Promise((resolve) => (timers === undefined ? resolve() : void timers.setTimeout(resolve, 0)));

  const readHtml = async (html: string, url: string, max_text: number) => {
    const { meta, links, images, text, markup } = await readPage(html, { url, max_text, pause });
    await pause();
    const article = markup === null ? undefined : readArticle(markup, max_text);
    return {
      ...meta,
      title: meta.title ?? article?.title ?? null,
      author: meta.author ?? article?.byline ?? null,
      text: article?.text ?? text,
      extraction: article === undefined ? ('page' as const) : ('article' as const),
      links,
      images,
    };
  };

  return async (params: OperationParams): Promise<FetchedPage> => {
    const url = urlParam(params, 'url');
    const max_chars = integerParam(params, 'max_chars', CHARS);
    const { fetched, response } = await get(url, { max_bytes: MAX_BYTES });
    const { content_type, final_url } = fetched;
    if (!isText(content_type) && !isHtml(content_type, response.body)) {
      throw new ConnectorError(`The page is ${content_type} and has no text; use the operation download`);
    }
    // One more than asked for tells whether there was more.
    const read = isHtml(content_type, response.body)
      ? await readHtml(response.body, final_url, max_chars + 1)
      : { ...NOTHING, text: response.body, extraction: 'plain' as const, links: [], images: [] };
    const text = asText(read.text, max_chars) ?? '';
    return { ...fetched, charset: response.charset ?? 'utf-8', ...read, text, text_truncated: read.text.length > max_chars };
  };
};

/** The article of a page: what is left when navigation, sidebars and footers are gone. */
import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom/worker';
import { createLines, isBlock } from './text.ts';

export interface Article {
  text: string;
  title: string | null;
  byline: string | null;
}

/** Fewer characters than this are no article: Readability's own measure. */
const LEAST = 500;

type Node = { nodeType: number; localName?: string; nodeValue?: string | null; childNodes: Iterable<Node> };

const collect = (node: Node, lines: ReturnType<typeof createLines>): void => {
  if (node.nodeType === 3) {
    lines.word(node.nodeValue ?? '');
    return;
  }
  const block = node.localName !== undefined && isBlock(node.localName);
  if (block) lines.end();
  for (const child of node.childNodes) collect(child, lines);
  if (block) lines.end();
};

/** Undefined for a page that is none, such as a list of links. `markup` is of bounded depth and size. */
export const readArticle = (markup: string, max_text: number): Article | undefined => {
  const { document } = parseHTML(`<!doctype html><html><head></head><body>${markup}</body></html>`);
  const found = new Readability<Node>(document as unknown as Document, {
    charThreshold: LEAST,
    nbTopCandidates: 3,
    disableJSONLD: true,
    serializer: (node) => node as unknown as Node,
  }).parse();
  if (!found?.content) return undefined;
  const lines = createLines(max_text);
  collect(found.content, lines);
  const text = lines.text();
  return text.length < Math.min(LEAST, max_text) ? undefined : { text, title: found.title || null, byline: found.byline?.trim() || null };
};

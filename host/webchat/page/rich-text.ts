/** A message's text in the parts that are shown differently: code blocks, links, and the plain rest. Pure. */
export type Piece = { kind: 'text'; text: string } | { kind: 'link'; text: string; href: string };
export type Block = { kind: 'code'; text: string } | { kind: 'text'; pieces: Piece[] };

const FENCE = /^ {0,3}```[^`]*$/;
/** Stops at quotes, angle brackets and characters that turn the direction of text: a link must read as what it is. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"`\u200e\u200f\u202a-\u202e\u2066-\u2069]+/giu;
const SENTENCE_END = /[.,;:!?'*_~]$/;
const CLOSERS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
const LONGEST_ADDRESS = 2048;

const count = (text: string, character: string): number => text.split(character).length - 1;

/** A full stop after an address, or the bracket around it, belongs to the sentence. */
const withoutSentenceEnd = (address: string): string => {
  let end = address;
  for (;;) {
    const last = end.at(-1) ?? '';
    const opener = CLOSERS[last];
    const unopened = opener !== undefined && count(end, last) > count(end, opener);
    if (!unopened && !SENTENCE_END.test(end)) return end;
    end = end.slice(0, -1);
  }
};

/** Null when it is no address to follow. One with a user name hides its host behind another. */
const hrefOf = (address: string): string | null => {
  if (!URL.canParse(address)) return null;
  const { protocol, username, password, href } = new URL(address);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '' ? href : null;
};

export const parsePieces = (text: string): Piece[] => {
  const pieces: Piece[] = [];
  let done = 0;
  const addText = (until: number) => {
    if (until > done) pieces.push({ kind: 'text', text: text.slice(done, until) });
  };
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    if (found.length > LONGEST_ADDRESS) continue;
    const address = withoutSentenceEnd(found);
    const href = hrefOf(address);
    if (href === null) continue;
    addText(index);
    pieces.push({ kind: 'link', text: address, href });
    done = index + address.length;
  }
  addText(text.length);
  return pieces;
};

/** A fence that is never closed runs to the end, as in Markdown. */
export const parseBlocks = (text: string): Block[] => {
  const blocks: Block[] = [];
  let lines: string[] = [];
  let inCode = false;
  const flush = () => {
    const content = lines.join('\n');
    lines = [];
    if (inCode) blocks.push({ kind: 'code', text: content });
    else if (content.trim() !== '') blocks.push({ kind: 'text', pieces: parsePieces(content.replace(/^\n+|\n+$/g, '')) });
  };
  for (const line of text.replaceAll('\r\n', '\n').split('\n')) {
    if (!FENCE.test(line)) {
      lines.push(line);
      continue;
    }
    flush();
    inCode = !inCode;
  }
  if (!inCode || lines.length > 0) flush();
  return blocks;
};

/**
 * Markdown that somebody else wrote, as a tree of what the page may show. HTML, pictures and links to anywhere but
 * the web stay the text that they are. Pure.
 */
import { Lexer, type Token, Tokenizer, type Tokens } from 'marked';
import { inLines, onOneLine } from '../../../lib/unseen.ts';

export type Inline =
  | { kind: 'text' | 'code'; text: string }
  | { kind: 'strong' | 'em' | 'del'; inlines: Inline[] }
  | { kind: 'link'; href: string; inlines: Inline[] }
  | { kind: 'break' };

export type Block =
  | { kind: 'heading'; level: number; inlines: Inline[] }
  /** `line` is a paragraph in a list whose items stand close together. */
  | { kind: 'paragraph' | 'line'; inlines: Inline[] }
  /** `plain`: as it was written. */
  | { kind: 'code' | 'plain'; text: string }
  | { kind: 'quote'; blocks: Block[] }
  | { kind: 'list'; start: number | null; items: Block[][] }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] }
  | { kind: 'rule' };

/** What is longer or nested deeper is shown as it was written: the time that Markdown takes grows with the square of it. */
export const LONGEST_MARKDOWN = 32_768;
export const LONGEST_PARAGRAPH = 4096;
const DEEPEST = 12;
const MOST_COLUMNS = 16;
const LONGEST_ADDRESS = 2048;
/** `h1` and `h2` are the page's own. */
const FIRST_LEVEL = 3;
const LAST_LEVEL = 6;

/** Each row of a table gets as many cells as its head has. */
class NarrowTables extends Tokenizer {
  override table(source: string): Tokens.Table | undefined {
    const [head = ''] = source.split('\n', 1);
    return head.split('|').length > MOST_COLUMNS + 2 ? undefined : super.table(source);
  }
}

class PatientLexer extends Lexer {
  override inlineTokens(source: string, tokens: Token[] = []): Token[] {
    if (source.length <= LONGEST_PARAGRAPH) return super.inlineTokens(source, tokens);
    tokens.push({ type: 'text', raw: source, text: source, escaped: false });
    return tokens;
  }
}

const text = (value: string): Inline => ({ kind: 'text', text: onOneLine(value) });

/** Null when it is no address of the web. One with a user name hides its host behind another. */
export const webAddress = (address: string): string | null => {
  if (address.length > LONGEST_ADDRESS || !/^https?:\/\//i.test(address) || !URL.canParse(address)) return null;
  const { protocol, username, password, href } = new URL(address);
  return /^https?:$/.test(protocol) && username === '' && password === '' ? href : null;
};

const inlineOf = (token: Token, depth: number): Inline => {
  if (depth > DEEPEST) return text(token.raw);
  switch (token.type) {
    case 'strong':
    case 'em':
    case 'del':
      return { kind: token.type, inlines: inlinesOf(token.tokens, depth) };
    case 'codespan':
      return { kind: 'code', text: onOneLine(token.text) };
    case 'br':
      return { kind: 'break' };
    case 'escape':
    case 'text':
      return text(token.text);
    case 'link': {
      const href = webAddress(token.href);
      return href === null ? text(token.raw) : { kind: 'link', href, inlines: inlinesOf(token.tokens, depth) };
    }
    default:
      return text(token.raw);
  }
};

const inlinesOf = (tokens: readonly Token[] | undefined, depth: number): Inline[] =>
  (tokens ?? []).map((token) => inlineOf(token, depth + 1));

const plain = (raw: string): Block => ({ kind: 'plain', text: inLines(raw).trim() });

/** Reads blocks in the order in which they stand: a heading is at most one level below the one before it. */
const createReader = () => {
  let level = FIRST_LEVEL - 1;

  const headingOf = ({ depth, tokens }: Tokens.Heading): Block => {
    level = Math.min(depth + FIRST_LEVEL - 1, level + 1, LAST_LEVEL);
    return { kind: 'heading', level, inlines: inlinesOf(tokens, 0) };
  };

  const blockOf = (token: Token, depth: number): Block[] => {
    if (depth > DEEPEST) return [plain(token.raw)];
    switch (token.type) {
      case 'space':
      case 'def':
        return [];
      case 'heading':
        return [headingOf(token as Tokens.Heading)];
      case 'paragraph':
        return [{ kind: 'paragraph', inlines: inlinesOf(token.tokens, depth) }];
      case 'text':
        return [{ kind: 'line', inlines: token.tokens === undefined ? [text(token.raw)] : inlinesOf(token.tokens, depth) }];
      case 'code':
        return [{ kind: 'code', text: inLines(token.text) }];
      case 'blockquote':
        return [{ kind: 'quote', blocks: blocksOf(token.tokens ?? [], depth) }];
      case 'list': {
        const { ordered, start, items } = token as Tokens.List;
        return [{ kind: 'list', start: ordered ? Number(start) || 0 : null, items: items.map((item) => blocksOf(item.tokens, depth)) }];
      }
      case 'table': {
        const { header, rows } = token as Tokens.Table;
        const cells = (row: readonly Tokens.TableCell[]) => row.map(({ tokens }) => inlinesOf(tokens, depth));
        return [{ kind: 'table', head: cells(header), rows: rows.map(cells) }];
      }
      case 'hr':
        return [{ kind: 'rule' }];
      default:
        return [plain(token.raw)];
    }
  };

  const blocksOf = (tokens: readonly Token[], depth: number): Block[] => tokens.flatMap((token) => blockOf(token, depth + 1));
  return blocksOf;
};

export const readMarkdown = (source: string): Block[] => {
  if (source.length > LONGEST_MARKDOWN) return [plain(source)];
  try {
    return createReader()(new PatientLexer({ gfm: true, tokenizer: new NarrowTables() }).lex(source), 0);
  } catch {
    // Nested deeper than there is room for.
    return [plain(source)];
  }
};

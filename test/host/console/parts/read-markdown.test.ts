import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Block,
  type Inline,
  LONGEST_MARKDOWN,
  LONGEST_PARAGRAPH,
  readMarkdown,
  webAddress,
} from '../../../../host/console/page/parts/read-markdown.ts';

type Node = Block | Inline;

const below = (node: Node): Node[] => {
  const lists = Object.values(node).filter(Array.isArray).flat(3) as Node[];
  return [node, ...lists.flatMap(below)];
};
const nodesOf = (source: string): Node[] => readMarkdown(source).flatMap(below);
const linksOf = (source: string): string[] => nodesOf(source).flatMap((node) => (node.kind === 'link' ? [node.href] : []));
const textOf = (source: string): string =>
  nodesOf(source)
    .flatMap((node) => ('text' in node ? [node.text] : []))
    .join('');
const text = (words: string): Inline => ({ kind: 'text', text: words });

describe('a guide', () => {
  it('becomes headings below those of the page, none deeper than one below the one before', () => {
    const levels = nodesOf('# A\n\n### B\n\n## C\n\n###### D').flatMap((node) => (node.kind === 'heading' ? [node.level] : []));
    expect(levels).toEqual([3, 4, 4, 5]);
    expect(readMarkdown('###### Deep')).toEqual([{ kind: 'heading', level: 3, inlines: [text('Deep')] }]);
  });

  it('becomes paragraphs with emphasis, code, breaks and links', () => {
    expect(readMarkdown('Be **very *sure***, ~~no~~ `<b>`  \nhere: [there](https://example.com/a)')).toEqual([
      {
        kind: 'paragraph',
        inlines: [
          text('Be '),
          { kind: 'strong', inlines: [text('very '), { kind: 'em', inlines: [text('sure')] }] },
          text(', '),
          { kind: 'del', inlines: [text('no')] },
          text(' '),
          { kind: 'code', text: '<b>' },
          { kind: 'break' },
          text('here: '),
          { kind: 'link', href: 'https://example.com/a', inlines: [text('there')] },
        ],
      },
    ]);
  });

  it('becomes lists, with their numbers and with lists in them', () => {
    expect(readMarkdown('3. one\n4. two\n   - in it')).toEqual([
      {
        kind: 'list',
        start: 3,
        items: [
          [{ kind: 'line', inlines: [text('one')] }],
          [
            { kind: 'line', inlines: [text('two')] },
            { kind: 'list', start: null, items: [[{ kind: 'line', inlines: [text('in it')] }]] },
          ],
        ],
      },
    ]);
  });

  it('becomes code, quotes, rules and tables', () => {
    expect(readMarkdown('```js\nlet a;\n```\n\n> said\n\n---\n\n| a | |\n| - | - |\n| 1 | `2` |')).toEqual([
      { kind: 'code', text: 'let a;' },
      { kind: 'quote', blocks: [{ kind: 'paragraph', inlines: [text('said')] }] },
      { kind: 'rule' },
      { kind: 'table', head: [[text('a')], []], rows: [[[text('1')], [{ kind: 'code', text: '2' }]]] },
    ]);
  });
});

describe('what is hostile in it', () => {
  it.each([
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](java\tscript:alert(1))',
    '[x]( javascript:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](data:text/html,<script>alert(1)</script>)',
    '[x](vbscript:x)',
    '[x](file:///etc/passwd)',
    '[x](//evil.example/)',
    '[x](/api/logout)',
    '[x](#/settings)',
    '[x](https://bank.example@evil.example/)',
    '[x]: javascript:alert(1)\n\n[x]',
    '<javascript:alert(1)>',
    '<a href="https://evil.example">x</a>',
    '![x](https://evil.example/x.png)',
    'somebody@example.com',
    `[x](https://example.com/${'a'.repeat(3000)})`,
  ])('%s is no link', (source) => expect(linksOf(source)).toEqual([]));

  it('HTML and pictures are the text that they are', () => {
    for (const source of [
      '<script>alert(1)</script>',
      '<img src=x onerror=alert(1)>',
      '![x](https://evil.example/x.png)',
      '<!-- unseen -->',
    ])
      expect(textOf(source)).toBe(source);
    expect(textOf('a <b onclick="x">b</b> c')).toBe('a <b onclick="x">b</b> c');
  });

  it('characters that turn or hide text are gone everywhere', () => {
    expect(textOf('a\u202eb `c\u2066d`\n\n    e\u0007f\n\n<i>\u200f</i>')).not.toMatch(/[\u202e\u2066\u0007\u200f]/);
  });

  it.each([
    ['quotes', '>'],
    ['lists', '1. '],
    ['both', '>- '],
    ['emphasis', '*a **b '],
    ['brackets', '[a]('],
  ])('%s nested deeper than there is room for are shown, and the depth has an end', (_what, piece) => {
    const depthOf = (node: Node): number => 1 + Math.max(0, ...(Object.values(node).filter(Array.isArray).flat(3) as Node[]).map(depthOf));
    for (const count of [50, 400, Math.floor(LONGEST_MARKDOWN / piece.length)]) {
      const blocks = readMarkdown(`${piece.repeat(count)}x`);
      expect(blocks).not.toEqual([]);
      expect(Math.max(...blocks.map(depthOf))).toBeLessThan(40);
    }
  });

  it('a table has few columns, so that no short text makes a large one', () => {
    const wide = `${'a|'.repeat(1000)}\n${'-|'.repeat(1000)}\n${'x|\n'.repeat(5000)}`;
    expect(nodesOf(wide).filter(({ kind }) => kind === 'table')).toEqual([]);
    expect(nodesOf('|a|b|\n|-|-|\n|1|2|').filter(({ kind }) => kind === 'table')).toHaveLength(1);
  });

  it('what is too long is shown as it was written', () => {
    const long = '*a* '.repeat(LONGEST_MARKDOWN / 4 + 1);
    expect(readMarkdown(long)).toEqual([{ kind: 'plain', text: long.trim() }]);
    const paragraph = '*a* '.repeat(LONGEST_PARAGRAPH / 4 + 1).trim();
    expect(readMarkdown(`${paragraph}\n\n*b*`)).toEqual([
      { kind: 'paragraph', inlines: [text(paragraph)] },
      { kind: 'paragraph', inlines: [{ kind: 'em', inlines: [text('b')] }] },
    ]);
  });

  it('nothing breaks it, and every link of any text leads to the web', () => {
    const piece = fc.constantFrom(
      '[',
      '](',
      ')',
      '<',
      '>',
      '`',
      '*',
      '_',
      '#',
      '- ',
      '1. ',
      '|',
      '\n',
      '    ',
      'javascript:',
      'https://',
      'a.b',
      '!',
      '&#x6a;',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        for (const href of linksOf(pieces.join(''))) expect(href).toMatch(/^https?:\/\//);
      }),
    );
  });
});

it('an address of the web is told from every other', () => {
  expect(webAddress('https://example.com')).toBe('https://example.com/');
  for (const address of [
    'javascript:alert(1)',
    'https:',
    'https:/x',
    'http://',
    'ftp://example.com',
    'example.com',
    'https://u:p@example.com',
  ])
    expect(webAddress(address)).toBeNull();
});

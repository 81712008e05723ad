import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Block, parseBlocks, parsePieces } from '../../../../host/webchat/page/rich-text.ts';

const linksIn = (text: string) => parsePieces(text).flatMap((piece) => (piece.kind === 'link' ? [piece.text] : []));
const textOf = (blocks: Block[]) =>
  blocks.map((block) => (block.kind === 'code' ? block.text : block.pieces.map(({ text }) => text).join(''))).join('\n');

describe('links in a message', () => {
  it.each([
    ['see https://example.com/a?b=1#c now', ['https://example.com/a?b=1#c']],
    ['(https://example.com/a).', ['https://example.com/a']],
    ['https://en.example.org/wiki/Mercury_(planet), then', ['https://en.example.org/wiki/Mercury_(planet)']],
    ['http://a.example http://b.example', ['http://a.example', 'http://b.example']],
    ['HTTPS://EXAMPLE.COM!', ['HTTPS://EXAMPLE.COM']],
    ['"https://example.com/x"', ['https://example.com/x']],
  ])('%j holds %j', (text, links) => expect(linksIn(text)).toEqual(links));

  it.each([
    'javascript:alert(1)',
    'data:text/html,<script>',
    'ftp://example.com',
    'https://',
    'https://bank.example@evil.example/',
    'https://user:word@evil.example/',
    'xhttps://example.com',
  ])('%j is no link', (text) => expect(linksIn(text)).toEqual([]));

  it('end where a character turns the direction of the text', () => {
    expect(linksIn('https://example.com/\u202egpj.exe')).toEqual(['https://example.com/']);
  });

  it('leave out an address of absurd length', () => {
    expect(linksIn(`https://example.com/${'a'.repeat(5000)}`)).toEqual([]);
  });
});

describe('blocks of a message', () => {
  it('show what stands between fences as code, without the fences', () => {
    expect(parseBlocks('before\n```ts\nconst a = 1;\n\nb();\n```\nafter')).toEqual([
      { kind: 'text', pieces: [{ kind: 'text', text: 'before' }] },
      { kind: 'code', text: 'const a = 1;\n\nb();' },
      { kind: 'text', pieces: [{ kind: 'text', text: 'after' }] },
    ]);
  });

  it('take a fence that is never closed to the end', () => {
    expect(parseBlocks('```\nhalf')).toEqual([{ kind: 'code', text: 'half' }]);
  });

  it('leave backticks inside a line alone', () => {
    expect(parseBlocks('use ``` here')).toEqual([{ kind: 'text', pieces: [{ kind: 'text', text: 'use ``` here' }] }]);
  });

  it('link nothing inside code', () => {
    expect(parseBlocks('```\nhttps://example.com\n```')).toEqual([{ kind: 'code', text: 'https://example.com' }]);
  });

  it('lose no word of any text without fences', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ' ', '\n', '(', ')', '.', 'https://x.example', '@', '<', '&', '\u202e', '😀') }),
        (text) => {
          expect(textOf(parseBlocks(text)).trim()).toBe(text.trim());
        },
      ),
    );
  });
});

import { type Block, type Piece, parseBlocks } from './rich-text.ts';

const Link = ({ href, text }: { href: string; text: string }) => (
  <a href={href} target="_blank" rel="noopener noreferrer">
    {text}
  </a>
);

const showPiece = (piece: Piece, index: number) => (piece.kind === 'text' ? piece.text : <Link key={index} {...piece} />);

const BlockView = ({ block }: { block: Block }) =>
  block.kind === 'code' ? (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: code that is wider than the page scrolls, also by keyboard
    <pre class="code" tabIndex={0}>
      <code>{block.text}</code>
    </pre>
  ) : (
    <p class="paragraph" dir="auto">
      {block.pieces.map(showPiece)}
    </p>
  );

/** Text, never markup. */
export const MessageText = ({ text }: { text: string }) => (
  <>
    {parseBlocks(text).map((block, index) => (
      <BlockView key={index} block={block} />
    ))}
  </>
);

/** Markdown of a plugin, without a word of HTML: elements are made of its tree. */
import { useMemo } from 'preact/hooks';
import { type Block, type Inline, readMarkdown } from './read-markdown.ts';

const InlineNode = ({ node }: { node: Inline }) => {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'code':
      return <code>{node.text}</code>;
    case 'break':
      return <br />;
    case 'link':
      return (
        <a href={node.href} target="_blank" rel="noopener noreferrer" title={node.href}>
          <Inlines nodes={node.inlines} />
        </a>
      );
    default: {
      const Tag = node.kind;
      return (
        <Tag>
          <Inlines nodes={node.inlines} />
        </Tag>
      );
    }
  }
};

// What was read never changes: its place is its name.
const Inlines = ({ nodes }: { nodes: readonly Inline[] }) => nodes.map((node, index) => <InlineNode key={index} node={node} />);

const Rows = ({ head, rows }: { head: Inline[][]; rows: Inline[][][] }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than the page scrolls, also by keyboard
  <div class="guide-wide" tabIndex={0}>
    <table>
      <thead>
        <tr>
          {head.map((cell, index) =>
            cell.length === 0 ? (
              <td key={index} />
            ) : (
              <th key={index} scope="col">
                <Inlines nodes={cell} />
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            {row.map((cell, place) => (
              <td key={place}>
                <Inlines nodes={cell} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

const HEADINGS = ['h3', 'h4', 'h5', 'h6'] as const;

const Items = ({ start, items }: { start: number | null; items: Block[][] }) => {
  const each = items.map((blocks, index) => (
    <li key={index}>
      <Blocks blocks={blocks} />
    </li>
  ));
  return start === null ? <ul>{each}</ul> : <ol start={start}>{each}</ol>;
};

const BlockNode = ({ block }: { block: Block }) => {
  switch (block.kind) {
    case 'heading': {
      const Tag = HEADINGS[block.level - 3] ?? 'h6';
      return (
        <Tag>
          <Inlines nodes={block.inlines} />
        </Tag>
      );
    }
    case 'paragraph':
      return (
        <p>
          <Inlines nodes={block.inlines} />
        </p>
      );
    case 'line':
      return <Inlines nodes={block.inlines} />;
    case 'code':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than the page scrolls, also by keyboard
        <pre class="code" tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case 'plain':
      return <p class="foreign-text">{block.text}</p>;
    case 'quote':
      return (
        <blockquote>
          <Blocks blocks={block.blocks} />
        </blockquote>
      );
    case 'list':
      return <Items start={block.start} items={block.items} />;
    case 'table':
      return <Rows head={block.head} rows={block.rows} />;
    case 'rule':
      return <hr />;
  }
};

const Blocks = ({ blocks }: { blocks: readonly Block[] }) => blocks.map((block, index) => <BlockNode key={index} block={block} />);

export const Markdown = ({ text }: { text: string }) => {
  const blocks = useMemo(() => readMarkdown(text), [text]);
  return (
    <div class="guide" dir="auto">
      <Blocks blocks={blocks} />
    </div>
  );
};

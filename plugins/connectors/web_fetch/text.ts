/** The words of a document as lines: blocks end lines, white space is one space. */

const BLOCKS: ReadonlySet<string> = new Set(
  'address article aside blockquote br caption dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section summary table tbody td tfoot th thead title tr ul'.split(
    ' ',
  ),
);

export const isBlock = (name: string): boolean => BLOCKS.has(name);

export interface Lines {
  word(text: string): void;
  /** The end of a line, unless nothing stands in it. */
  end(): void;
  text(): string;
}

/** Keeps at most `max` characters and counts no further. */
export const createLines = (max: number): Lines => {
  const parts: string[] = [];
  let length = 0;
  let space = false;
  const add = (text: string) => {
    const taken = text.slice(0, Math.max(0, max - length));
    length += taken.length;
    if (taken !== '') parts.push(taken);
  };
  return {
    word(text) {
      if (length >= max) return;
      const words = text.replace(/\s+/g, ' ');
      const begins = words.startsWith(' ');
      const trimmed = words.trim();
      if (trimmed === '') {
        space ||= begins;
        return;
      }
      const last = parts.at(-1);
      if ((space || begins) && last !== undefined && last !== '\n') add(' ');
      add(trimmed);
      space = words.endsWith(' ');
    },
    end() {
      space = false;
      if (parts.length > 0 && parts.at(-1) !== '\n') add('\n');
    },
    text: () => parts.join('').trim(),
  };
};

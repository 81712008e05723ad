/**
 * A page's markup, written anew: balanced, of bounded depth and size, without scripts, styles and event handlers. What reads
 * articles does so in one go, and its time goes with the elements and how deep they stand: 110 towers of 90 elements took it
 * 2 s, longer than a plugin may stand still. A stranger's page decides neither.
 */

const DEPTH = 100;
const MOST_ELEMENTS = 4_000;
/** Of all elements together. */
const MOST_DEPTH = 60_000;
const MOST_CHARACTERS = 400_000;
/** No part of any article; leaving them out leaves room. */
const DROPPED: ReadonlySet<string> = new Set(['nav', 'footer', 'aside', 'select', 'button', 'dialog']);
const VOID: ReadonlySet<string> = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'source',
  'track',
  'wbr',
]);
/** What an article is found by. */
const KEPT_ATTRIBUTES = [
  'class',
  'id',
  'role',
  'itemprop',
  'href',
  'src',
  'alt',
  'dir',
  'lang',
  'rel',
  'datetime',
  'hidden',
  'aria-hidden',
];
const NAME = /^[a-z][a-z0-9-]{0,31}$/;
const WHOLE: ReadonlySet<string> = new Set(['html', 'body', 'head']);

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

export interface Harmless {
  open(name: string, attributes: ReadonlyMap<string, string>): void;
  close(name: string): void;
  text(text: string): void;
  /** Null when there was more than may be read. */
  markup(): string | null;
}

export const createHarmless = (): Harmless => {
  const parts: string[] = [];
  const stack: string[] = [];
  let elements = 0;
  let depth = 0;
  let length = 0;
  /** How many of the dropped stand open. */
  let dropped = 0;
  const isOver = (): boolean => elements > MOST_ELEMENTS || depth > MOST_DEPTH || length > MOST_CHARACTERS;
  const write = (text: string) => {
    length += text.length;
    if (isOver()) parts.length = 0;
    else parts.push(text);
  };
  return {
    open(name, attributes) {
      if (DROPPED.has(name)) dropped++;
      if (dropped > 0 || isOver() || WHOLE.has(name) || !NAME.test(name) || (stack.length >= DEPTH && !VOID.has(name))) return;
      elements++;
      depth += stack.length;
      let tag = `<${name}`;
      for (const kept of KEPT_ATTRIBUTES) {
        const value = attributes.get(kept);
        if (value !== undefined) tag += ` ${kept}="${escaped(value.slice(0, 2_000))}"`;
      }
      write(`${tag}>`);
      if (!VOID.has(name)) stack.push(name);
    },
    close(name) {
      if (DROPPED.has(name)) dropped = Math.max(0, dropped - 1);
      if (dropped > 0) return;
      const at = stack.lastIndexOf(name);
      if (isOver() || at === -1) return;
      for (const open of stack.splice(at).reverse()) write(`</${open}>`);
    },
    text(text) {
      if (dropped === 0 && !isOver()) write(escaped(text));
    },
    markup: () =>
      isOver()
        ? null
        : parts.join('') +
          [...stack]
            .reverse()
            .map((open) => `</${open}>`)
            .join(''),
  };
};

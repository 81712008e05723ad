/** The words of a piece of HTML, as feeds carry them. */
import { Parser } from 'htmlparser2';
import { asText } from '../../sdk/index.ts';

const SILENT: ReadonlySet<string> = new Set(['script', 'style']);
const BLOCK = /^(?:p|div|br|li|tr|h[1-6]|blockquote|pre|td|th)$/;
/** What is not read cannot nest. */
const LONGEST = 65_536;

/** At most `max` characters, one space between words. Undefined when there is none. */
export const wordsOf = (html: string | undefined, max: number): string | undefined => {
  if (html === undefined) return undefined;
  if (!/[<&]/.test(html)) return asText(html.replace(/\s+/g, ' ').trim(), max);
  const parts: string[] = [];
  let silent = 0;
  const parser = new Parser({
    onopentagname(name) {
      if (SILENT.has(name)) silent++;
      if (BLOCK.test(name)) parts.push(' ');
    },
    ontext: (text) => void (silent === 0 && parts.push(text)),
    onclosetag(name) {
      if (SILENT.has(name)) silent--;
      if (BLOCK.test(name)) parts.push(' ');
    },
  });
  parser.write(html.slice(0, LONGEST));
  parser.end();
  return asText(parts.join('').replace(/\s+/g, ' ').trim(), max);
};

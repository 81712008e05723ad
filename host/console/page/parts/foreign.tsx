/** Text that somebody else wrote: without what cannot be seen, and unable to turn what stands beside it. */
import { inLines, onOneLine } from '../../../lib/unseen.ts';

/** On one line. */
export const shown = (text: string): string => onOneLine(text);

/** A name, a key, a reason. */
export const Foreign = ({ text, class: name }: { text: string; class?: string }) => <bdi class={name}>{onOneLine(text)}</bdi>;

/** What a person or an agent wrote, with its lines. */
export const ForeignText = ({ text }: { text: string }) => (
  <p class="foreign-text" dir="auto">
    {inLines(text)}
  </p>
);

/** JSON of any shape, to be read. */
export const Json = ({ value, label }: { value: unknown; label: string }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than the page scrolls, also by keyboard
  <section class="code" tabIndex={0} aria-label={label}>
    <pre>
      <code>{inLines(JSON.stringify(value, null, 2) ?? 'nothing')}</code>
    </pre>
  </section>
);

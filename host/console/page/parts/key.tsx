/** A name that machines gave: its beginning and end tell it apart, the whole of it is in its title. */
import { onOneLine } from '../../../lib/unseen.ts';

const LONGEST = 24;

export const shortKey = (key: string): string => (key.length <= LONGEST ? key : `${key.slice(0, 9)}…${key.slice(-6)}`);

export const Key = ({ text }: { text: string | null }) =>
  text === null ? (
    <span class="quiet">–</span>
  ) : (
    <bdi class="key" title={onOneLine(text)}>
      {onOneLine(shortKey(text))}
    </bdi>
  );

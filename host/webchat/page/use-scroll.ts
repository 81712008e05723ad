import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Nearer to the end than this counts as reading the end. */
const NEAR_PX = 80;

export interface Ends {
  /** Names the first and the last shown message. */
  first: string | null;
  last: string | null;
  /** The last one is the visitor's own. */
  own: boolean;
}

const scrollToEnd = (element: HTMLElement) => {
  element.scrollTop = element.scrollHeight;
};

/**
 * Follows the end while it is being read, holds still while something further up is, and keeps the
 * reader's place when older messages come in above.
 */
export const useScroll = (log: RefObject<HTMLElement>, { first, last, own }: Ends) => {
  const [atEnd, setAtEnd] = useState(true);
  const following = useRef(true);
  const before = useRef({ first, last, height: 0 });

  useEffect(() => {
    const element = log.current;
    if (element === null) return;
    const onScroll = () => {
      following.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
      setAtEnd(following.current);
    };
    // A smaller window, a keyboard on the screen, a growing composer.
    const resized = new ResizeObserver(() => following.current && scrollToEnd(element));
    element.addEventListener('scroll', onScroll, { passive: true });
    resized.observe(element);
    return () => {
      element.removeEventListener('scroll', onScroll);
      resized.disconnect();
    };
  }, [log]);

  useLayoutEffect(() => {
    const element = log.current;
    if (element === null) return;
    const was = before.current;
    const grown = element.scrollHeight - was.height;
    if (last !== was.last && own) following.current = true;
    if (following.current) scrollToEnd(element);
    else if (was.first !== null && first !== was.first) element.scrollTop += grown;
    before.current = { first, last, height: element.scrollHeight };
  });

  const toEnd = () => {
    following.current = true;
    if (log.current !== null) scrollToEnd(log.current);
  };
  return { atEnd, toEnd };
};

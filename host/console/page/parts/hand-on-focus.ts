/** What has the focus may go away, as a request does that was decided. Then the heading above it gets the focus, not the page's beginning. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

const headingAbove = (element: Element): HTMLElement | null =>
  (element.parentElement?.closest('.section')?.querySelector('h2') ?? element.closest('.view')?.querySelector('h1')) as HTMLElement | null;

/** To be put on the element that may go away. */
export const useHandOnFocus = <T extends Element>(): RefObject<T> => {
  const self = useRef<T>(null);
  useLayoutEffect(() => {
    const element = self.current;
    return () => {
      if (!element?.contains(document.activeElement)) return;
      const heading = headingAbove(element);
      heading?.setAttribute('tabindex', '-1');
      heading?.focus();
    };
  }, []);
  return self;
};

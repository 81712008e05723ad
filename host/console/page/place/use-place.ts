import { useEffect, useState } from 'preact/hooks';
import { hrefOf, type Place, parsePlace } from './place.ts';

export const usePlace = (): Place => {
  const [place, setPlace] = useState(() => parsePlace(location.hash));
  useEffect(() => {
    const follow = () => setPlace(parsePlace(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return place;
};

export const goTo = (path: readonly string[], query: Readonly<Record<string, string | null | undefined>> = {}): void => {
  location.hash = hrefOf(path, query);
};

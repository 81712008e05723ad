/** Where in the console somebody is: the part of the address after `#`. The server never sees it. Pure. */
export interface Place {
  /** `['channels', 'telegram']`; empty is the overview. */
  path: readonly string[];
  query: Readonly<Record<string, string>>;
}

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

export const parsePlace = (hash: string): Place => {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  return { path: path.split('/').filter(Boolean).map(decoded), query: Object.fromEntries(new URLSearchParams(query)) };
};

/** Values that are empty or not set are left out. */
export const hrefOf = (path: readonly string[], query: Readonly<Record<string, string | null | undefined>> = {}): string => {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return `#/${path.map(encodeURIComponent).join('/')}${given.length === 0 ? '' : `?${new URLSearchParams(given)}`}`;
};

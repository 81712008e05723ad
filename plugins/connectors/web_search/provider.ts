/** What every search service is to the connector: a request and what its answer means. Pure. */
import type { FetchRequest, FetchResponse, PluginContext } from '../../sdk/index.ts';

export interface Query {
  query: string;
  /** 1 to 20. */
  limit: number;
  /** ISO 639-1, such as `en`. */
  language: string | null;
  time_range: 'day' | 'week' | 'month' | 'year' | null;
}

/** As a service gives it, in its order. */
export interface Hit {
  title: string;
  url: string;
  snippet: string | null;
  /** ISO 8601, UTC. */
  published_at: string | null;
}

export interface Provider {
  /** For people. */
  name: string;
  /** Where it is asked, from the configuration. */
  base(config: PluginContext['config']): string | undefined;
  /** Without a value of these fields it cannot be asked. */
  needs: readonly string[];
  request(base: string, query: Query): FetchRequest;
  /** Why it refused, where the status alone would not say; undefined when it did not. */
  explain?(response: FetchResponse): string | undefined;
  /** Of a 2xx. Throws `ConnectorError` for an answer that is none. */
  read(response: FetchResponse): Hit[];
}

/** A base address with a path below it, whether or not it ends in a slash. */
export const below = (base: string, path: string, query: Readonly<Record<string, string | null>> = {}): string => {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== null);
  const search = new URLSearchParams(given).toString();
  return `${base.replace(/\/+$/, '')}${path}${search === '' ? '' : `?${search}`}`;
};

/** One request, and what came of it in the words that both operations answer with. */
import { ConnectorError, type FetchRequest, type FetchResponse, grantedFetch, type PluginContext, requireOk } from '../../sdk/index.ts';

/** What is known of everything that was fetched. None of it is trusted, whatever the page says of itself. */
export interface Fetched {
  url: string;
  /** After all redirects. */
  final_url: string;
  status: number;
  redirects: { status: number; url: string }[];
  headers: Record<string, string>;
  /** Without parameters, lower-case; null when the server names none. */
  content_type: string | null;
  size_bytes: number;
  /** Of the bytes, content encoding undone. */
  content_sha256: string;
  /** ISO 8601, UTC. */
  fetched_at: string;
  source: string;
  trust_tier: 'external_source';
  untrusted: true;
}

export interface Got {
  fetched: Fetched;
  response: FetchResponse;
}

const TIMEOUT_MS = 20_000;

export const mediaType = (headers: Readonly<Record<string, string>>): string | null =>
  headers['content-type']?.split(';')[0]?.trim().toLowerCase() || null;

export const createGet = (context: PluginContext) => {
  const fetch = grantedFetch(context);
  const userAgent = String(context.config.user_agent ?? '');
  return async (url: string, request: Omit<FetchRequest, 'url'>): Promise<Got> => {
    const headers = { ...(userAgent === '' ? {} : { 'user-agent': userAgent }), ...request.headers };
    const response = requireOk(await fetch(url, { ...request, headers, timeout_ms: TIMEOUT_MS, digest: true }), 'The page');
    const { sha256, size_bytes } = response;
    if (sha256 === undefined || size_bytes === undefined) throw new ConnectorError('The host did not say what it fetched');
    const fetched: Fetched = {
      url,
      final_url: response.url,
      status: response.status,
      redirects: response.redirects ?? [],
      headers: response.headers,
      content_type: mediaType(response.headers),
      size_bytes,
      content_sha256: sha256,
      fetched_at: new Date(context.clock.now()).toISOString(),
      source: response.url,
      trust_tier: 'external_source',
      untrusted: true,
    };
    return { fetched, response };
  };
};

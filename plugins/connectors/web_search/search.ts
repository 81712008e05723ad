/** The operation `search`. */
import {
  ConnectorError,
  grantedFetch,
  InvalidParamsError,
  integerParam,
  type OperationParams,
  type PluginContext,
  requireOk,
} from '../../sdk/index.ts';
import type { Provider, Query } from './provider.ts';
import { brave } from './providers/brave.ts';
import { duckduckgo } from './providers/duckduckgo.ts';
import { searxng } from './providers/searxng.ts';
import { tavily } from './providers/tavily.ts';
import { type Result, rankHits } from './rank.ts';

export interface Found {
  query: string;
  provider: string;
  results: Result[];
  searched_at: string;
  source: string;
  trust_tier: 'search_result';
  untrusted: true;
}

const PROVIDERS: Readonly<Record<string, Provider>> = { searxng, brave, tavily, duckduckgo };
const RANGES = ['day', 'week', 'month', 'year'] as const;
const TIMEOUT_MS = 15_000;
const LIMIT = { least: 1, most: 20, otherwise: 10 } as const;

const parseQuery = (params: OperationParams): Query => {
  const { query, language = null, time_range = null } = params;
  const text = typeof query === 'string' ? query.trim() : '';
  if (text === '' || text.length > 500) throw new InvalidParamsError("'query' is no text of 1 to 500 characters");
  if (language !== null && !/^[a-z]{2}$/.test(String(language))) throw new InvalidParamsError('\'language\' is no code such as "en"');
  const range = RANGES.find((each) => each === time_range) ?? null;
  if (time_range !== null && range === null) throw new InvalidParamsError(`'time_range' is none of ${RANGES.join(', ')}`);
  return {
    query: text,
    limit: integerParam(params, 'limit', LIMIT),
    language: language === null ? null : String(language),
    time_range: range,
  };
};

export const chosenProvider = ({ provider }: PluginContext['config']): Provider | undefined => {
  const id = String(provider);
  return Object.hasOwn(PROVIDERS, id) ? PROVIDERS[id] : undefined;
};

/** Whether the chosen provider has all that it needs. */
export const isReady = (config: PluginContext['config']): boolean => {
  const provider = chosenProvider(config);
  return provider?.base(config) !== undefined && provider.needs.every((field) => Boolean(config[field]));
};

export const createSearch = (context: PluginContext) => {
  const fetch = grantedFetch(context);
  return async (params: OperationParams): Promise<Found> => {
    const query = parseQuery(params);
    const provider = chosenProvider(context.config);
    const base = provider?.base(context.config);
    if (provider === undefined || base === undefined) throw new ConnectorError('No search provider is configured: set "provider"');
    const { url, ...request } = provider.request(base, query);
    const response = await fetch(url, { ...request, timeout_ms: TIMEOUT_MS });
    const cause = provider.explain?.(response);
    if (cause !== undefined) throw new ConnectorError(cause);
    const found = provider.read(requireOk(response, provider.name));
    return {
      query: query.query,
      provider: String(context.config.provider),
      results: rankHits(found, query.limit),
      searched_at: new Date(context.clock.now()).toISOString(),
      source: new URL(base).host,
      trust_tier: 'search_result',
      untrusted: true,
    };
  };
};

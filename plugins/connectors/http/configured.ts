/** What the operator configured: operations by their ids, or what is wrong with it. */
import type { PluginContext } from '../../sdk/index.ts';
import { fromList } from './from-list.ts';
import { fromOpenApi } from './from-openapi.ts';
import { ConfigurationError, type Operations } from './operation.ts';

export type Configured = { ok: true; base: string; operations: Operations } | { ok: false; message: string };

const baseOf = (value: unknown): string => {
  const text = String(value ?? '');
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.search !== '' || url.hash !== '') {
    throw new ConfigurationError('base_url is no http or https address without query and fragment');
  }
  return text.replace(/\/+$/, '');
};

/** Both fields may be used beside each other. */
export const readConfigured = ({ base_url, operations, openapi }: PluginContext['config']): Configured => {
  try {
    const base = baseOf(base_url);
    const all = [...(operations ? fromList(String(operations)) : []), ...(openapi ? fromOpenApi(String(openapi)) : [])];
    if (all.length === 0) throw new ConfigurationError('Neither "operations" nor "openapi" names an operation');
    const byId = new Map(all.map((operation) => [operation.id, operation]));
    const twice = all.find((operation) => byId.get(operation.id) !== operation);
    if (twice !== undefined) throw new ConfigurationError(`The operation ${twice.id} is configured twice`);
    return { ok: true, base, operations: byId };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { ok: false, message: error.message };
  }
};

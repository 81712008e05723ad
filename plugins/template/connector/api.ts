/** The calls of the service. What it refuses is an error with its words, never a result. */
import { ConnectorError, grantedFetch, type PluginContext, parseJson, requireOk } from 'communicationos/sdk';

export interface ServiceApi {
  getItem(item_id: string): Promise<unknown>;
  createItem(item: { title: unknown; note: unknown }): Promise<unknown>;
  isWell(): Promise<boolean>;
}

const SERVICE = 'The service';
const CALL_TIMEOUT_MS = 10_000;
const HEALTH_TIMEOUT_MS = 4_000;

/** The host adds the authorization that the manifest declares: nothing here knows the key. */
export const createApi = (context: PluginContext): ServiceApi => {
  const fetch = grantedFetch(context);
  const base = String(context.config.api_base_url ?? '').replace(/\/+$/, '');

  const read = (body: string): unknown => {
    const value = parseJson(body);
    if (value === undefined) throw new ConnectorError(`${SERVICE} answered with something that is no JSON`);
    return value;
  };
  return {
    getItem: async (item_id) => {
      const response = await fetch(`${base}/items/${encodeURIComponent(item_id)}`, { timeout_ms: CALL_TIMEOUT_MS });
      return read(requireOk(response, SERVICE).body);
    },
    createItem: async (item) => {
      const response = await fetch(`${base}/items`, { method: 'POST', json: item, timeout_ms: CALL_TIMEOUT_MS });
      return read(requireOk(response, SERVICE).body);
    },
    isWell: async () => {
      try {
        return (await fetch(`${base}/me`, { timeout_ms: HEALTH_TIMEOUT_MS })).status === 200;
      } catch {
        return false;
      }
    },
  };
};

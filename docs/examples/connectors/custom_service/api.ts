/** The calls of CustomService. What it refuses is an error with its words, never a result. */
import {
  asId,
  asRecord,
  ConnectorError,
  type FetchRequest,
  grantedFetch,
  type PluginContext,
  parseJson,
  requireOk,
} from 'communicationos/sdk';

export interface CustomServiceApi {
  getResource(resource_id: string): Promise<unknown>;
  notify(notification: { recipient: string; message: string }): Promise<{ message_id: string | null }>;
  updateResource(resource_id: string, data: unknown): Promise<void>;
  isWell(): Promise<boolean>;
}

const SERVICE = 'CustomService';
const HEALTH_TIMEOUT_MS = 4_000;

export const createApi = (context: PluginContext): CustomServiceApi => {
  const { config } = context;
  const base = `${String(config.base_url ?? '').replace(/\/+$/, '')}/api/v1`;
  const timeout_ms = Number(config.timeout_seconds ?? 30) * 1000;

  const call = async (path: string, request: Omit<FetchRequest, 'url'>): Promise<string> =>
    requireOk(await grantedFetch(context)(`${base}${path}`, { timeout_ms, ...request }), SERVICE).body;
  const resource = (resource_id: string) => `/resources/${encodeURIComponent(resource_id)}`;

  return {
    async getResource(resource_id) {
      const found = parseJson(await call(resource(resource_id), {}));
      if (found === undefined) throw new ConnectorError(`${SERVICE} answered with something that is no JSON`);
      return found;
    },
    async notify(notification) {
      const answer = asRecord(parseJson(await call('/notifications', { method: 'POST', json: notification })));
      return { message_id: asId(answer?.id) ?? null };
    },
    async updateResource(resource_id, data) {
      await call(resource(resource_id), { method: 'PATCH', json: data });
    },
    async isWell() {
      try {
        await call('/health', { timeout_ms: HEALTH_TIMEOUT_MS });
        return true;
      } catch {
        return false;
      }
    },
  };
};

/** The calls of the service, and what its refusals mean. */
import {
  asId,
  asRecord,
  asText,
  type FetchResponse,
  failed,
  grantedFetch,
  type HealthReport,
  type PluginContext,
  parseJson,
  type Receipt,
  retryAfterMs,
  sent,
} from 'communicationos/sdk';
import type { MessageBody } from './render.ts';

export interface ServiceApi {
  postMessage(body: MessageBody): Promise<Receipt>;
  health(): Promise<HealthReport>;
}

const CALL_TIMEOUT_MS = 15_000;

export const readReceipt = ({ status, headers, body }: FetchResponse, now: number): Receipt => {
  const reason = `the service answered ${status}`;
  const retry_after_ms = retryAfterMs(headers['retry-after'], now);
  if (status === 429) return failed({ code: 'RATE_LIMITED', reason, retryable: true, retry_after_ms });
  if (status >= 500) return failed({ code: 'PLATFORM_UNAVAILABLE', reason, retryable: true, retry_after_ms });
  if (status === 401) return failed({ code: 'ACCOUNT_REFUSED', reason: `${reason}: check api_token` });
  if (status < 200 || status > 299) return failed({ code: 'REFUSED', reason });
  const id = asId(asRecord(parseJson(body))?.id);
  return id === undefined ? failed({ code: 'BAD_ANSWER', reason: 'the service did not say the id of the message' }) : sent(id);
};

/** The host adds the authorization that the manifest declares: nothing here knows the token. */
export const createApi = (context: PluginContext): ServiceApi => {
  const fetch = grantedFetch(context);
  const base = String(context.config.api_base_url).replace(/\/+$/, '');
  return {
    postMessage: async (body) => {
      const response = await fetch(`${base}/messages`, { method: 'POST', json: body, timeout_ms: CALL_TIMEOUT_MS });
      return readReceipt(response, context.clock.now());
    },
    health: async () => {
      try {
        const { status } = await fetch(`${base}/me`, { timeout_ms: CALL_TIMEOUT_MS });
        return status === 200 ? { status: 'ok' } : { status: 'degraded', reason: `the service answered ${status}` };
      } catch (error) {
        return { status: 'degraded', reason: asText((error as Error).message, 500) ?? 'the service cannot be reached' };
      }
    },
  };
};

/** A fetch capability over a real egress, or over a fake one that records what would leave. */
import { randomBytes } from 'node:crypto';
import type { Attachments } from '../../../host/capabilities/attachments.ts';
import { createFetchCapability } from '../../../host/capabilities/fetch.ts';
import { type NetworkGrant, resolveGrants } from '../../../host/capabilities/grants.ts';
import { createPlaceholders } from '../../../host/capabilities/placeholders.ts';
import { createRequestTracker, type RequestTracker } from '../../../host/capabilities/request-tracker.ts';
import type { Egress, EgressRequest, EgressResult } from '../../../host/egress/egress.ts';
import type { Json } from '../../../host/sandbox/confined.ts';
import type { NetworkPermission } from '../../../schemas/manifest.ts';
import type { FetchResponse } from '../../../schemas/message.ts';

export const toGrants = (network: readonly NetworkPermission[], values: Record<string, string> = {}): NetworkGrant[] => {
  const resolved = resolveGrants(network, values, { mayNameAll: true });
  if (!resolved.ok) throw new Error(resolved.problems.map(({ pointer, message }) => `${pointer}: ${message}`).join('\n'));
  return resolved.grants;
};

export interface HarnessOptions {
  egress: Egress;
  network: readonly NetworkPermission[];
  secrets?: Record<string, string>;
  values?: Record<string, string>;
  allowed?: () => boolean | string;
  attachments?: (tracker: RequestTracker) => Attachments;
}

export const openFetch = ({ egress, network, secrets = {}, values = {}, allowed = () => true, attachments }: HarnessOptions) => {
  const placeholders = createPlaceholders(secrets, randomBytes);
  const tracker = createRequestTracker();
  const handler = createFetchCapability({
    egress,
    grants: toGrants(network, values),
    placeholders,
    tracker,
    allowed,
    attachments: attachments?.(tracker),
  });
  return {
    placeholders,
    tracker,
    placeholder: (field: string) => placeholders.byField.get(field) ?? `no value: ${field}`,
    fetch: async (args: unknown, call_id: string | null = null) => (await handler(args as Json, { call_id })) as unknown as FetchResponse,
    /** The code of a refused request; fails when it was not refused. */
    refusal: async (args: unknown, call_id: string | null = null): Promise<{ code: string; message: string }> =>
      handler(args as Json, { call_id }).then(
        () => Promise.reject(new Error('was not refused')),
        (error) => error,
      ),
  };
};

/** Answers everything with 200 and keeps what was asked. */
export const createRecordingEgress = (
  answer: Partial<Extract<EgressResult, { ok: true }>> = {},
): Egress & { requests: EgressRequest[] } => {
  const requests: EgressRequest[] = [];
  return {
    requests,
    async request(request) {
      requests.push(request);
      request.on_left?.();
      return { ok: true, status: 200, headers: {}, url: request.url, body: Buffer.from('{}'), ...answer };
    },
    close: async () => undefined,
  };
};

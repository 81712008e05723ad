/**
 * A plugin's context over the host's real `fetch` capability and egress, held to the plugin's own
 * manifest: a secret outside its declared place or a request that was not granted fails the test.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createFetchCapability } from '../../host/capabilities/fetch.ts';
import { resolveGrants } from '../../host/capabilities/grants.ts';
import { createPlaceholders } from '../../host/capabilities/placeholders.ts';
import { createRequestTracker } from '../../host/capabilities/request-tracker.ts';
import { createEgress } from '../../host/egress/create-egress.ts';
import type { Json } from '../../host/sandbox/confined.ts';
import type { FetchResponse, InboundEvent, OutboundMessage } from '../../plugins/sdk/index.ts';
import { createTestContext, type TestContext } from '../../plugins/sdk/testing.ts';
import type { Manifest } from '../../schemas/manifest.ts';

export const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(new URL(`../../${folder}/manifest.json`, import.meta.url), 'utf8')) as Manifest;

export interface GrantedOptions {
  /** Values without secrets; `api_base_url` is the simulated provider. */
  config: Record<string, string>;
  secrets: Record<string, string>;
  webhook_url?: string;
  now?: () => number;
}

export interface Granted extends TestContext {
  close(): Promise<void>;
}

export const createGrantedContext = (plugin: string, { config, secrets, webhook_url, now }: GrantedOptions): Granted => {
  const resolved = resolveGrants(readManifest(`plugins/channels/${plugin}`).permissions?.network ?? [], config);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  const placeholders = createPlaceholders(secrets, randomBytes);
  const { host } = new URL(config.api_base_url as string);
  const egress = createEgress({ policy: () => ({ allow_private: [host], allowed_domains: [], blocked_domains: [] }) });
  const handler = createFetchCapability({
    egress,
    grants: resolved.grants,
    placeholders,
    tracker: createRequestTracker(),
    allowed: () => true,
  });
  const test = createTestContext({
    channel_id: plugin,
    config: { ...config, ...Object.fromEntries(placeholders.byField) },
    ...(webhook_url === undefined ? {} : { webhook_url }),
    ...(now === undefined ? {} : { now }),
    fetch: async (url, request) =>
      (await handler({ ...(request as Record<string, Json>), url }, { call_id: null })) as unknown as FetchResponse,
  });
  return { ...test, close: () => egress.close() };
};

export const RECEIVED_AT = '2026-01-02T03:04:05.000Z';

export const webhookEvent = (part: Partial<InboundEvent>): InboundEvent => ({
  id: '01EVENT',
  event_id: 'event-1',
  channel_id: 'test',
  received_at: RECEIVED_AT,
  source: 'webhook',
  path: '/webhooks/test',
  query: {},
  headers: {},
  content_type: 'application/json',
  body: '',
  ...part,
});

export const outbound = (part: Partial<OutboundMessage>): OutboundMessage => ({
  id: '01OUT',
  channel_id: 'test',
  conversation_key: '42',
  thread_key: null,
  user_key: '42',
  type: 'text',
  text: null,
  attachments: [],
  buttons: [],
  reply_to_message_id: null,
  part: 1,
  metadata: {},
  ...part,
});

/** For each operation of the API a request that is right, on a host that has had a conversation. */
import type { Role } from '../../../host/admin/access/roles.ts';
import { until } from '../../support/until.ts';
import type { AdminHost } from './harness.ts';

export interface Example {
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** What the host knows when the examples are made. */
export interface Known {
  message_id: string;
  session_id: string;
  /** A delivery that can be retried, and dropped. */
  delivery_id: string;
  digest: string;
  /** Of a file that somebody sent. */
  attachment_id: string;
  connector_digest: string;
}

/** An operator's change of the phase, which waits for an admin. */
const waitingChange = async ({ admin, as, newToken }: AdminHost): Promise<string> => {
  const { phase } = (await admin('/api/phase')).body;
  const { token } = await newToken('operator');
  const body = { phase: phase === 'planning' ? 'execution' : 'planning' };
  return (await as(token)('/api/phase', { method: 'POST', body })).body.approval_id;
};

/** The code of a sender who waits, while the policy lets nobody else in. */
const waitingSender = async ({ admin, say }: AdminHost): Promise<string> => {
  const waiting = async () => (await admin('/api/pairings')).body.items.find(({ state }: { state: string }) => state === 'pending');
  const before = await waiting();
  if (before) return before.code;
  const { body: policy } = await admin('/api/policy');
  await admin('/api/policy', { method: 'PUT', body: { ...policy, channels: { webchat: { unknown_senders: 'pair' } } } });
  await say('who is there?');
  const { code } = await until(waiting, (row) => row !== undefined, 'a sender waits');
  await admin('/api/policy', { method: 'PUT', body: policy });
  return code;
};

/** Someone new, of whom something is stored. */
const userOfWebchat = async ({ admin, converse }: AdminHost): Promise<string> => {
  const { user_key } = (await admin(`/api/messages/${(await converse()).message_id}`)).body;
  return `/api/users/webchat/${encodeURIComponent(user_key)}`;
};

/** Operations whose example needs more than the route does: what is approved is a change of a mode. */
export const NEEDS: Record<string, Role> = { approve_request: 'admin', deny_request: 'admin' };

/** Made anew for each request: some of them use up what they name. */
export const EXAMPLES: Record<string, (known: Known, host: AdminHost) => Example | Promise<Example>> = {
  get_health: () => ({ path: '/health' }),
  get_liveness: () => ({ path: '/health/live' }),
  get_readiness: () => ({ path: '/health/ready' }),
  get_metrics: () => ({ path: '/metrics' }),
  get_status: () => ({ path: '/api/status' }),
  list_settings: () => ({ path: '/api/config' }),
  get_setting: () => ({ path: '/api/config/network_mode' }),
  list_channels: () => ({ path: '/api/channels' }),
  get_channel: () => ({ path: '/api/channels/webchat' }),
  enable_channel: () => ({ path: '/api/channels/webchat/enable' }),
  disable_channel: () => ({ path: '/api/channels/telegram/disable' }),
  approve_channel: ({ digest }) => ({ path: '/api/channels/telegram/approve', body: { digest } }),
  configure_channel: () => ({ path: '/api/channels/telegram/config', body: {} }),
  reload_channel: () => ({ path: '/api/channels/telegram/reload' }),
  test_channel: () => ({ path: '/api/channels/webchat/test' }),
  list_connectors: () => ({ path: '/api/connectors' }),
  get_connector: () => ({ path: '/api/connectors/wiki' }),
  enable_connector: () => ({ path: '/api/connectors/wiki/enable' }),
  disable_connector: () => ({ path: '/api/connectors/wiki/disable' }),
  approve_connector: ({ connector_digest }) => ({ path: '/api/connectors/wiki/approve', body: { digest: connector_digest } }),
  configure_connector: () => ({ path: '/api/connectors/wiki/config', body: {} }),
  reload_connector: () => ({ path: '/api/connectors/wiki/reload' }),
  test_connector: () => ({ path: '/api/connectors/wiki/test' }),
  async execute_request(_known, { admin }) {
    await admin('/api/phase', { method: 'POST', body: { phase: 'execution' } });
    return { path: '/api/connectors/notes/execute', body: { operation: 'read', params: { id: '7' } } };
  },
  async get_evidence(_known, { host }) {
    const { evidence_id } = await host.communication.execute({ connector_type: 'notes', operation: 'read', params: { id: '7' } });
    return { path: `/api/evidence/${evidence_id}` };
  },
  list_messages: () => ({ path: '/api/messages?limit=5&direction=inbound' }),
  post_message: () => ({
    path: '/api/messages',
    body: { channel_id: 'webchat', conversation_key: 'a-visitor', text: 'hello' },
    headers: { 'idempotency-key': 'one and the same' },
  }),
  get_message: ({ message_id }) => ({ path: `/api/messages/${message_id}` }),
  trace_message: ({ message_id }) => ({ path: `/api/messages/${message_id}/trace` }),
  get_attachment: ({ attachment_id }) => ({ path: `/api/attachments/${attachment_id}` }),
  mcp: () => ({
    path: '/mcp',
    headers: { accept: 'application/json, text/event-stream' },
    body: {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'a-client', version: '1.0.0' } },
    },
  }),
  list_sessions: () => ({ path: '/api/sessions?state=open' }),
  get_session: ({ session_id }) => ({ path: `/api/sessions/${session_id}` }),
  async takeover_session({ session_id }, { admin }) {
    await admin(`/api/sessions/${session_id}/release`, { method: 'POST' });
    return { path: `/api/sessions/${session_id}/takeover` };
  },
  async release_session({ session_id }, { admin }) {
    await admin(`/api/sessions/${session_id}/takeover`, { method: 'POST' });
    return { path: `/api/sessions/${session_id}/release` };
  },
  async close_session(_known, host) {
    const { session_id } = await host.converse();
    return { path: `/api/sessions/${session_id}/close` };
  },
  list_deliveries: () => ({ path: '/api/deliveries?state=sent' }),
  async retry_delivery({ delivery_id }, { admin }) {
    await admin(`/api/deliveries/${delivery_id}/drop`, { method: 'POST' });
    return { path: `/api/deliveries/${delivery_id}/retry` };
  },
  async drop_delivery({ delivery_id }, { admin }) {
    await admin(`/api/deliveries/${delivery_id}/retry`, { method: 'POST' });
    return { path: `/api/deliveries/${delivery_id}/drop` };
  },
  get_network_mode: () => ({ path: '/api/network-mode' }),
  set_network_mode: () => ({ path: '/api/network-mode', body: { mode: 'on', reason: 'It holds already.' } }),
  get_phase: () => ({ path: '/api/phase' }),
  set_phase: async (_known, { admin }) => ({ path: '/api/phase', body: { phase: (await admin('/api/phase')).body.phase } }),
  list_approvals: () => ({ path: '/api/approvals?limit=5' }),
  approve_request: async (_known, host) => ({ path: `/api/approvals/${await waitingChange(host)}/approve` }),
  deny_request: async (_known, host) => ({ path: `/api/approvals/${await waitingChange(host)}/deny` }),
  list_pairings: () => ({ path: '/api/pairings' }),
  approve_pairing: async (_known, host) => ({ path: `/api/pairings/${await waitingSender(host)}/approve` }),
  async revoke_pairing(_known, host) {
    const code = await waitingSender(host);
    const { items } = (await host.admin('/api/pairings')).body;
    const { channel_id, user_key } = items.find((row: { code: string }) => row.code === code);
    return { path: `/api/pairings/${channel_id}/${encodeURIComponent(user_key)}` };
  },
  get_policy: () => ({ path: '/api/policy' }),
  replace_policy: async (_known, { admin }) => ({ path: '/api/policy', body: (await admin('/api/policy')).body }),
  explain_policy: () => ({ path: '/api/policy/explain', body: { channel_id: 'webchat', user_key: 'a-visitor', text: 'hello' } }),
  check_policy: () => ({ path: '/api/policy/check', body: { last: 10 } }),
  list_audit: () => ({ path: '/api/audit?limit=5' }),
  verify_audit: () => ({ path: '/api/audit/verify' }),
  export_user: async (_known, host) => ({ path: await userOfWebchat(host) }),
  erase_user: async (_known, host) => ({ path: await userOfWebchat(host) }),
  list_secrets: () => ({ path: '/api/secrets' }),
  rotate_host_key: () => ({ path: '/api/secrets/rotate', body: {} }),
  list_tokens: () => ({ path: '/api/tokens' }),
  create_token: () => ({ path: '/api/tokens', body: { name: `made ${++made}`, role: 'viewer', expires: '1d' } }),
  async revoke_token(_known, host) {
    const { id } = await host.newToken('viewer');
    return { path: `/api/tokens/${id}` };
  },
  login: () => ({ path: '/api/login', body: { token: 'aos_of-nobody' } }),
  get_login: () => ({ path: '/api/login' }),
  logout: () => ({ path: '/api/logout' }),
  open_stream: () => ({ path: '/api/stream' }),
  get_openapi: () => ({ path: '/api/openapi.json' }),
};

let made = 0;

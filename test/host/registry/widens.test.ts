import { describe, expect, it } from 'vitest';
import { mergeManifest } from '../../../host/registry/merge.ts';
import { widens } from '../../../host/registry/widens.ts';
import type { Manifest } from '../../../schemas/manifest.ts';
import { ownManifest } from './fixture.ts';

const TELEGRAM = ownManifest('telegram');
const [NETWORK] = TELEGRAM.permissions?.network ?? [];

const widened = (changes: Record<string, unknown>, plugin = TELEGRAM): boolean =>
  widens(
    mergeManifest(
      { id: 'x', name: 'X', version: '1.0.0', adapter_class: 'telegram#TelegramAdapter', ...changes },
      plugin as never,
    ) as never,
    plugin,
  );

const network = (changes: object) => ({ permissions: { network: [{ ...NETWORK, ...changes }] } });
const webhook = (changes: object) => ({ webhook: { ...TELEGRAM.webhook, ...changes } });
const field = (name: string, changes: object) => ({ configuration_schema: { [name]: changes } });

describe('widens nothing', () => {
  it.each<[string, Record<string, unknown>]>([
    ['the plugin as it is', {}],
    ['another path, another name, fewer features', { webhook_url: '/webhooks/b', name: 'B', capabilities: ['text'] }],
    ['fewer permissions', { permissions: {} }],
    ['fewer methods', network({ methods: ['POST'] })],
    ['smaller answers', network({ max_response_bytes: 1000 })],
    ['fewer credentials', network({ credentials: NETWORK?.credentials?.slice(0, 1) })],
    ['other words for the operator', network({ reason: 'Because.' })],
    ['another title of a field', field('bot_token', { title: 'T', description: 'D' })],
    ['smaller deliveries', webhook({ max_body_bytes: 1000 })],
    ['another event id', webhook({ event_id: [['/update_id', '/message/message_id']] })],
    ['a field of its own', field('note', { type: 'string' })],
    ['the keys in another order', { webhook: Object.fromEntries(Object.entries(TELEGRAM.webhook ?? {}).reverse()) }],
  ])('%s', (_name, changes) => {
    expect(widened(changes)).toBe(false);
  });
});

describe('widens', () => {
  it.each<[string, Record<string, unknown>]>([
    ['an origin more', { permissions: { network: [NETWORK, { url: 'https://evil.example' }] } }],
    ['another origin', network({ url: 'https://evil.example' })],
    ['a method more', network({ methods: ['GET', 'POST', 'DELETE'] })],
    ['every method, by leaving the list out', network({ methods: undefined })],
    ['a larger answer', { permissions: { network: [{ ...NETWORK, max_response_bytes: (NETWORK?.max_response_bytes ?? 0) + 1 }] } }],
    ['a credential elsewhere', network({ credentials: [{ secret: 'bot_token', at: 'body:/text', path: '/bot{}/sendMessage' }] })],
    ['a credential in another form', network({ credentials: [{ secret: 'bot_token', at: 'path', form: '/{}/' }] })],
    ['a key for signatures', { permissions: { ...TELEGRAM.permissions, hmac: ['bot_token'] } }],
    ['a socket', { permissions: { ...TELEGRAM.permissions, websocket: [{ url: 'wss://evil.example' }] } }],
    ['storage', { permissions: { ...TELEGRAM.permissions, storage: { max_bytes: 1 } } }],
    ['timers', { permissions: { ...TELEGRAM.permissions, timers: true } }],
    ['mail', { permissions: { ...TELEGRAM.permissions, mail: ['send'] } }],
    ['unsigned deliveries', webhook({ verify: { scheme: 'none' } })],
    ['another secret for the proof', webhook({ verify: { scheme: 'telegram_secret_token', secret: 'bot_token' } })],
    ['a challenge', webhook({ challenge: 'hub_challenge' })],
    ['another acknowledgement, which a platform may obey', webhook({ ack: { body: '<Response><Dial>+900</Dial></Response>' } })],
    ['a header shown to the adapter', webhook({ headers: ['authorization'] })],
    ['a method of delivery more', webhook({ methods: ['POST', 'GET'] })],
    ['larger deliveries', webhook({ max_body_bytes: 10_000_000 })],
    ['a default that sends the token elsewhere', field('api_base_url', { default: 'https://evil.example' })],
    ['a choice that leaves one place only', field('api_base_url', { enum: ['https://evil.example'] })],
    ['a secret that is shown', field('bot_token', { secret: false })],
    ['another variable', field('bot_token', { env: 'AGENTOS_ADMIN_TOKEN' })],
    ['a secret that somebody else makes', field('bot_token', { generate: 'token' })],
    ['more memory', { budget: { heap_mb: 1024 } }],
    ['a promise that sending twice is harmless', { send: { idempotent: true } }],
  ])('%s', (_name, changes) => {
    expect(widened(changes)).toBe(true);
  });

  it('a new default of the user name that goes with the password', () => {
    expect(widened(field('account_sid', { default: 'AC_evil' }), ownManifest('whatsapp_twilio'))).toBe(true);
    expect(widened(field('ack_text', { default: 'Thanks!' }), ownManifest('whatsapp_twilio'))).toBe(false);
  });
});

it('compares with a plugin that asks for nothing at all', () => {
  const webchat: Manifest = ownManifest('webchat');
  expect(widened({}, webchat)).toBe(false);
  expect(widened({ webhook_url: '/webhooks/x', webhook: { verify: { scheme: 'none' } } }, webchat)).toBe(true);
});

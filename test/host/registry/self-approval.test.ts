import { describe, expect, it } from 'vitest';
import { decideApprove, decideByItself, emptyRow } from '../../../host/registry/decisions.ts';
import { differenceOf, summaryOf } from '../../../host/registry/difference.ts';
import { codeHashOf, digestOf } from '../../../host/registry/digest.ts';
import type { PluginSource } from '../../../host/registry/plugin-source.ts';
import { decideSelfApproval } from '../../../host/registry/self-approval.ts';
import type { Manifest } from '../../../schemas/manifest.ts';

const MANIFEST = {
  id: 'my_channel',
  name: 'Mine',
  version: '1.0.0',
  adapter_class: './adapter.ts#MyAdapter',
  capabilities: ['text', 'typing'],
  webhook_url: '/webhooks/my_channel',
  webhook: { verify: { scheme: 'hmac', secret: 'token', header: 'x-signature' }, event_id: [['/id']], headers: ['x-one'] },
  configuration_schema: { token: { type: 'string', secret: true }, room: { type: 'string', default: 'lobby' } },
  permissions: {
    network: [{ url: 'https://a.example', methods: ['GET', 'POST'], reason: 'Speaks.' }, { url: 'https://b.example' }],
    storage: { max_bytes: 1000 },
    timers: true,
  },
  budget: { heap_mb: 64 },
} as unknown as Manifest;

const source = (manifest: object = {}, code = 'code'): PluginSource => {
  const whole = { ...MANIFEST, ...manifest } as Manifest;
  return {
    kind: 'channel',
    id: 'my_channel',
    folder: '/x',
    manifest: whole,
    builtin: null,
    export_name: 'MyAdapter',
    widens: true,
    problems: [],
    setup_guide: null,
    bundle: { code, source_map: null },
    digest: digestOf(code, whole),
  };
};
const permissions = (change: object): object => ({ permissions: { ...MANIFEST.permissions, ...change } });
const NOW = 1_000;
const approved = (of = source()) =>
  decideApprove({ row: emptyRow('channel', 'my_channel'), source: of, file: undefined, digest: null, actor: 'cli:ann', now: NOW }).row;
const decide = (now: PluginSource, more: Partial<Parameters<typeof decideSelfApproval>[0]> = {}) =>
  decideSelfApproval({ source: now, stored: approved(), by_file: false, own_folder: false, ...more })?.actor ?? null;

describe('the same code', () => {
  it.each<[string, object]>([
    ['one origin less', permissions({ network: [MANIFEST.permissions?.network?.[0]] })],
    ['one method less', permissions({ network: [{ url: 'https://a.example', methods: ['GET'] }] })],
    ['no timers', permissions({ timers: undefined })],
    ['less storage', permissions({ storage: { max_bytes: 10 } })],
    ['less memory', { budget: { heap_mb: 32 } }],
    ['fewer headers', { webhook: { ...MANIFEST.webhook, headers: [] } }],
    ['one feature less', { capabilities: ['text'] }],
    ['another name and version', { name: 'Other', version: '1.0.1', description: 'New.' }],
    ['another reason', permissions({ network: [{ url: 'https://b.example', reason: 'Other words.' }] })],
  ])('with %s needs nobody', (_name, change) => {
    expect(decide(source(change))).toBe('host');
  });

  it.each<[string, object]>([
    ['one origin more', permissions({ network: [...(MANIFEST.permissions?.network ?? []), { url: 'https://c.example' }] })],
    ['a method more', permissions({ network: [{ url: 'https://a.example' }] })],
    ['more storage', permissions({ storage: { max_bytes: 1001 } })],
    ['mail', permissions({ mail: ['send'] })],
    ['a key to sign with', permissions({ hmac: ['token'] })],
    ['more memory', { budget: { heap_mb: 65 } }],
    ['a call that may take longer', { budget: { heap_mb: 64, call_timeout_ms: 100_000 } }],
    ['another proof of the sender', { webhook: { verify: { scheme: 'none' } } }],
    ['a secret that becomes readable', { configuration_schema: { token: { type: 'string' } } }],
    ['another default', { configuration_schema: { ...MANIFEST.configuration_schema, room: { type: 'string', default: 'x' } } }],
    ['a new field', { configuration_schema: { ...MANIFEST.configuration_schema, more: { type: 'string' } } }],
    ['another export', { adapter_class: './adapter.ts#Other' }],
    ['another path', { webhook_url: '/webhooks/other' }],
    ['other event ids', { webhook: { ...MANIFEST.webhook, event_id: [['/other']] } }],
    ['one context for each user', { session_scope: 'user' }],
    ['another pace', { limits: { send_per_second: 1000 } }],
    ['repeated sending', { send: { idempotent: true } }],
    ['one feature more', { capabilities: ['text', 'typing', 'edit'] }],
  ])('with %s waits for a person', (_name, change) => {
    expect(decide(source(change))).toBeNull();
  });
});

describe('changed code', () => {
  it('waits for a person, also when it asks for less', () => {
    expect(decide(source({}, 'other'))).toBeNull();
    expect(decide(source(permissions({ timers: undefined }), 'other'))).toBeNull();
  });

  it('in the own folder in development needs nobody while it asks for no more', () => {
    expect(decide(source({}, 'other'), { own_folder: true })).toBe('host:reload');
    expect(decide(source({ ...permissions({ timers: undefined }), adapter_class: './b.ts#B' }, 'other'), { own_folder: true })).toBe(
      'host:reload',
    );
    expect(decide(source(permissions({ mail: ['send'] }), 'other'), { own_folder: true })).toBeNull();
    expect(decide(source({ webhook: { verify: { scheme: 'none' } } }, 'other'), { own_folder: true })).toBeNull();
    expect(decide(source({ configuration_schema: { token: { type: 'string' } } }, 'other'), { own_folder: true })).toBeNull();
  });

  it('cannot read a secret by leaving its field out for one edit', () => {
    const without = source({ configuration_schema: { room: { type: 'string' } }, webhook: undefined, webhook_url: undefined }, 'two');
    expect(decide(without, { own_folder: true })).toBe('host:reload');
    const stored = decideByItself(approved(), without, { actor: 'host:reload', because: '' }, NOW).row;
    const back = source({ configuration_schema: { token: { type: 'string' } }, webhook: undefined, webhook_url: undefined }, 'three');
    expect(decide(back, { own_folder: true, stored })).toBeNull();
    const secret = source(
      { configuration_schema: { token: { type: 'string', secret: true } }, webhook: undefined, webhook_url: undefined },
      'three',
    );
    expect(decide(secret, { own_folder: true, stored })).toBe('host:reload');
  });

  it('cannot grow step by step: each request is compared with the one before', () => {
    const less = source(permissions({ timers: undefined }), 'two');
    const stored = decideByItself(approved(), less, { actor: 'host:reload', because: '' }, NOW).row;
    expect(decide(source({}, 'three'), { own_folder: true, stored })).toBeNull();
  });
});

describe('nobody approves by itself', () => {
  it.each<[string, Partial<Parameters<typeof decideSelfApproval>[0]>]>([
    ['what no person has approved before', { stored: emptyRow('channel', 'my_channel') }],
    ['a channel of which nothing is stored', { stored: null }],
    ['what a file decides', { by_file: true }],
    ['by what an older version stored', { stored: { ...approved(), grants: '{"timers":true}' } }],
    ['by what nobody can read', { stored: { ...approved(), grants: '{"code":' } }],
    ['a folder with errors', { source: { ...source({}, 'other'), digest: null, bundle: null } }],
  ])('%s', (_name, more) => {
    expect(decide(source(permissions({ timers: undefined })), { own_folder: true, ...more })).toBeNull();
  });
});

describe('the difference', () => {
  const side = ({ digest, bundle, manifest }: PluginSource) => ({
    digest,
    code: bundle === null ? null : codeHashOf(bundle.code),
    manifest: manifest as Manifest,
  });
  const between = (now: PluginSource) => differenceOf(side(now), side(source()));

  it('names each permission that is new, wider, narrower or gone, and whether the code changed', () => {
    const difference = between(
      source(
        {
          version: '1.1.0',
          permissions: {
            network: [
              { url: 'https://a.example', methods: ['GET'] },
              { url: 'https://c.example', reason: 'For pictures.' },
            ],
            storage: { max_bytes: 5000 },
          },
        },
        'other',
      ),
    );
    expect(difference).toEqual({
      against: source().digest,
      code: 'changed',
      permissions: [
        { permission: 'network https://a.example', change: 'narrower', reason: null },
        { permission: 'network https://c.example', change: 'new', reason: 'For pictures.' },
        { permission: 'storage', change: 'wider', reason: null },
        { permission: 'network https://b.example', change: 'removed', reason: null },
        { permission: 'timers', change: 'removed', reason: null },
      ],
      manifest: ['version'],
    });
    expect(summaryOf(difference)).toBe(
      'its code changed; new: network https://c.example; wider: storage; narrower: network https://a.example; ' +
        'removed: network https://b.example, timers; also changed in its manifest: version',
    );
  });

  it('tells another path, another proof and a bigger budget as what they are', () => {
    expect(between(source({ webhook_url: '/webhooks/other' })).permissions).toEqual([
      { permission: 'webhook', change: 'wider', reason: null },
    ]);
    expect(between(source({ webhook: { verify: { scheme: 'none' } } })).permissions).toEqual([
      { permission: 'webhook', change: 'wider', reason: null },
    ]);
    expect(between(source({ budget: { heap_mb: 65 } })).permissions).toEqual([{ permission: 'budget', change: 'wider', reason: null }]);
    expect(between(source({ configuration_schema: { token: { type: 'string' } } })).permissions).toEqual([
      { permission: 'configuration fields', change: 'wider', reason: null },
    ]);
  });

  it('of a first request is everything that it asks for', () => {
    const first = differenceOf(side(source()), { digest: null, code: null, manifest: null });
    expect(first).toMatchObject({ against: null, code: 'new', manifest: [] });
    expect(first.permissions.map(({ change, permission }) => `${change} ${permission}`)).toEqual([
      'new network https://a.example',
      'new network https://b.example',
      'new storage',
      'new timers',
      'new webhook',
      'new budget',
    ]);
  });
});

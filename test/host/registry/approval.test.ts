import { describe, expect, it } from 'vitest';
import { type ApprovalInput, decideApproval } from '../../../host/registry/approval.ts';
import type { PluginSource } from '../../../host/registry/plugin-source.ts';
import type { ChannelGrants } from '../../../schemas/channels-config.ts';
import type { Manifest } from '../../../schemas/manifest.ts';
import { FOLDER_MANIFEST } from './fixture.ts';

const DIGEST = 'sha256-now';

const source = (manifest: object = {}, more: Partial<PluginSource> = {}): PluginSource => ({
  kind: 'channel',
  id: 'my_channel',
  folder: '/x',
  manifest: { ...FOLDER_MANIFEST, ...manifest } as unknown as Manifest,
  builtin: null,
  export_name: 'MyAdapter',
  widens: true,
  problems: [],
  setup_guide: null,
  bundle: { code: '', source_map: null },
  digest: DIGEST,
  ...more,
});

const decide = (input: Partial<ApprovalInput>) => decideApproval({ source: source(), entry: null, stored: null, ...input });
const GRANT = { network: ['https://api.example.com'] };

describe('code in the folder', () => {
  it('waits for a person', () => {
    expect(decide({})).toEqual({ approved: false, by: null });
    expect(decide({ entry: { config: { token: 'x' } } })).toEqual({ approved: false, by: null });
  });

  it('runs when a person approved exactly this digest', () => {
    expect(decide({ stored: { digest: DIGEST } })).toEqual({ approved: true, by: 'approval' });
    expect(decide({ stored: { digest: 'sha256-before' } }).approved).toBe(false);
    expect(decide({ stored: { digest: null } }).approved).toBe(false);
  });

  it('runs by a file that names the digest and everything it asks for', () => {
    expect(decide({ entry: { grants: { digest: DIGEST, ...GRANT } } })).toEqual({ approved: true, by: 'file' });
  });

  it('runs by a file without a digest, which says that any code does', () => {
    expect(decide({ entry: { grants: GRANT } })).toMatchObject({
      approved: true,
      by: 'file',
      warning: expect.stringContaining(`"digest": "${DIGEST}"`),
    });
  });

  it('waits again when the file names the digest of other code, and says which', () => {
    expect(decide({ entry: { grants: { digest: 'sha256-before', ...GRANT } } })).toMatchObject({
      approved: false,
      warning: expect.stringContaining('sha256-before'),
    });
  });

  it('an approval of this digest holds beside a file that grants less', () => {
    expect(decide({ entry: { grants: {} }, stored: { digest: DIGEST } })).toEqual({ approved: true, by: 'approval' });
  });

  it('has no digest while it has errors, so that nothing approves it', () => {
    const broken = source({}, { digest: null, bundle: null });
    expect(decide({ source: broken, entry: { grants: GRANT }, stored: { digest: null } }).approved).toBe(false);
    expect(decide({ source: source({}, { manifest: null }), stored: { digest: DIGEST } }).approved).toBe(false);
  });
});

describe("the file's grants", () => {
  it.each<[string, object, object, string]>([
    ['another origin', {}, { network: ['https://api.example.org'] }, 'network https://api.example.com'],
    ['another port', {}, { network: ['https://api.example.com:8443'] }, 'network https://api.example.com'],
    ['the same host without TLS', {}, { network: ['http://api.example.com'] }, 'network https://api.example.com'],
    ['a name that only ends alike', {}, { network: ['https://example.com'] }, 'network https://api.example.com'],
    ['storage left out', { permissions: { storage: { max_bytes: 1 } } }, {}, 'storage'],
    ['keys left out', { permissions: { hmac: ['token'] } }, {}, 'hmac'],
    ['timers left out', { permissions: { timers: true } }, {}, 'timers'],
    ['mail left out', { permissions: { mail: ['send'] } }, {}, 'mail'],
    [
      'a socket left out',
      { permissions: { websocket: [{ url: 'wss://gw.example.com' }] } },
      { network: ['https://gw.example.com'] },
      'websocket',
    ],
    ['unsigned deliveries left out', { permissions: {}, webhook: { verify: { scheme: 'none' } } }, {}, 'unsigned_webhook'],
  ])('do not cover %s', (_name, manifest, grants, missing) => {
    const decision = decide({ source: source(manifest), entry: { grants: { digest: DIGEST, ...grants } } });
    expect(decision).toMatchObject({ approved: false, by: null, warning: expect.stringContaining(missing) });
  });

  it('cover every power by true, and a socket by its origin', () => {
    const permissions = {
      storage: { max_bytes: 1 },
      timers: true,
      hmac: ['token'],
      mail: ['send'],
      websocket: [{ url: 'wss://gw.example.com' }],
    };
    const grants: ChannelGrants = {
      digest: DIGEST,
      storage: true,
      timers: true,
      hmac: true,
      mail: true,
      websocket: ['wss://gw.example.com'],
      unsigned_webhook: true,
    };
    expect(decide({ source: source({ permissions, webhook: { verify: { scheme: 'none' } } }), entry: { grants } }).approved).toBe(true);
  });

  it('two sockets of different hosts are two', () => {
    const permissions = { websocket: [{ url: 'wss://a.example.com' }] };
    expect(
      decide({ source: source({ permissions }), entry: { grants: { digest: DIGEST, websocket: ['wss://b.example.com'] } } }).approved,
    ).toBe(false);
  });

  it("need not name an address that the operator stated; the manifest's own default they must", () => {
    const grants = { digest: DIGEST, network: [] };
    expect(decide({ entry: { grants } }).approved).toBe(false);
    expect(decide({ entry: { grants, config: { api_base_url: 'http://127.0.0.1:9999' } } }).approved).toBe(true);
    expect(decide({ entry: { grants }, stated: ['api_base_url'] }).approved).toBe(true);
  });
});

describe('a built-in plugin', () => {
  it('that widens nothing needs nobody', () => {
    const own = source({}, { builtin: 'telegram', widens: false });
    expect(decide({ source: own })).toEqual({ approved: true, by: 'builtin' });
    expect(decide({ source: own, entry: { grants: { digest: 'sha256-before' } } })).toEqual({ approved: true, by: 'builtin' });
  });

  it('that widens waits like any other', () => {
    const wide = source({}, { builtin: 'telegram', widens: true });
    expect(decide({ source: wide }).approved).toBe(false);
    expect(decide({ source: wide, stored: { digest: DIGEST } })).toEqual({ approved: true, by: 'approval' });
  });
});

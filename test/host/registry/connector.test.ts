/** A connector's folder, read and checked as a channel's is. */
import { afterAll, describe, expect, it } from 'vitest';
import { decideApproval } from '../../../host/registry/approval.ts';
import type { Builtins } from '../../../host/registry/builtins.ts';
import { differenceOf } from '../../../host/registry/difference.ts';
import { scanPlugin } from '../../../host/registry/scan.ts';
import { bundleFolder } from '../../../host/sandbox/bundle.ts';
import type { Manifest } from '../../../schemas/manifest.ts';
import { makeHome } from '../../support/home.ts';

const home = makeHome();
afterAll(() => home.remove());

const SOURCE =
  "import { BaseConnector } from 'communicationos/sdk';\nexport class Mine extends BaseConnector { async execute() {} getSupportedOperations() { return []; } }";

const scan = async (id: string, manifest: object) => {
  home.write(`store/connectors/${id}/manifest.json`, {
    id,
    name: 'Mine',
    version: '1.0.0',
    adapter_class: './connector.ts#Mine',
    setup_guide: 'README.md',
    ...manifest,
  });
  home.write(`store/connectors/${id}/connector.ts`, SOURCE);
  home.write(`store/connectors/${id}/README.md`, '# Mine\n');
  return scanPlugin(`${home.dir}/store/connectors/${id}`, { builtins: new Map(), bundle: bundleFolder, kind: 'connector' });
};
const params = { type: 'object', description: 'Gets it.' };

describe("a connector's folder", () => {
  it('becomes a bundle and a digest', async () => {
    const source = await scan('good', { operations: { get: { effect: 'read', params } } });
    expect(source).toMatchObject({ problems: [], export_name: 'Mine', digest: expect.stringMatching(/^sha256-/) });
  });

  it('may ask for every address, which a person reads in words, but for no secret to go there', async () => {
    const operations = { get: { effect: 'read', params } };
    const open = await scan('open_web', { operations, permissions: { network: [{ url: '*', reason: 'Reads pages.' }] } });
    expect(open.problems).toEqual([]);
    const manifest = open.manifest as NonNullable<typeof open.manifest>;
    const difference = differenceOf({ digest: null, code: null, manifest }, { digest: null, code: null, manifest: null });
    expect(difference.permissions).toContainEqual({
      permission: 'network every public http and https address',
      change: 'new',
      reason: 'Reads pages.',
    });
    const credentials = [{ secret: 'key', at: 'header:authorization' }];
    const strewn = await scan('strewn', {
      operations,
      configuration_schema: { key: { type: 'string', secret: true } },
      permissions: { network: [{ url: '*', credentials }] },
    });
    expect(strewn.problems).toMatchObject([
      {
        severity: 'error',
        check: 'addresses',
        pointer: '/permissions/network/0/credentials',
        hint: expect.stringContaining('Name the origin'),
      },
    ]);
    expect(strewn.digest).toBeNull();
  });

  it('tells of an operation without an effect, and of a schema that is not closed, with line and fix', async () => {
    const without = await scan('no_effect', { operations: { get: { params } } });
    expect(without.problems).toMatchObject([{ severity: 'error', check: 'structure', hint: expect.stringContaining('effect') }]);
    const open = await scan('open', { operations: { get: { effect: 'read', params: { ...params, properties: { a: { $ref: '#' } } } } } });
    expect(open.problems).toMatchObject([
      { severity: 'error', check: 'params', pointer: '/operations/get/params/properties/a/$ref', line: expect.any(Number) },
    ]);
    expect(open.digest).toBeNull();
    const list = await scan('list', { operations: { get: { effect: 'read', params: { type: 'array' } } } });
    expect(list.problems.map(({ check, severity }) => [check, severity])).toEqual([
      ['operations', 'error'],
      ['operations', 'warning'],
    ]);
  });
});

describe("a folder that names a built-in connector takes the rest from the plugin's own manifest", () => {
  const own = {
    id: 'wiki',
    name: 'Wiki',
    version: '1.0.0',
    adapter_class: './connector.ts#WikiConnector',
    operations: { get: { effect: 'read', params }, put: { effect: 'write', params, risk: 'medium' } },
    permissions: { network: [{ url: 'https://wiki.example', reason: 'Reads.' }] },
  } as unknown as Manifest;
  const builtins: Builtins = new Map([
    ['wiki', { manifest: own, bundle: { code: '/* wiki */', source_map: null }, export_name: 'WikiConnector', setup_guide: null }],
  ]);
  const dropped = async (id: string, more: object = {}) => {
    home.write(`store/connectors/${id}/manifest.json`, { id, name: 'W', version: '1.0.0', adapter_class: 'wiki#WikiConnector', ...more });
    const source = await scanPlugin(`${home.dir}/store/connectors/${id}`, { builtins, bundle: bundleFolder, kind: 'connector' });
    return { source, approval: decideApproval({ source, entry: null, stored: null }) };
  };

  it.each<[string, object]>([
    ['nothing more', {}],
    ['fewer operations', { operations: { get: { effect: 'read', params } } }],
    ['fewer permissions', { permissions: {} }],
  ])('with %s it needs no approval', async (_what, more) => {
    const { source, approval } = await dropped('wiki', more);
    expect(source).toMatchObject({ kind: 'connector', builtin: 'wiki', widens: false, problems: [] });
    expect(approval).toEqual({ approved: true, by: 'builtin' });
  });

  it.each<[string, object]>([
    ['an operation that is said to read', { operations: { put: { effect: 'read', params, risk: 'medium' } } }],
    ['an operation with other parameters', { operations: { get: { effect: 'read', params: { ...params, additionalProperties: true } } } }],
    ['an operation of a lesser risk', { operations: { put: { effect: 'write', params, risk: 'low' } } }],
    ['an operation of its own', { operations: { get: { effect: 'read', params }, all: { effect: 'read', params } } }],
    ['another address', { permissions: { network: [{ url: 'https://evil.example', reason: 'Reads.' }] } }],
  ])('with %s a person has to approve it', async (_what, more) => {
    const { source, approval } = await dropped('wiki', more);
    expect(source).toMatchObject({ widens: true });
    expect(approval).toMatchObject({ approved: false });
  });
});

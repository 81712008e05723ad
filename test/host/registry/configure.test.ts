/** What is secret, or says where a power may reach, is the word of an admin: by the folder, and by what serves or was approved. */
import { describe, expect, it } from 'vitest';
import { decideConfigure } from '../../../host/registry/configure.ts';
import type { PluginSource } from '../../../host/registry/plugin-source.ts';
import type { Manifest } from '../../../schemas/manifest.ts';

const manifestOf = (more: Partial<Manifest> = {}): Manifest => ({
  id: 'mine',
  name: 'Mine',
  version: '1.0.0',
  adapter_class: './adapter.ts#Mine',
  configuration_schema: { token: { type: 'string' }, base: { type: 'string' }, color: { type: 'string' } },
  ...more,
});
const protecting = manifestOf({
  configuration_schema: { token: { type: 'string', secret: true }, base: { type: 'string' }, color: { type: 'string' } },
  permissions: { network: [{ url: '{config.base}', methods: ['GET'] }] } as Manifest['permissions'],
});
const plain = manifestOf();

const configure = (
  folder: Manifest,
  given: Record<string, string>,
  { approved = [], secret_fields = [], may_grant = false }: { approved?: Manifest[]; secret_fields?: string[]; may_grant?: boolean } = {},
) =>
  decideConfigure({
    source: { id: 'mine', manifest: folder } as PluginSource,
    approved,
    secret_fields,
    given,
    kept: {},
    stated: { values: {}, missing: [], problems: [], to_generate: [], variable: (name: string) => name } as never,
    may_grant,
  });

describe.each([
  ['the folder', protecting, [plain]],
  ['what serves or was approved', plain, [protecting]],
] as const)('a field that %s protects', (_who, folder, approved) => {
  it.each(['token', 'base'])('is not set by an operator: %s', (name) => {
    expect(() => configure(folder, { [name]: 'https://evil.example' }, { approved: [...approved] })).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN' }),
    );
  });

  it('is set by an admin, and a changed reach is named', () => {
    const given = { token: 'x', base: 'https://api.example' };
    expect(configure(folder, given, { approved: [...approved], may_grant: true })).toEqual({
      kept: given,
      fields: ['token', 'base'],
      grants: ['base'],
    });
  });

  it('leaves the others to an operator', () => {
    expect(configure(folder, { color: 'red' }, { approved: [...approved] }).fields).toEqual(['color']);
  });
});

it('a field that was secret before stays the word of an admin', () => {
  expect(() => configure(plain, { token: 'x' }, { secret_fields: ['token'] })).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  expect(configure(plain, { token: 'x' }).fields).toEqual(['token']);
});

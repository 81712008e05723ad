import { describe, expect, it } from 'vitest';
import type { Evaluated } from '../../../host/registry/evaluate.ts';
import type { PluginSource } from '../../../host/registry/plugin-source.ts';
import { channelView, type Seen } from '../../../host/registry/plugin-view.ts';
import type { Manifest } from '../../../schemas/manifest.ts';

const sourceWith = (configuration_schema: Manifest['configuration_schema'] | null): PluginSource =>
  ({
    kind: 'channel',
    id: 'mine',
    builtin: null,
    problems: [],
    bundle: null,
    digest: null,
    setup_guide: null,
    manifest:
      configuration_schema === null
        ? null
        : { id: 'mine', name: 'Mine', version: '1.0.0', adapter_class: './adapter.ts#Mine', configuration_schema },
  }) as unknown as PluginSource;

const evaluatedOf = (source: PluginSource): Evaluated => ({
  ready: false,
  approved: false,
  enabled: true,
  approved_by: null,
  shown: {},
  missing: [],
  generated: null,
  source,
  values: {},
  secret_fields: new Set(),
  status: { state: 'invalid', reason: 'It is.', fix: null },
});

const shownOf = (folder: PluginSource, serving: PluginSource | null = null): object => {
  const seen: Seen = {
    source: folder,
    evaluated: evaluatedOf(folder),
    row: null,
    serving: serving && evaluatedOf(serving),
    live: null,
    incoming: null,
    failed: null,
    kept_problem: null,
  };
  return channelView(seen).configuration_schema;
};

const token = { token: { type: 'string', secret: true, title: 'Token' } } as const;
const base = { base: { type: 'string', format: 'uri' } } as const;

describe('the fields of a plugin', () => {
  it("are those of the folder's manifest, as it states them", () => {
    expect(shownOf(sourceWith(token), sourceWith(base))).toEqual(token);
  });

  it('are those of what serves when the folder cannot be read', () => {
    expect(shownOf(sourceWith(null), sourceWith(base))).toEqual(base);
  });

  it('are none when no manifest has any', () => {
    expect(shownOf(sourceWith(undefined))).toEqual({});
    expect(shownOf(sourceWith(null))).toEqual({});
  });
});

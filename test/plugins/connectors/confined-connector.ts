/**
 * A built-in connector as it really runs: built, in a locked realm, with the powers that its own manifest asks for, over
 * the host's real egress, which lets out what a test names and nothing else.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach } from 'vitest';
import { createRequestTracker } from '../../../host/capabilities/request-tracker.ts';
import { createPluginStorage } from '../../../host/capabilities/storage.ts';
import { createMemoryStorage } from '../../../host/conformance/memory-storage.ts';
import type { EgressPolicy } from '../../../host/egress/egress.ts';
import type { Resolver } from '../../../host/egress/resolve.ts';
import { BUILTIN_CONNECTORS } from '../../../host/registry/builtin-names.ts';
import { inspectManifest } from '../../../host/registry/inspect-manifest.ts';
import { messageLimits } from '../../../host/registry/plugin-budget.ts';
import type { PluginSource } from '../../../host/registry/plugin-source.ts';
import type { CallResult, ConfinedAdapter, Sandbox } from '../../../host/sandbox/confined.ts';
import { createGeneration } from '../../../host/wiring/channel-generation.ts';
import type { Ready } from '../../../host/wiring/plugin-powers.ts';
import { noNames, openEgress } from '../../host/egress/harness.ts';
import { ROOT } from '../../support/home.ts';

const read = (folder: string, file: string): Uint8Array => new Uint8Array(readFileSync(path.join(ROOT, folder, file)));

export const builtinFiles = (id: string): ReadonlyMap<string, Uint8Array> => {
  const folder = `plugins/connectors/${id}`;
  const names = ['manifest.json', 'README.md', 'fixtures/answers.json', 'fixtures/params.json', 'fixtures/config.json'];
  return new Map(
    names.flatMap((name): [string, Uint8Array][] => {
      try {
        return [[name, read(folder, name)]];
      } catch {
        return [];
      }
    }),
  );
};

/** What the registry makes of a folder that names the plugin and leaves everything else to it. */
export const builtinSource = (id: string): PluginSource => {
  const [export_name = ''] = Object.entries(BUILTIN_CONNECTORS).find(([, each]) => each === id) ?? [];
  const bundle = {
    code: new TextDecoder().decode(read(`dist/plugins/connectors/${id}`, 'adapter.js')),
    source_map: new TextDecoder().decode(read(`dist/plugins/connectors/${id}`, 'adapter.js.map')),
  };
  const manifest = JSON.parse(new TextDecoder().decode(builtinFiles(id).get('manifest.json')));
  const { name, version, adapter_class } = manifest;
  const own = new TextEncoder().encode(JSON.stringify({ id, name, version, adapter_class, setup_guide: 'README.md' }));
  const files = new Map([...builtinFiles(id), ['manifest.json', own]]);
  const inspected = inspectManifest(id, files, new Map([[id, { manifest, bundle, export_name, setup_guide: null }]]), 'connector');
  if (inspected.manifest === null) throw new Error(JSON.stringify(inspected.problems));
  return {
    kind: 'connector',
    id,
    folder: `plugins/connectors/${id}`,
    manifest: inspected.manifest,
    builtin: id,
    export_name,
    widens: false,
    problems: inspected.problems,
    setup_guide: null,
    bundle,
    digest: 'sha256-of-nothing',
  };
};

export interface RunOptions {
  config?: Record<string, string | number | boolean>;
  /** Real values, of which the plugin sees placeholders. */
  secrets?: Record<string, string>;
  policy?: Partial<EgressPolicy>;
  resolver?: Resolver;
  /** Whom mail servers are trusted by. */
  ca?: string;
}

export interface RunningConnector {
  adapter: ConfinedAdapter;
  execute(operation: string, params: Record<string, unknown>, timeout_ms?: number): Promise<CallResult>;
  /** What it gives; fails with its error. */
  result<Result>(operation: string, params: Record<string, unknown>): Promise<Result>;
  placeholders: Record<string, unknown>;
}

const opened: ConfinedAdapter[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((adapter) => adapter.stop(0)));
});

/** Ended after the test. The policy's time for one operation is the deadline of a call. */
export const runConnector = async (sandbox: Sandbox, id: string, options: RunOptions = {}): Promise<RunningConnector> => {
  const { config = {}, secrets = {}, policy = {}, resolver = noNames, ca } = options;
  const source = builtinSource(id);
  const fields = source.manifest?.configuration_schema ?? {};
  const defaults = Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) => (field.default === undefined ? [] : [[name, field.default]])),
  );
  const values = Object.fromEntries(
    Object.entries({ ...defaults, ...config, ...secrets }).map(([name, value]) => [name, { value, source: 'stored' as const }]),
  );
  const ready: Ready = {
    ready: true,
    source,
    status: { state: 'starting', reason: null, fix: null },
    values,
    secret_fields: new Set(Object.entries(fields).flatMap(([name, { secret }]) => (secret ? [name] : []))),
    enabled: true,
    approved_by: null,
    shown: {},
    missing: [],
    generated: null,
  };
  const generation = createGeneration(
    {
      egress: openEgress({ policy, resolver }),
      ca,
      public_url: null,
      budgets: undefined,
      network_mode: () => 'on',
      record: async () => undefined,
      storage: createPluginStorage(createMemoryStorage()),
      attachmentsOf: async () => [],
      inbound: { open: () => null },
    },
    ready,
    createRequestTracker(),
  );
  const started = await sandbox.start({
    ...generation,
    channel_id: id,
    code: generation.bundle.code,
    source_map: generation.bundle.source_map ?? undefined,
    webhook_url: undefined,
    heap_mb: generation.budget.heap_mb,
    cpu_ms_per_second: generation.budget.cpu_ms_per_second,
    call_timeout_ms: 30_000,
    boot_timeout_ms: 20_000,
    ...messageLimits(generation.manifest),
    on_log: () => undefined,
  });
  if (!started.ok) throw new Error(`${started.fault.code}: ${started.fault.message}`);
  const { adapter } = started;
  opened.push(adapter);
  const execute: RunningConnector['execute'] = (operation, params, timeout_ms) =>
    adapter.call('execute', [operation, params as never], timeout_ms === undefined ? {} : { timeout_ms });
  return {
    adapter,
    execute,
    placeholders: generation.config,
    async result<Result>(operation: string, params: Record<string, unknown>) {
      const called = await execute(operation, params);
      if (!called.ok) throw new Error(`${called.code}: ${called.message}\n${called.stack}`);
      return called.value as Result;
    },
  };
};

/** The folder that `channel create` writes, with something changed in it, as it would run. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createBench } from '../../host/conformance/bench.ts';
import type { ContractCheck } from '../../host/conformance/contract-check.ts';
import { readFixtures } from '../../host/conformance/fixtures.ts';
import { type CheckResult, tryCheck } from '../../host/conformance/suite.ts';
import { inspectManifest } from '../../host/registry/inspect-manifest.ts';
import type { PluginSource } from '../../host/registry/plugin-source.ts';
import { bundleFolder } from '../../host/sandbox/bundle.ts';
import type { Sandbox } from '../../host/sandbox/confined.ts';
import { createLauncher } from '../../host/wiring/contract-plugin.ts';
import { ROOT } from '../support/home.ts';

export type Kind = 'channel' | 'connector';

/** What to replace in which file, or a whole file. */
export type Change = [file: string, from: string | RegExp, to: string] | [file: string, text: string];

export const templateFiles = (kind: Kind, changes: readonly Change[] = []): Map<string, Uint8Array> => {
  const dir = path.join(ROOT, 'plugins/template', kind);
  const files = new Map<string, string>();
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    if (/\.\w+$/.test(name)) files.set(name, readFileSync(path.join(dir, name), 'utf8'));
  }
  for (const [file, from, to] of changes) {
    const text = files.get(file) ?? '';
    const changed = to === undefined ? (from as string) : text.replace(from, to);
    if (changed === text) throw new Error(`nothing of ${file} was changed`);
    files.set(file, changed);
  }
  return new Map([...files].map(([name, text]) => [name, new TextEncoder().encode(text)]));
};

export const templateSource = async (kind: Kind, files: ReadonlyMap<string, Uint8Array>): Promise<PluginSource> => {
  const id = `my_${kind}`;
  const { manifest, adapter, problems } = inspectManifest(id, files, new Map(), kind);
  if (manifest === null || adapter?.kind !== 'folder' || problems.length > 0) throw new Error(JSON.stringify(problems));
  const bundle = await bundleFolder({ files, entry: adapter.entry });
  if (!bundle.ok) throw new Error(JSON.stringify(bundle.problems));
  const { code, source_map } = bundle;
  return {
    kind,
    id,
    folder: id,
    manifest,
    builtin: null,
    export_name: adapter.export_name,
    widens: true,
    problems,
    setup_guide: null,
    bundle: { code, source_map },
    digest: 'sha256-of-nothing',
  };
};

/** One rule tried on a changed template. */
export const tryRule = async (sandbox: Sandbox, rule: ContractCheck, kind: Kind, changes: readonly Change[]): Promise<CheckResult> => {
  const files = templateFiles(kind, changes);
  const source = await templateSource(kind, files);
  const manifest = source.manifest as NonNullable<typeof source.manifest>;
  const fixtures = readFixtures(files, manifest.webhook_url ?? '');
  return tryCheck(rule, createBench({ manifest, files, fixtures, launch: createLauncher({ sandbox }, source) }));
};

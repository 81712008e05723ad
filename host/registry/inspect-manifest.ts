/** A folder's manifest, from its bytes to a merged and checked manifest with its problems. Pure. */
import { compile } from '../../schemas/compile.ts';
import { ConnectorManifest } from '../../schemas/connector-manifest.ts';
import { explainErrors } from '../../schemas/explain.ts';
import { type JsonText, parseJsonText } from '../../schemas/json-text.ts';
import { Manifest } from '../../schemas/manifest.ts';
import { nearest } from '../../schemas/nearest.ts';
import { type AdapterClass, type BuiltinNames, parseAdapterClass } from './adapter-class.ts';
import type { Builtins } from './builtins.ts';
import { CHECKS } from './checks/checks.ts';
import { type PluginKind, WORDS } from './kinds.ts';
import { isObject, mergeManifest } from './merge.ts';
import type { Problem } from './plugin-source.ts';
import type { Files } from './read-folder.ts';

export const MANIFEST_FILE = 'manifest.json';
const MAX_BYTES = 256 * 1024;
const MAX_STRUCTURE_PROBLEMS = 50;

export interface Inspected {
  /** Merged; null when its structure is not right. */
  manifest: Manifest | null;
  adapter: Exclude<AdapterClass, { kind: 'invalid' }> | null;
  problems: Problem[];
}

type ReadJson = Extract<JsonText, { ok: true }>;

const STRUCTURES = {
  channel: compile(Manifest, { every: true }),
  connector: compile(ConnectorManifest, { every: true }),
} as const;

const problem = (check: string, message: string, hint: string, line: number | null = null, pointer = ''): Problem => ({
  severity: 'error',
  check,
  file: MANIFEST_FILE,
  pointer,
  line,
  message,
  hint,
});

const decode = (bytes: Uint8Array): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
};

const readText = (files: Files, kind: PluginKind): { text: string } | { problem: Problem } => {
  const bytes = files.get(MANIFEST_FILE);
  if (bytes === undefined) {
    const meant = nearest(
      MANIFEST_FILE,
      [...files.keys()].filter((file) => !file.includes('/')),
    );
    const hint = meant ? `Rename ${meant} to ${MANIFEST_FILE}.` : `Write one, or run: ${WORDS[kind].command} create ID.`;
    return { problem: problem('folder', `The folder has no ${MANIFEST_FILE}.`, hint) };
  }
  if (bytes.length > MAX_BYTES) {
    return { problem: problem('json', `The manifest is larger than ${MAX_BYTES / 1024} KiB.`, 'Put long texts into the set-up guide.') };
  }
  const text = decode(bytes);
  return text === null ? { problem: problem('json', 'The manifest is not UTF-8 text.', 'Save it as UTF-8.') } : { text };
};

const structureProblems = (value: unknown, json: ReadJson, kind: PluginKind): Problem[] => {
  const checked = STRUCTURES[kind](value);
  if (checked.ok) return [];
  const explained = explainErrors(checked.errors).slice(0, MAX_STRUCTURE_PROBLEMS);
  return explained.map(({ pointer, message, hint }) => problem('structure', message, hint, json.lineOf(pointer), pointer));
};

const adapterOf = (value: unknown, names: BuiltinNames): AdapterClass | null => {
  const text = isObject(value) && Object.hasOwn(value, 'adapter_class') ? value.adapter_class : undefined;
  return typeof text === 'string' && text !== '' ? parseAdapterClass(text, names) : null;
};

const inspectValue = (json: ReadJson, folder_name: string, files: Files, builtins: Builtins, kind: PluginKind): Inspected => {
  const names = new Map([...builtins].map(([id, { export_name }]) => [id, export_name]));
  const adapter = adapterOf(json.value, names);
  if (adapter?.kind === 'invalid') {
    const { message, hint } = adapter;
    const line = json.lineOf('/adapter_class');
    return { manifest: null, adapter: null, problems: [problem('adapter_class', message, hint, line, '/adapter_class')] };
  }
  const builtin = adapter?.kind === 'builtin' ? (builtins.get(adapter.builtin)?.manifest ?? null) : null;
  const own = json.value as Record<string, unknown>;
  const merged = builtin === null ? own : mergeManifest(own, builtin);
  const structure = structureProblems(merged, json, kind);
  if (structure.length > 0 || adapter === null) return { manifest: null, adapter, problems: structure };
  const manifest = merged as Manifest;
  const context = { folder_name, own, adapter, builtin, files: new Set(files.keys()) };
  const problems = CHECKS.flatMap(({ id, check }) =>
    check(manifest, context).map(
      (finding): Problem => ({ ...finding, check: id, file: MANIFEST_FILE, line: json.lineOf(finding.pointer) }),
    ),
  );
  return { manifest, adapter, problems };
};

/** With an `adapter_class` that names nothing, only that is told: everything else depends on it. */
export const inspectManifest = (folder_name: string, files: Files, builtins: Builtins, kind: PluginKind = 'channel'): Inspected => {
  const read = readText(files, kind);
  if ('problem' in read) return { manifest: null, adapter: null, problems: [read.problem] };
  const json = parseJsonText(read.text);
  if (!json.ok) return { manifest: null, adapter: null, problems: [problem('json', json.message, json.hint, json.line)] };
  const twice = json.duplicates.map(({ pointer, line, message, hint }) => problem('json', message, hint, line, pointer));
  const inspected = inspectValue(json, folder_name, files, builtins, kind);
  return { ...inspected, problems: [...twice, ...inspected.problems] };
};

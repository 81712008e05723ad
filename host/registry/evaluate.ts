/**
 * What a plugin may be, from what was found and decided: invalid, disabled, waiting for a person, waiting
 * for values, or ready to run. The first that applies is shown, with what mends it.
 */

import type { PluginRow } from '../db/unit.ts';
import { SCHEMES } from '../ingress/verify/schemes.ts';
import { WORDS } from './kinds.ts';
import type { PluginSource } from './plugin-source.ts';
import type { PluginStatus } from './plugin-status.ts';

/** A configuration value and who stated it. */
export interface ResolvedValue {
  value: string | number | boolean;
  source: 'environment' | 'file' | 'stored' | 'default' | 'generated';
}

export interface ResolvedConfig {
  values: Readonly<Record<string, ResolvedValue>>;
  missing: readonly string[];
  /** Fields for which the host makes a value. */
  to_generate: readonly string[];
  problems: readonly { field: string; message: string; hint: string }[];
  /** The variable that states a field, for the fix. */
  variable(field: string): string;
}

export interface Approval {
  approved: boolean;
  by: string | null;
  warning?: string | undefined;
}

export interface EvaluateDeps {
  /** The entry of `config/channels.json` or `config/connectors.json`. */
  fileEntry(id: string): { enabled?: boolean | undefined } | undefined;
  resolve(source: PluginSource, stored: Readonly<Record<string, string | number | boolean>>): ResolvedConfig;
  /** `stated`: fields whose value an operator stated by variable or API. */
  approval(source: PluginSource, stored: PluginRow | null, stated: readonly string[]): Approval;
  openStored(id: string, sealed: string): Record<string, string | number | boolean>;
  sealStored(id: string, values: Readonly<Record<string, string | number | boolean>>): string;
  newSecret(): string;
}

interface Common {
  enabled: boolean;
  approved_by: string | null;
  shown: Record<string, { value: unknown; source: string; secret: boolean }>;
  missing: readonly string[];
  /** The sealed values with what the host made; to be written. */
  generated: string | null;
  source: PluginSource;
  values: Readonly<Record<string, ResolvedValue>>;
  secret_fields: ReadonlySet<string>;
}

export type Evaluated =
  | (Common & { ready: false; approved: boolean; status: PluginStatus })
  | (Common & { ready: true; status: PluginStatus });

const MASK = '********';

const secretFields = (source: PluginSource): Set<string> =>
  new Set(Object.entries(source.manifest?.configuration_schema ?? {}).flatMap(([field, schema]) => (schema.secret ? [field] : [])));

/** Until it is approved nothing is shown: the folder's own manifest says which fields are secret, and it may lie. */
const shownConfig = (values: ResolvedConfig['values'], secrets: ReadonlySet<string>, approved: boolean): Common['shown'] =>
  Object.fromEntries(
    Object.entries(values).map(([field, { value, source }]) => [
      field,
      { value: secrets.has(field) || !approved ? MASK : value, source, secret: secrets.has(field) },
    ]),
  );

const firstError = (source: PluginSource): PluginStatus | null => {
  const errors = source.problems.filter((problem) => problem.severity === 'error');
  const [first] = errors;
  if (!first) return null;
  const place = first.line === null ? first.file : `${first.file}:${first.line}`;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return { state: 'invalid', reason: `${place}: ${first.message}${more}`, fix: first.hint };
};

/** The scheme's secret has no value: nothing unsigned is ever accepted, so the channel does not start. */
const unsigned = (source: PluginSource, values: ResolvedConfig['values']): string | null => {
  const verify = source.manifest?.webhook?.verify;
  if (!source.manifest?.webhook_url || !verify || !SCHEMES[verify.scheme].needs_secret) return null;
  const field = verify.secret ?? '';
  const value = values[field]?.value;
  return value === undefined || value === '' ? field : null;
};

const isEnabled = (deps: EvaluateDeps, source: PluginSource, stored: PluginRow | null): boolean => {
  if (stored?.enabled === 0) return false;
  return deps.fileEntry(source.id)?.enabled ?? true;
};

export const evaluate = async (deps: EvaluateDeps, source: PluginSource, stored: PluginRow | null): Promise<Evaluated> => {
  const kept = stored?.config ? deps.openStored(source.id, stored.config) : {};
  let config = source.manifest ? deps.resolve(source, kept) : null;
  let generated: string | null = null;
  if (config && config.to_generate.length > 0) {
    const made = Object.fromEntries(config.to_generate.map((field) => [field, deps.newSecret()]));
    generated = deps.sealStored(source.id, { ...kept, ...made });
    config = deps.resolve(source, { ...kept, ...made });
  }
  const { command, file } = WORDS[source.kind];
  const secrets = secretFields(source);
  const stated = Object.entries(config?.values ?? {}).flatMap(([field, { source: by }]) =>
    by === 'environment' || by === 'stored' ? [field] : [],
  );
  const approval = deps.approval(source, stored, stated);
  const common: Common = {
    enabled: isEnabled(deps, source, stored),
    approved_by: approval.by === 'approval' ? (stored?.approved_by ?? null) : approval.by,
    shown: config ? shownConfig(config.values, secrets, approval.approved) : {},
    missing: config?.missing ?? [],
    generated,
    source,
    values: config?.values ?? {},
    secret_fields: secrets,
  };
  const not = (status: PluginStatus): Evaluated => ({ ...common, ready: false, approved: approval.approved, status });
  if (!common.enabled) return not({ state: 'disabled', reason: 'It is switched off.', fix: `${command} enable ${source.id}` });
  const invalid = firstError(source);
  if (invalid) return not(invalid);
  if (!approval.approved) {
    return not({
      state: 'needs_approval',
      reason: approval.warning ?? 'Its code and permissions have not been approved.',
      fix: `Read it, then run: ${command} approve ${source.id} --digest ${source.digest}`,
    });
  }
  const resolved = config as ResolvedConfig;
  const [problem] = resolved.problems;
  if (problem) return not({ state: 'needs_config', reason: problem.message, fix: problem.hint });
  const field = unsigned(source, resolved.values);
  const missing = [...resolved.missing, ...(field !== null && !resolved.missing.includes(field) ? [field] : [])];
  if (missing.length > 0) {
    return not({
      state: 'needs_config',
      reason: `No value for ${missing.join(', ')}.`,
      fix: `Set ${missing.map((name) => resolved.variable(name)).join(', ')} in the environment or .env, or the fields in ${file}.`,
    });
  }
  return { ...common, ready: true, status: { state: 'starting', reason: null, fix: null } };
};

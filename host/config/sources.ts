/** Every setting with its effective value and the place that states it: `agentos config get|list`. Secrets are masked. */
import type { Config } from '../config.ts';
import { BUILTIN_VARIABLES } from './channel-variables.ts';
import { CHANNELS_FILE, CONNECTORS_FILE, POLICY_FILE } from './documents.ts';
import { dedupeWindowMs, rateOf } from './limits.ts';
import { resolvePolicy } from './policy-defaults.ts';
import { VARIABLES, type Variable, type VariableName } from './variables.ts';

export interface ConfigValue {
  key: string;
  /** null: not set. A section's value is an object. */
  value: unknown;
  source: string;
}

/** What was decided at run time; `updated_by` is `environment`, `host` (the default) or a person. */
interface DecidedMode {
  value: string;
  updated_by: string;
}

/** What only the running host knows. Values of secret fields are masked already, or are masked here. */
export interface ConfigState {
  network_mode: DecidedMode;
  execution_phase: DecidedMode;
  channels: readonly PluginFields[];
  connectors: readonly PluginFields[];
}

/** One channel or connector. */
interface PluginFields {
  id: string;
  config: Readonly<Record<string, { value: unknown; source: string; secret: boolean }>>;
  missing: readonly string[];
}

export const MASK = '********';
const NOT_SET = 'not set';

/** No channel has this id, so only what holds for all of them answers. */
const ANY_CHANNEL = '';

const FILES = { channels: CHANNELS_FILE, connectors: CONNECTORS_FILE } as const;

const fieldSource = (section: keyof typeof FILES, source: string): string => {
  if (source === 'file') return FILES[section];
  return source === 'stored' ? 'API or command line' : source;
};

const at = (value: unknown, steps: readonly string[]): unknown =>
  steps.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, step) ? (inner as Record<string, unknown>)[step] : undefined,
    value,
  );

const inPolicyFile = (config: Config, key: string): string => (at(config.policy, key.split('.')) === undefined ? 'default' : POLICY_FILE);

const modeSource = (mode: DecidedMode, stated: string | undefined, fallback: string): string => {
  if (mode.updated_by === 'environment') return stated ?? 'environment';
  return mode.updated_by === 'host' ? fallback : `decided by ${mode.updated_by}`;
};

/** Limits that a variable and the policy file both may state: the policy's path for each variable. */
const LIMITS = {
  RATE_LIMIT_MAX_REQUESTS: 'rate_limits.max_requests_per_user',
  RATE_LIMIT_TIME_WINDOW: 'rate_limits.time_window_seconds',
  DEDUPE_WINDOW: 'rate_limits.dedupe_window_seconds',
} as const satisfies Partial<Record<VariableName, string>>;

const limitValues = (config: Config): Record<keyof typeof LIMITS, number> => {
  const { max_requests, window_ms } = rateOf(config, ANY_CHANNEL);
  return {
    RATE_LIMIT_MAX_REQUESTS: max_requests,
    RATE_LIMIT_TIME_WINDOW: window_ms / 1000,
    DEDUPE_WINDOW: dedupeWindowMs(config) / 1000,
  };
};

const variableValues = (config: Config, state: ConfigState): Record<VariableName, unknown> => ({
  ...limitValues(config),
  DATABASE_URL: `sqlite:///${config.db_file}`,
  NETWORK_MODE: state.network_mode.value,
  EXECUTION_PHASE: state.execution_phase.value,
  LOG_LEVEL: config.log_level,
  DEBUG: config.debug,
  AUDIT_LOG_ENABLED: config.audit_log_enabled,
  PUBLIC_URL: config.public_url,
  AGENTOS_ADMIN_TOKEN: config.admin_token,
  AGENTOS_MASTER_KEY: config.master_key,
  AGENT_BACKEND: config.agent.backend,
  AGENT_URL: config.agent.url,
  AGENT_SECRET: config.agent.secret,
  AGENT_API_KEY: config.agent.api_key,
  AGENT_MODEL: config.agent.model,
  AGENT_SYSTEM_PROMPT: config.agent.system_prompt,
  AGENT_TIMEOUT_SECONDS: config.agent.timeout_seconds,
  TLS_CERT_FILE: config.tls?.cert_file ?? null,
  TLS_KEY_FILE: config.tls?.key_file ?? null,
  TRUSTED_PROXIES: config.trusted_proxies,
});

const variableSource = (config: Config, state: ConfigState, name: VariableName, value: unknown): string => {
  if (name === 'NETWORK_MODE')
    return modeSource(state.network_mode, config.variable_sources.NETWORK_MODE, inPolicyFile(config, 'network_mode.default'));
  if (name === 'EXECUTION_PHASE') return modeSource(state.execution_phase, config.variable_sources.EXECUTION_PHASE, 'default');
  if (name === 'LOG_LEVEL' && config.debug) return 'DEBUG';
  const stated = config.variable_sources[name];
  if (stated !== undefined) return stated;
  if (value === null) return NOT_SET;
  const path = (LIMITS as Partial<Record<VariableName, string>>)[name];
  return path === undefined ? 'default' : inPolicyFile(config, path);
};

const variableEntries = (config: Config, state: ConfigState): ConfigValue[] => {
  const values = variableValues(config, state);
  const own = (Object.entries(VARIABLES) as [VariableName, Variable<unknown>][]).map(([key, { secret }]) => ({
    key,
    value: secret === true && values[key] !== null ? MASK : values[key],
    source: variableSource(config, state, key, values[key]),
  }));
  const channels = Object.entries(BUILTIN_VARIABLES).map(([key, secret]) => {
    const value = config.channelEnv(key);
    if (value !== undefined && typeof value !== 'string') return { key, value: null, source: value.problem };
    return { key, value: value !== undefined && secret ? MASK : (value ?? null), source: config.variable_sources[key] ?? NOT_SET };
  });
  return [...own, ...channels];
};

const leaves = (value: unknown, path: string): [string, unknown][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, each]) => leaves(each, path === '' ? key : `${path}.${key}`))
    : [[path, value]];

const policyEntries = (config: Config, variables: readonly ConfigValue[]): ConfigValue[] => {
  const limits = new Map(
    Object.entries(LIMITS).map(([name, path]) => [path as string, variables.find(({ key }) => key === name) as ConfigValue]),
  );
  return leaves(resolvePolicy(config.policy), '').map(([key, value]) => {
    const limit = limits.get(key);
    return limit === undefined ? { key, value, source: inPolicyFile(config, key) } : { ...limit, key };
  });
};

const fieldEntries = (section: keyof typeof FILES, plugins: readonly PluginFields[]): ConfigValue[] =>
  plugins.flatMap(({ id, config, missing }) => [
    ...Object.entries(config).map(([field, { value, source, secret }]) => ({
      key: `${section}.${id}.${field}`,
      value: secret ? MASK : value,
      source: fieldSource(section, source),
    })),
    ...missing
      .filter((field) => !Object.hasOwn(config, field))
      .map((field) => ({ key: `${section}.${id}.${field}`, value: null, source: NOT_SET })),
  ]);

/** Variables by name, then the policy and the fields of channels and connectors by dotted path. */
export const listConfig = (config: Config, state: ConfigState): ConfigValue[] => {
  const variables = variableEntries(config, state);
  return [
    ...variables,
    ...policyEntries(config, variables),
    ...fieldEntries('channels', state.channels),
    ...fieldEntries('connectors', state.connectors),
  ];
};

const sectionOf = (key: string, entries: readonly ConfigValue[]): ConfigValue => {
  const value: Record<string, unknown> = Object.create(null);
  for (const entry of entries) {
    const steps = entry.key.slice(key.length + 1).split('.');
    const last = steps.pop() as string;
    let inner = value;
    for (const step of steps) {
      inner[step] ??= Object.create(null);
      inner = inner[step] as Record<string, unknown>;
    }
    inner[last] = entry.value;
  }
  return { key, value, source: [...new Set(entries.map(({ source }) => source))].join(', ') };
};

/**
 * `key`: a variable in any case (`network_mode`), or a dotted path of the policy or a channel's field; a path
 * that names a section answers with all of it. null: there is no such setting.
 */
export const getConfig = (config: Config, state: ConfigState, key: string): ConfigValue | null => {
  const entries = listConfig(config, state);
  const found = entries.find((entry) => entry.key === key.toUpperCase()) ?? entries.find((entry) => entry.key === key);
  if (found !== undefined) return { ...found, key };
  const inside = entries.filter((entry) => entry.key.startsWith(`${key}.`));
  return inside.length > 0 ? sectionOf(key, inside) : null;
};

/** Both, over a host that runs. */
export const configTable = (config: Config, state: () => ConfigState) => ({
  listConfig: (): ConfigValue[] => listConfig(config, state()),
  getConfig: (key: string): ConfigValue | null => getConfig(config, state(), key),
});

/**
 * Environment and files made into one frozen, checked `Config`. The only reader of the environment, which
 * is handed in; nothing that does not parse is ever replaced by a default.
 */
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import path from 'node:path';
import type { ChannelsConfig } from '../schemas/channels-config.ts';
import type { ConnectorsConfig } from '../schemas/connectors-config.ts';
import type { SecurityPolicy } from '../schemas/security-policy.ts';
import { BUILTIN_VARIABLES, isChannelVariable } from './config/channel-variables.ts';
import { type DocumentProblem, readChannelsConfig, readConnectorsConfig, readPolicy } from './config/documents.ts';
import { parseEnvFile } from './config/env-file.ts';
import { createEnvironment, type Environment, type EnvValue, isEnvProblem } from './config/environment.ts';
import { freezeDocument } from './config/freeze.ts';
import { type Fault, readVariables } from './config/read-variables.ts';
import { type LOG_LEVELS, VARIABLES, type VariableValues } from './config/variables.ts';
import { warningsOf } from './config/warnings.ts';
import { AppError } from './errors.ts';

export { messagePolicyOf, rateOf } from './config/limits.ts';

export interface AgentSettings {
  backend: 'echo' | 'http' | 'openai';
  url: string | null;
  secret: string | null;
  api_key: string | null;
  model: string | null;
  system_prompt: string | null;
  timeout_seconds: number;
}

/** Paths are absolute. */
export interface Config {
  home: string;
  db_file: string;
  store_dir: string;
  run_dir: string;
  keys_dir: string;
  audit_heads_file: string;
  channels_dir: string;
  /** null: the environment is silent. */
  network_mode: 'on' | 'readonly' | 'off' | null;
  execution_phase: 'planning' | 'execution' | null;
  log_level: (typeof LOG_LEVELS)[number];
  debug: boolean;
  audit_log_enabled: boolean;
  /** These three: what the environment states, null when it is silent. `rateOf` knows what wins. */
  rate_limit_max_requests: number | null;
  rate_limit_time_window: number | null;
  dedupe_window: number | null;
  /** Without a slash at its end. */
  public_url: string | null;
  admin_token: string | null;
  master_key: Buffer | null;
  agent: AgentSettings;
  tls: { cert_file: string; key_file: string } | null;
  trusted_proxies: readonly string[];
  listen: { host: string; port: number };
  policy: SecurityPolicy;
  /** Whether `config/security_policy.json` exists. */
  policy_found: boolean;
  channels_config: ChannelsConfig;
  connectors_config: ConnectorsConfig;
  /** Which variables are stated, and by what: `environment`, `.env`, `NAME_FILE`. */
  variable_sources: Readonly<Record<string, string>>;
  /** A variable of a channel's or connector's field; no other variable can be read with it, whatever a manifest names. */
  channelEnv(name: string): EnvValue;
}

export interface ConfigInput {
  /** `port` as typed. */
  argv: { home?: string | undefined; host?: string | undefined; port?: string | number | undefined };
  env: Readonly<Record<string, string | undefined>>;
  /** What a relative home is relative to. */
  cwd?: string;
}

export interface LoadedConfig {
  ok: true;
  config: Config;
  warnings: string[];
}

const invalid = (faults: readonly Fault[]): AppError =>
  new AppError('CONFIG_INVALID', faults.map(({ message }) => message).join('\n'), [...new Set(faults.map(({ hint }) => hint))].join('\n'));

const documentError = (code: 'POLICY_INVALID' | 'CONFIG_INVALID', problems: readonly DocumentProblem[]): AppError =>
  new AppError(
    code,
    problems.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('\n'),
    [...new Set(problems.map(({ hint }) => hint))].join('\n'),
  );

/** The home folder, absolute. Throws `CONFIG_INVALID` when it is none. */
export const findHome = (argv: ConfigInput['argv'], env: ConfigInput['env'], cwd: string): string => {
  const home = path.resolve(cwd, argv.home || env.AGENTOS_HOME || '.');
  if (statSync(home, { throwIfNoEntry: false })?.isDirectory() === true) return home;
  throw invalid([{ message: `The home ${home} is no folder.`, hint: `Create it with: agentos init ${home}` }]);
};

/** Where a running host is found. */
export const runDirOf = (home: string): string => path.join(home, 'store', 'run');

const readEnvFile = (home: string): { values: ReadonlyMap<string, string>; warnings: readonly string[] } => {
  const file = path.join(home, '.env');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return { values: new Map(), warnings: [] };
    throw invalid([{ message: `${file} cannot be read (${code}).`, hint: 'Check its permissions, or remove it.' }]);
  }
  const parsed = parseEnvFile(text);
  if (parsed.ok) return parsed;
  throw invalid([{ message: `.env:${parsed.line}: ${parsed.message}`, hint: parsed.hint }]);
};

/** Where `openai` asks when nothing else is stated. */
const OPENAI_URL = 'https://api.openai.com/v1';

const agentOf = (values: VariableValues, faults: Fault[]): AgentSettings => {
  const backend = values.AGENT_BACKEND ?? VARIABLES.AGENT_BACKEND.fallback;
  if (backend === 'openai' && values.AGENT_MODEL === null)
    faults.push({ message: 'AGENT_BACKEND is openai, and AGENT_MODEL is not set.', hint: 'Example: AGENT_MODEL=gpt-4.1-mini' });
  if (backend === 'openai' && values.AGENT_URL === null && values.AGENT_API_KEY === null) {
    faults.push({
      message: 'AGENT_BACKEND is openai, and neither AGENT_API_KEY nor AGENT_URL is set.',
      hint: `Set the key of ${OPENAI_URL}, or the base of a server of your own: AGENT_URL=http://127.0.0.1:11434/v1`,
    });
  }
  if (backend === 'http' && values.AGENT_URL === null) {
    faults.push({ message: 'AGENT_BACKEND is http, and AGENT_URL is not set.', hint: `Example: AGENT_URL=${VARIABLES.AGENT_URL.example}` });
  }
  return {
    backend: backend as AgentSettings['backend'],
    url: values.AGENT_URL ?? (backend === 'openai' ? OPENAI_URL : null),
    secret: values.AGENT_SECRET,
    api_key: values.AGENT_API_KEY,
    model: values.AGENT_MODEL,
    system_prompt: values.AGENT_SYSTEM_PROMPT,
    timeout_seconds: values.AGENT_TIMEOUT_SECONDS ?? 60,
  };
};

const tlsOf = (home: string, values: VariableValues, faults: Fault[]): Config['tls'] => {
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key } = values;
  if (cert === null && key === null) return null;
  if (cert === null || key === null) {
    const [there, missing] = cert === null ? ['TLS_KEY_FILE', 'TLS_CERT_FILE'] : ['TLS_CERT_FILE', 'TLS_KEY_FILE'];
    faults.push({ message: `${there} is set, and ${missing} is not.`, hint: 'TLS needs both, in PEM form.' });
    return null;
  }
  for (const [name, file] of [
    ['TLS_CERT_FILE', cert],
    ['TLS_KEY_FILE', key],
  ] as const) {
    try {
      accessSync(path.resolve(home, file), constants.R_OK);
    } catch {
      faults.push({ message: `${name} names a file that cannot be read.`, hint: 'A relative path is relative to the home.' });
    }
  }
  return { cert_file: path.resolve(home, cert), key_file: path.resolve(home, key) };
};

const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

const listenOf = ({ host = '127.0.0.1', port = 8080 }: ConfigInput['argv'], faults: Fault[]): Config['listen'] => {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) === 0 && !HOST_NAME.test(bare)) faults.push({ message: '--host is no address.', hint: 'Example: --host 127.0.0.1' });
  const text = String(port);
  const number = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number <= 65_535)) faults.push({ message: '--port is not between 0 and 65535.', hint: 'Example: --port 8080' });
  return { host: bare, port: number };
};

const channelEnvOf =
  (environment: Environment) =>
  (name: string): EnvValue => {
    if (!isChannelVariable(name)) return undefined;
    const entry = environment.read(name, { file: true });
    return entry === undefined || isEnvProblem(entry) ? entry : entry.value;
  };

const channelSources = (environment: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.keys(BUILTIN_VARIABLES).flatMap((name) => {
      const entry = environment.read(name, { file: true });
      return entry === undefined || isEnvProblem(entry) ? [] : [[name, entry.source]];
    }),
  );

const readDocuments = (home: string) => {
  const policy = readPolicy(path.join(home, 'config/security_policy.json'));
  if (!policy.ok) throw documentError('POLICY_INVALID', policy.problems);
  const channels = readChannelsConfig(path.join(home, 'config/channels.json'));
  if (!channels.ok) throw documentError('CONFIG_INVALID', channels.problems);
  const connectors = readConnectorsConfig(path.join(home, 'config/connectors.json'));
  if (!connectors.ok) throw documentError('CONFIG_INVALID', connectors.problems);
  return {
    policy: freezeDocument(policy.value),
    policy_found: policy.found,
    channels_config: freezeDocument(channels.value),
    connectors_config: freezeDocument(connectors.value),
  };
};

const checkMode = (mode: Config['network_mode'], policy: SecurityPolicy, faults: Fault[]): void => {
  const allowed = policy.network_mode?.allowed_modes;
  if (mode === null || allowed === undefined || allowed.includes(mode)) return;
  faults.push({
    message: `NETWORK_MODE (${mode}) is not among the allowed_modes of config/security_policy.json.`,
    hint: `Allowed there: ${allowed.join(', ')}.`,
  });
};

/** Throws `AppError`: `CONFIG_INVALID` with everything that is wrong in the environment, or `POLICY_INVALID` with file and line. */
export const loadConfig = ({ argv, env, cwd = process.cwd() }: ConfigInput): LoadedConfig => {
  const home = findHome(argv, env, cwd);
  const envFile = readEnvFile(home);
  const environment = createEnvironment(env, envFile.values, (file) => path.resolve(home, file));
  const { values, sources, faults } = readVariables(environment);
  const agent = agentOf(values, faults);
  const tls = tlsOf(home, values, faults);
  const listen = listenOf(argv, faults);
  const documents = readDocuments(home);
  checkMode(values.NETWORK_MODE, documents.policy, faults);
  if (faults.length > 0) throw invalid(faults);
  const store_dir = path.join(home, 'store');
  const debug = values.DEBUG ?? VARIABLES.DEBUG.fallback ?? false;
  const config: Config = {
    home,
    db_file: path.resolve(home, values.DATABASE_URL ?? 'store/agentos.db'),
    store_dir,
    run_dir: runDirOf(home),
    keys_dir: path.join(store_dir, 'keys'),
    audit_heads_file: path.join(store_dir, 'audit-heads.log'),
    channels_dir: path.join(store_dir, 'channels'),
    network_mode: values.NETWORK_MODE,
    execution_phase: values.EXECUTION_PHASE,
    log_level: debug ? 'DEBUG' : (values.LOG_LEVEL ?? 'INFO'),
    debug,
    audit_log_enabled: values.AUDIT_LOG_ENABLED ?? true,
    rate_limit_max_requests: values.RATE_LIMIT_MAX_REQUESTS,
    rate_limit_time_window: values.RATE_LIMIT_TIME_WINDOW,
    dedupe_window: values.DEDUPE_WINDOW,
    public_url: values.PUBLIC_URL,
    admin_token: values.AGENTOS_ADMIN_TOKEN,
    master_key: values.AGENTOS_MASTER_KEY,
    agent: Object.freeze(agent),
    tls: tls === null ? null : Object.freeze(tls),
    trusted_proxies: Object.freeze(values.TRUSTED_PROXIES ?? []),
    listen: Object.freeze(listen),
    ...documents,
    variable_sources: Object.freeze({ ...channelSources(environment), ...sources }),
    channelEnv: channelEnvOf(environment),
  };
  return { ok: true, config: Object.freeze(config), warnings: [...envFile.warnings, ...warningsOf(config, envFile.values)] };
};

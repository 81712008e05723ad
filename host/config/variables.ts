/** Every environment variable of the host itself: how it is read, what it is without a value, and an example. */
import * as values from './values.ts';

export interface Variable<T> {
  parse: values.Parse<T>;
  /** null: nothing takes its place. Shown by `config list`. */
  fallback: T | null;
  example: string;
  /** Masked wherever it is shown; may come as `NAME_FILE`. */
  secret?: true;
}

const MOST = 1_000_000_000;

const variable = <T>(parse: values.Parse<T>, fallback: T | null, example: string): Variable<T> => ({ parse, fallback, example });
const secret = <T>(parse: values.Parse<T>, example: string): Variable<T> => ({ parse, fallback: null, example, secret: true });

export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR'] as const;

export const VARIABLES = {
  DATABASE_URL: variable(values.sqliteFile, 'store/agentos.db', 'sqlite:///store/agentos.db'),
  NETWORK_MODE: variable(values.oneOf(['on', 'readonly', 'off'] as const), null, 'readonly'),
  EXECUTION_PHASE: variable(values.oneOf(['planning', 'execution'] as const), null, 'planning'),
  LOG_LEVEL: variable(values.oneOfInAnyCase(LOG_LEVELS), 'INFO' as const, 'INFO'),
  DEBUG: variable(values.yesOrNo, false, 'true'),
  AUDIT_LOG_ENABLED: variable(values.yesOrNo, true, 'true'),
  RATE_LIMIT_MAX_REQUESTS: variable(values.wholeNumber(1, MOST), null, '100'),
  RATE_LIMIT_TIME_WINDOW: variable(values.wholeNumber(1, MOST), null, '60'),
  DEDUPE_WINDOW: variable(values.wholeNumber(0, MOST), null, '300'),
  PUBLIC_URL: variable(values.baseUrl, null, 'https://bot.example.com'),
  AGENTOS_ADMIN_TOKEN: secret(values.token, 'the output of: openssl rand -hex 32'),
  AGENTOS_MASTER_KEY: secret(values.key32, 'the output of: openssl rand -hex 32'),
  AGENT_BACKEND: variable(values.oneOf(['echo', 'http', 'openai'] as const), 'echo' as const, 'http'),
  AGENT_URL: variable(values.address, null, 'http://127.0.0.1:9000/agent'),
  AGENT_SECRET: secret(values.anyText, 'whsec_ and the output of: openssl rand -base64 32'),
  AGENT_API_KEY: secret(values.token, "the key of the agent's provider"),
  AGENT_MODEL: variable(values.anyText, null, 'the name of a model'),
  AGENT_SYSTEM_PROMPT: variable(values.anyText, null, 'You answer briefly.'),
  AGENT_TIMEOUT_SECONDS: variable(values.wholeNumber(1, 3600), 60, '60'),
  TLS_CERT_FILE: variable(values.anyText, null, 'tls/cert.pem'),
  TLS_KEY_FILE: variable(values.anyText, null, 'tls/key.pem'),
  TRUSTED_PROXIES: variable(values.networks, [] as string[], '127.0.0.1, 10.0.0.0/8'),
} as const satisfies Record<string, Variable<unknown>>;

export type VariableName = keyof typeof VARIABLES;
type ValueOf<V> = V extends Variable<infer T> ? T : never;
/** What is stated, parsed; null where nothing is. */
export type VariableValues = { [Name in VariableName]: ValueOf<(typeof VARIABLES)[Name]> | null };

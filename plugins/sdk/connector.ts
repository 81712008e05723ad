/** What a connector is made of: outgoing operations that agents and commands ask for by name. */
import type { FetchResponse, PluginContext } from './index.ts';
import { asText } from './untrusted.ts';

/** An operation's parameters, already valid by the manifest's `operations.<name>.params`. */
export type OperationParams = Record<string, unknown>;

export interface ConnectorStatus {
  name: string;
  enabled: boolean;
  supported_operations: string[];
  config_valid: boolean;
}

/** A parameter is missing or cannot be used. Code `INVALID_PARAMS`. */
export class InvalidParamsError extends Error {
  readonly code = 'INVALID_PARAMS';
  constructor(message: string) {
    super(message);
    this.name = 'InvalidParamsError';
  }
}

/** The connector has no such operation. Code `NOT_SUPPORTED`. */
export class NotSupportedError extends Error {
  readonly code = 'NOT_SUPPORTED';
  constructor(operation: string) {
    super(`Operation '${operation}' not supported`);
    this.name = 'NotSupportedError';
  }
}

/** The service refused or could not be understood. Code `CONNECTOR_ERROR`; the message carries the cause. */
export class ConnectorError extends Error {
  readonly code = 'CONNECTOR_ERROR';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConnectorError';
  }
}

const isMissing = (value: unknown): boolean => value === undefined || value === null || value === '';

/**
 * Throws `InvalidParamsError` that names every missing one: `'resource_id' parameter is required`.
 * An absent value, null and '' are missing; 0 and false are values.
 */
export const requireParams = (params: OperationParams, ...names: string[]): void => {
  const missing = names.filter((name) => !Object.hasOwn(params, name) || isMissing(params[name])).map((name) => `'${name}'`);
  if (missing.length === 1) throw new InvalidParamsError(`${missing[0]} parameter is required`);
  const last = missing.pop();
  if (last !== undefined) throw new InvalidParamsError(`${missing.join(', ')} and ${last} parameters are required`);
};

/** Throws `ConnectorError` with status, the wait that a 429 or 503 asks for, and the beginning of the body, unless the answer is a 2xx. */
export const requireOk = (response: FetchResponse, service: string): FetchResponse => {
  if (response.status >= 200 && response.status <= 299) return response;
  const said = asText(response.body.trim(), 200);
  const wait = response.headers['retry-after'] ?? '';
  const again = /^\d{1,6}$/.test(wait) ? `; again in ${wait} s` : '';
  throw new ConnectorError(`${service} answered ${response.status}${again}${said === undefined ? '' : `: ${said}`}`);
};

/** Performs operations. Constructed by the host: `new MyConnector(context)`. */
export abstract class BaseConnector {
  /** The name of the class. */
  readonly name: string;
  /** False only when the configuration says `enabled: false`. */
  readonly enabled: boolean;
  /** Values of `configuration_schema`. A secret is an opaque placeholder; without a value it is `undefined`. */
  readonly config: PluginContext['config'];
  protected readonly context: PluginContext;

  constructor(context: PluginContext) {
    this.name = new.target.name;
    this.context = context;
    this.config = context.config;
    this.enabled = context.config.enabled !== false;
  }

  /**
   * Carries out one operation; what it resolves with is JSON. Rejects with `NotSupportedError`, `InvalidParamsError`,
   * or an Error that says what the service said. An error is never turned into a result.
   */
  abstract execute(operation: string, params: OperationParams): Promise<unknown>;

  /** The names of the operations: those of the manifest, no more and no fewer. */
  abstract getSupportedOperations(): string[];

  /** False shows the connector as `needs_config`. */
  validateConfig(): boolean {
    return true;
  }

  /** Asked at start, by `connector test` and every 60 s, with 5 s to answer. False shows the connector as `degraded`. */
  async healthCheck(): Promise<boolean> {
    return this.enabled && this.validateConfig();
  }

  /** Its name, whether it is enabled and its configuration valid, and what it supports. */
  getStatus(): ConnectorStatus {
    return {
      name: this.name,
      enabled: this.enabled,
      supported_operations: this.getSupportedOperations(),
      config_valid: this.validateConfig(),
    };
  }

  /** Throws `NAME is disabled`. For the first line of `execute`. */
  protected requireEnabled(): void {
    if (!this.enabled) throw new ConnectorError(`${this.name} is disabled`);
  }
}

/** Any connector class. */
export type ConnectorClass = new (context: PluginContext) => BaseConnector;

import {
  asRecord,
  BaseConnector,
  ConnectorError,
  grantedFetch,
  InvalidParamsError,
  NotSupportedError,
  type OperationParams,
  type PluginContext,
  requireParams,
} from '../../sdk/index.ts';
import { answerOf, type CallResult } from './answer.ts';
import { type Configured, readConfigured } from './configured.ts';
import type { ConfiguredOperation } from './operation.ts';
import { requestOf } from './request.ts';

const TIMEOUT_MS = 25_000;

/** Calls a REST or GraphQL service by the operations that an operator configured. */
export class HttpConnector extends BaseConnector {
  readonly #configured: Configured;

  constructor(context: PluginContext) {
    super(context);
    this.#configured = readConfigured(context.config);
    if (!this.#configured.ok) context.log.warn(`The configuration cannot be used: ${this.#configured.message}`);
  }

  async execute(operation: string, params: OperationParams): Promise<unknown> {
    this.requireEnabled();
    switch (operation) {
      case 'list_operations':
        return this.#list();
      case 'read':
      case 'write':
        requireParams(params, 'operation_id');
        return this.#call(operation, params);
      default:
        throw new NotSupportedError(operation);
    }
  }

  getSupportedOperations(): string[] {
    return ['list_operations', 'read', 'write'];
  }

  override validateConfig(): boolean {
    return this.#configured.ok;
  }

  #ready(): Extract<Configured, { ok: true }> {
    if (!this.#configured.ok) throw new ConnectorError(`The configuration cannot be used: ${this.#configured.message}`);
    return this.#configured;
  }

  #list(): { operations: Omit<ConfiguredOperation, 'graphql'>[] } {
    return { operations: [...this.#ready().operations.values()].map(({ graphql: _, ...shown }) => shown) };
  }

  async #call(effect: 'read' | 'write', { operation_id, params = {} }: OperationParams): Promise<CallResult> {
    const { base, operations } = this.#ready();
    const operation = operations.get(String(operation_id));
    if (operation === undefined) {
      throw new InvalidParamsError(`There is no operation '${String(operation_id).slice(0, 64)}'; list_operations names them`);
    }
    // What changes something never passes as a read: the host judged the request by this name.
    if (operation.effect !== effect)
      throw new InvalidParamsError(`'${operation.id}' is a ${operation.effect}; call it by '${operation.effect}'`);
    const given = asRecord(params);
    if (given === undefined) throw new InvalidParamsError("'params' is no object");
    const { url, ...request } = requestOf(base, operation, given);
    return answerOf(operation, await grantedFetch(this.context)(url, { ...request, timeout_ms: TIMEOUT_MS }));
  }
}

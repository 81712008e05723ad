import {
  asInteger,
  asRecord,
  BaseConnector,
  ConnectorError,
  type FetchRequest,
  grantedFetch,
  NotSupportedError,
  type OperationParams,
  parseJson,
  requireOk,
  requireParams,
  type Untrusted,
} from 'communicationos/sdk';

export class RabbitMqConnector extends BaseConnector {
  async #call(parts: readonly string[], request: Omit<FetchRequest, 'url'>): Promise<Untrusted> {
    const base = String(this.config.base_url).replace(/\/+$/, '');
    const path = parts.map(encodeURIComponent).join('/');
    const response = await grantedFetch(this.context)(`${base}/api/${path}`, { timeout_ms: 15_000, ...request });
    const answer = asRecord(parseJson(requireOk(response, 'RabbitMQ').body));
    if (answer === undefined) throw new ConnectorError('RabbitMQ answered with something that is no JSON object');
    return answer;
  }

  async execute(operation: string, params: OperationParams): Promise<unknown> {
    this.requireEnabled();
    const vhost = String(this.config.vhost ?? '/');
    switch (operation) {
      case 'queue_length': {
        requireParams(params, 'queue');
        const queue = String(params.queue);
        const { messages } = await this.#call(['queues', vhost, queue], {});
        return { queue, messages: asInteger(messages) ?? null };
      }
      case 'publish': {
        requireParams(params, 'routing_key', 'payload');
        const { exchange, routing_key, payload } = params;
        const message = { properties: { delivery_mode: 2 }, routing_key, payload, payload_encoding: 'string' };
        // The default exchange goes by this name here.
        const name = exchange === undefined || exchange === '' ? 'amq.default' : String(exchange);
        const { routed } = await this.#call(['exchanges', vhost, name, 'publish'], { method: 'POST', json: message });
        if (routed !== true) throw new ConnectorError(`RabbitMQ took the message, but no queue is bound for ${String(routing_key)}`);
        return { exchange: name, routing_key };
      }
      default:
        throw new NotSupportedError(operation);
    }
  }

  getSupportedOperations(): string[] {
    return ['queue_length', 'publish'];
  }

  override validateConfig(): boolean {
    return Boolean(this.config.base_url && this.config.password);
  }

  override async healthCheck(): Promise<boolean> {
    if (!this.enabled || !this.validateConfig()) return false;
    try {
      await this.#call(['whoami'], { timeout_ms: 4_000 });
      return true;
    } catch {
      return false;
    }
  }
}

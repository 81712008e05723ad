import {
  asInteger,
  asList,
  asRecord,
  asText,
  BaseConnector,
  ConnectorError,
  grantedFetch,
  NotSupportedError,
  type OperationParams,
  parseJson,
  requireOk,
  requireParams,
} from 'communicationos/sdk';

const PROXY = 'The Kafka REST proxy';

export class KafkaRestConnector extends BaseConnector {
  #url(path: string): string {
    return `${String(this.config.base_url).replace(/\/+$/, '')}${path}`;
  }

  async execute(operation: string, params: OperationParams): Promise<unknown> {
    this.requireEnabled();
    if (operation !== 'produce') throw new NotSupportedError(operation);
    requireParams(params, 'topic', 'value');

    const topic = String(params.topic);
    const record = { ...(params.key === undefined ? {} : { key: String(params.key) }), value: params.value };
    const response = await grantedFetch(this.context)(this.#url(`/topics/${encodeURIComponent(topic)}`), {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.kafka.json.v2+json', accept: 'application/vnd.kafka.v2+json' },
      body: JSON.stringify({ records: [record] }),
      timeout_ms: 15_000,
    });
    const [written] = asList(asRecord(parseJson(requireOk(response, PROXY).body))?.offsets);
    const { partition, offset, error } = asRecord(written) ?? {};
    // The proxy answers 200 also when the broker took nothing.
    if (asInteger(offset) === undefined) throw new ConnectorError(`${PROXY} wrote nothing: ${asText(error, 200) ?? 'it does not say why'}`);
    return { topic, partition, offset };
  }

  getSupportedOperations(): string[] {
    return ['produce'];
  }

  override validateConfig(): boolean {
    return Boolean(this.config.base_url && this.config.password);
  }

  override async healthCheck(): Promise<boolean> {
    if (!this.enabled || !this.validateConfig()) return false;
    try {
      return (await grantedFetch(this.context)(this.#url('/topics'), { timeout_ms: 4_000 })).status === 200;
    } catch {
      return false;
    }
  }
}

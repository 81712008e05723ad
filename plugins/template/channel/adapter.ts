import type { ChannelAdapter, HealthReport, InboundEvent, OutboundMessage, PluginContext, Receipt, Received } from 'communicationos/sdk';
import { jsonOf } from 'communicationos/sdk';
import { createApi, type ServiceApi } from './api.ts';
import { parseEvent } from './parse.ts';
import { renderMessage } from './render.ts';

export class MyChannelAdapter implements ChannelAdapter {
  readonly #api: ServiceApi;

  constructor(context: PluginContext) {
    this.#api = createApi(context);
  }

  async receive(event: InboundEvent): Promise<Received[]> {
    return parseEvent(jsonOf(event), event.received_at);
  }

  async send(message: OutboundMessage): Promise<Receipt> {
    const rendered = renderMessage(message);
    return 'refusal' in rendered ? rendered.refusal : this.#api.postMessage(rendered.body);
  }

  async health(): Promise<HealthReport> {
    return this.#api.health();
  }
}

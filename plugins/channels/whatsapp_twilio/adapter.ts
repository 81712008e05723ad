import type {
  ChannelAdapter,
  FetchRequest,
  HealthReport,
  InboundEvent,
  OutboundMessage,
  PluginContext,
  Receipt,
  Received,
} from '../../sdk/index.ts';
import { asText } from '../../sdk/untrusted.ts';
import { createTwilioApi, type TwilioApi } from './api.ts';
import { parseForm } from './parse.ts';
import { renderMessage, type Sender } from './render.ts';

/** There is no `start`: Twilio's console, not its API, holds where a WhatsApp sender delivers. */
export class WhatsAppTwilioAdapter implements ChannelAdapter {
  readonly #api: TwilioApi;
  readonly #sender: Sender;

  constructor(context: PluginContext) {
    this.#api = createTwilioApi(context);
    this.#sender = { phone_number: String(context.config.phone_number ?? ''), status_callback: context.webhook_url };
  }

  async receive({ form, received_at }: InboundEvent): Promise<Received[]> {
    return form === undefined ? [] : parseForm(form, received_at);
  }

  async send(message: OutboundMessage): Promise<Receipt> {
    const rendered = renderMessage(message, this.#sender);
    return 'refusal' in rendered ? rendered.refusal : this.#api.createMessage(rendered.form);
  }

  async attachment(ref: string): Promise<FetchRequest> {
    return this.#api.mediaRequest(ref);
  }

  async health(): Promise<HealthReport> {
    try {
      return await this.#api.checkAccount();
    } catch (error) {
      return { status: 'degraded', reason: asText((error as Error).message, 1024) ?? 'Twilio cannot be reached' };
    }
  }
}

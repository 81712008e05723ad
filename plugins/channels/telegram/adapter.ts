import type {
  ChannelAdapter,
  FetchRequest,
  HealthReport,
  InboundEvent,
  InboundMessage,
  OutboundMessage,
  PluginContext,
  Receipt,
  Target,
} from '../../sdk/index.ts';
import { PlatformError } from '../../sdk/platform-error.ts';
import { failed, sent } from '../../sdk/receipts.ts';
import { asInteger, asRecord, asText, jsonOf } from '../../sdk/untrusted.ts';
import type { Identity } from './addressing.ts';
import { type Answer, createTelegramApi, receiptOf, type TelegramApi } from './api.ts';
import { callbackIdOf, parseUpdate } from './parse.ts';
import { movedTo, renderEdit, renderMessage, renderTyping } from './render.ts';
import { ensureWebhook, registrationObstacle } from './webhook.ts';

export class TelegramAdapter implements ChannelAdapter {
  readonly #context: PluginContext;
  readonly #api: TelegramApi;
  #identity: Identity | null = null;
  /** Telegram's objection to our webhook address: sending works, nothing comes in. */
  #webhookObjection: string | null = null;

  constructor(context: PluginContext) {
    this.#context = context;
    this.#api = createTelegramApi(context);
  }

  async start(): Promise<void> {
    await this.#learnIdentity();
    const obstacle = registrationObstacle(this.#context);
    if (obstacle === null) await this.#register();
    else this.#context.log.warn('webhook not registered', { reason: obstacle });
  }

  async receive(event: InboundEvent): Promise<InboundMessage[]> {
    const update = jsonOf(event);
    const callback_query_id = callbackIdOf(update);
    if (callback_query_id !== undefined) this.#stopSpinner(callback_query_id);
    return parseUpdate(update, event.received_at, this.#identity);
  }

  async send(message: OutboundMessage): Promise<Receipt> {
    const rendered = renderMessage(message);
    if ('refusal' in rendered) return rendered.refusal;
    let answer = await this.#api.call(rendered.call);
    if (!answer.ok && answer.migrate_to !== undefined) {
      // The first call was refused, so this is still one platform message.
      this.#context.log.warn('the group became a supergroup', { from: message.conversation_key, to: answer.migrate_to });
      answer = await this.#api.call(movedTo(rendered.call, answer.migrate_to));
    }
    return this.#receipt(answer);
  }

  async typing(target: Target): Promise<void> {
    // Decoration: that it fails is nobody's fault and must not count as one.
    await this.#api.call(renderTyping(target)).catch(() => undefined);
  }

  async edit(message: OutboundMessage, platform_message_id: string): Promise<Receipt> {
    const rendered = renderEdit(message, platform_message_id);
    if ('refusal' in rendered) return rendered.refusal;
    const answer = await this.#api.call(rendered.call);
    const unchanged = !answer.ok && /message is not modified/i.test(answer.description);
    return answer.ok || unchanged ? sent(platform_message_id) : receiptOf(answer);
  }

  async attachment(ref: string): Promise<FetchRequest> {
    const file = asRecord(await this.#api.read('getFile', { file_id: ref }));
    const path = asText(file?.file_path, 1024);
    if (path === undefined || path.split('/').includes('..')) {
      throw new PlatformError('BAD_ANSWER', 'Telegram named no place where this file lies.');
    }
    return { url: this.#api.fileUrl(path), method: 'GET' };
  }

  async health(): Promise<HealthReport> {
    try {
      await this.#learnIdentity();
      if (registrationObstacle(this.#context) === null) await this.#register();
    } catch (error) {
      return { status: 'degraded', reason: asText((error as Error).message, 1024) ?? 'Telegram cannot be reached' };
    }
    return this.#webhookObjection === null ? { status: 'ok' } : { status: 'degraded', reason: this.#webhookObjection };
  }

  async #learnIdentity(): Promise<void> {
    const me = asRecord(await this.#api.demand({ method: 'getMe', params: {} }));
    const id = asInteger(me?.id);
    if (id === undefined) throw new PlatformError('PLATFORM_UNAVAILABLE', 'Telegram did not say which bot this is.');
    this.#identity = { id, username: asText(me?.username, 256) ?? null };
  }

  async #register(): Promise<void> {
    this.#webhookObjection = await ensureWebhook(this.#api, this.#context);
    if (this.#webhookObjection !== null) this.#context.log.error('webhook not registered', { reason: this.#webhookObjection });
  }

  #stopSpinner(callback_query_id: string): void {
    const call = { method: 'answerCallbackQuery', params: { callback_query_id } };
    this.#api.call(call).catch((error: Error) => this.#context.log.debug('button not acknowledged', { reason: error.message }));
  }

  #receipt(answer: Answer): Receipt {
    if (!answer.ok) return receiptOf(answer);
    const result = asRecord(answer.result);
    const chat = asInteger(asRecord(result?.chat)?.id);
    const number = asInteger(result?.message_id);
    if (chat === undefined || number === undefined) {
      return failed({ code: 'BAD_ANSWER', reason: 'Telegram took the message but did not say under which id.' });
    }
    return sent(`${chat}:${number}`);
  }
}

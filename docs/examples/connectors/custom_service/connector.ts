import { BaseConnector, NotSupportedError, type OperationParams, type PluginContext, requireParams } from 'communicationos/sdk';
import { type CustomServiceApi, createApi } from './api.ts';

export class CustomServiceConnector extends BaseConnector {
  readonly #api: CustomServiceApi;

  constructor(context: PluginContext) {
    super(context);
    this.#api = createApi(context);
  }

  async execute(operation: string, params: OperationParams): Promise<unknown> {
    this.requireEnabled();
    switch (operation) {
      case 'get_data':
        return this.#getData(params);
      case 'send_notification':
        return this.#sendNotification(params);
      case 'update_resource':
        return this.#updateResource(params);
      default:
        throw new NotSupportedError(operation);
    }
  }

  async #getData(params: OperationParams): Promise<unknown> {
    requireParams(params, 'resource_id');
    const resource_id = String(params.resource_id);
    return { resource_id, data: await this.#api.getResource(resource_id) };
  }

  async #sendNotification(params: OperationParams): Promise<unknown> {
    requireParams(params, 'message', 'recipient');
    const recipient = String(params.recipient);
    const { message_id } = await this.#api.notify({ recipient, message: String(params.message) });
    this.context.log.info('notified', { message_id });
    return { recipient, message_id };
  }

  async #updateResource(params: OperationParams): Promise<unknown> {
    requireParams(params, 'resource_id', 'data');
    const resource_id = String(params.resource_id);
    await this.#api.updateResource(resource_id, params.data);
    return { resource_id, updated: true };
  }

  getSupportedOperations(): string[] {
    return ['get_data', 'send_notification', 'update_resource'];
  }

  override validateConfig(): boolean {
    return Boolean(this.config.api_key && this.config.base_url);
  }

  override async healthCheck(): Promise<boolean> {
    return this.enabled && this.validateConfig() && this.#api.isWell();
  }
}

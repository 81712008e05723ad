import { BaseConnector, NotSupportedError, type OperationParams, type PluginContext, requireParams } from 'communicationos/sdk';
import { createApi, type ServiceApi } from './api.ts';

export class MyConnector extends BaseConnector {
  readonly #api: ServiceApi;

  constructor(context: PluginContext) {
    super(context);
    this.#api = createApi(context);
  }

  async execute(operation: string, params: OperationParams): Promise<unknown> {
    this.requireEnabled();
    switch (operation) {
      case 'get_item':
        requireParams(params, 'item_id');
        return this.#api.getItem(String(params.item_id));
      case 'create_item':
        requireParams(params, 'title');
        return this.#api.createItem({ title: params.title, note: params.note });
      default:
        throw new NotSupportedError(operation);
    }
  }

  getSupportedOperations(): string[] {
    return ['get_item', 'create_item'];
  }

  override validateConfig(): boolean {
    return Boolean(this.config.api_key && this.config.api_base_url);
  }

  override async healthCheck(): Promise<boolean> {
    return this.enabled && this.validateConfig() && this.#api.isWell();
  }
}

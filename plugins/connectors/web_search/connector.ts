import { BaseConnector, NotSupportedError, type OperationParams, type PluginContext, requireParams } from '../../sdk/index.ts';
import { createSearch, isReady } from './search.ts';

/** Searches the web with the provider that is configured. */
export class WebSearchConnector extends BaseConnector {
  readonly #search: ReturnType<typeof createSearch>;

  constructor(context: PluginContext) {
    super(context);
    this.#search = createSearch(context);
  }

  async execute(operation: string, params: OperationParams): Promise<unknown> {
    this.requireEnabled();
    if (operation !== 'search') throw new NotSupportedError(operation);
    requireParams(params, 'query');
    return this.#search(params);
  }

  getSupportedOperations(): string[] {
    return ['search'];
  }

  override validateConfig(): boolean {
    return isReady(this.config);
  }
}

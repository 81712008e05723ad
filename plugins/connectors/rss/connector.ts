import { BaseConnector, NotSupportedError, type OperationParams, type PluginContext, requireParams } from '../../sdk/index.ts';
import { createFetchFeed } from './fetch-feed.ts';

/** Reads feeds: RSS, Atom and JSON Feed. */
export class RssConnector extends BaseConnector {
  readonly #fetchFeed: ReturnType<typeof createFetchFeed>;

  constructor(context: PluginContext) {
    super(context);
    this.#fetchFeed = createFetchFeed(context);
  }

  async execute(operation: string, params: OperationParams): Promise<unknown> {
    this.requireEnabled();
    if (operation !== 'fetch_feed') throw new NotSupportedError(operation);
    requireParams(params, 'url');
    return this.#fetchFeed(params);
  }

  getSupportedOperations(): string[] {
    return ['fetch_feed'];
  }
}

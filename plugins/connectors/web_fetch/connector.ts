import { BaseConnector, NotSupportedError, type OperationParams, type PluginContext, requireParams } from '../../sdk/index.ts';
import { createDownload } from './download.ts';
import { createFetchPage } from './fetch-page.ts';

/** Reads pages and files of the web. */
export class WebFetchConnector extends BaseConnector {
  readonly #fetchPage: ReturnType<typeof createFetchPage>;
  readonly #download: ReturnType<typeof createDownload>;

  constructor(context: PluginContext) {
    super(context);
    this.#fetchPage = createFetchPage(context);
    this.#download = createDownload(context);
  }

  async execute(operation: string, params: OperationParams): Promise<unknown> {
    this.requireEnabled();
    switch (operation) {
      case 'fetch':
        requireParams(params, 'url');
        return this.#fetchPage(params);
      case 'download':
        requireParams(params, 'url');
        return this.#download(params);
      default:
        throw new NotSupportedError(operation);
    }
  }

  getSupportedOperations(): string[] {
    return ['fetch', 'download'];
  }
}

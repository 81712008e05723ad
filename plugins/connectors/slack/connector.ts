import { BaseConnector, NotSupportedError, type OperationParams, type PluginContext, requireParams } from '../../sdk/index.ts';
import { createApi, type SlackApi } from './api.ts';
import { sendMessage } from './send-message.ts';
import { uploadFile } from './upload-file.ts';

/** Writes into a Slack workspace. */
export class SlackConnector extends BaseConnector {
  readonly #api: SlackApi;

  constructor(context: PluginContext) {
    super(context);
    this.#api = createApi(context);
  }

  async execute(operation: string, params: OperationParams): Promise<unknown> {
    this.requireEnabled();
    switch (operation) {
      case 'send_message':
        requireParams(params, 'channel', 'text');
        return sendMessage(this.#api, params);
      case 'upload_file':
        requireParams(params, 'channel', 'file_name');
        return uploadFile(this.#api, params);
      default:
        throw new NotSupportedError(operation);
    }
  }

  getSupportedOperations(): string[] {
    return ['send_message', 'upload_file'];
  }

  override validateConfig(): boolean {
    return Boolean(this.config.bot_token);
  }

  override async healthCheck(): Promise<boolean> {
    return this.enabled && this.validateConfig() && this.#api.isWell();
  }
}

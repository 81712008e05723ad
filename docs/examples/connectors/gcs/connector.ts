import {
  BaseConnector,
  type FetchRequest,
  type FetchResponse,
  grantedFetch,
  NotSupportedError,
  type OperationParams,
  type PluginContext,
  requireOk,
  requireParams,
} from 'communicationos/sdk';
import { createTokens } from './token.ts';

const STORAGE = 'https://storage.googleapis.com';

export class GcsConnector extends BaseConnector {
  readonly #token: () => Promise<string>;

  constructor(context: PluginContext) {
    super(context);
    this.#token = createTokens(context);
  }

  async #ask(path: string, request: Omit<FetchRequest, 'url'>): Promise<FetchResponse> {
    const headers = { ...request.headers, authorization: `Bearer ${await this.#token()}` };
    return grantedFetch(this.context)(`${STORAGE}${path}`, { timeout_ms: 15_000, ...request, headers });
  }

  get #bucket(): string {
    return encodeURIComponent(String(this.config.bucket));
  }

  async execute(operation: string, params: OperationParams): Promise<unknown> {
    this.requireEnabled();
    switch (operation) {
      case 'get_text': {
        requireParams(params, 'name');
        const name = String(params.name);
        const path = `/storage/v1/b/${this.#bucket}/o/${encodeURIComponent(name)}?alt=media`;
        return { name, text: requireOk(await this.#ask(path, {}), 'Google Cloud Storage').body };
      }
      case 'put_text': {
        requireParams(params, 'name', 'text');
        const name = String(params.name);
        const path = `/upload/storage/v1/b/${this.#bucket}/o?uploadType=media&name=${encodeURIComponent(name)}`;
        const headers = { 'content-type': 'text/plain; charset=utf-8' };
        requireOk(await this.#ask(path, { method: 'POST', headers, body: String(params.text) }), 'Google Cloud Storage');
        return { name };
      }
      default:
        throw new NotSupportedError(operation);
    }
  }

  getSupportedOperations(): string[] {
    return ['get_text', 'put_text'];
  }

  override validateConfig(): boolean {
    return Boolean(this.config.bucket && this.config.client_email && this.config.private_key);
  }

  /** Whether the key is taken: a bucket that may be written need not be one that may be listed. */
  override async healthCheck(): Promise<boolean> {
    if (!this.enabled || !this.validateConfig()) return false;
    try {
      return (await this.#token()) !== '';
    } catch {
      return false;
    }
  }
}

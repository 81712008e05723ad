import {
  BaseConnector,
  type FetchResponse,
  grantedFetch,
  InvalidParamsError,
  NotSupportedError,
  type OperationParams,
  requireOk,
  requireParams,
} from 'communicationos/sdk';
import { awsTime, encodeKey, signV4 } from './sign-v4.ts';

export class S3UploadConnector extends BaseConnector {
  async #ask(method: 'PUT' | 'HEAD', path: string, body: string | undefined, timeout_ms: number): Promise<FetchResponse> {
    const { context, config } = this;
    const url = new URL(`${String(config.bucket_url).replace(/\/+$/, '')}/${path}`);
    const time = awsTime(context.clock.now());
    const payload_hash = await context.crypto.hash('sha256', body ?? '');
    const headers = { 'x-amz-content-sha256': payload_hash, 'x-amz-date': time };
    const signer = {
      access_key_id: String(config.access_key_id),
      secret_field: 'secret_access_key',
      region: String(config.region),
      service: 's3',
    };
    const authorization = await signV4(context, signer, { method, url, headers, payload_hash, time });
    const given = body === undefined ? {} : { body };
    return grantedFetch(context)(url.href, { method, headers: { ...headers, authorization }, ...given, timeout_ms });
  }

  async execute(operation: string, params: OperationParams): Promise<unknown> {
    this.requireEnabled();
    if (operation !== 'put_text') throw new NotSupportedError(operation);
    requireParams(params, 'key');
    if (typeof params.text !== 'string') throw new InvalidParamsError("'text' parameter is required");
    const key = String(params.key);
    // An address that holds these is another one by the time that it is sent.
    if (key.startsWith('/') || key.split('/').some((part) => part === '.' || part === '..')) {
      throw new InvalidParamsError("'key' begins with / or holds a part . or ..");
    }
    const response = requireOk(await this.#ask('PUT', encodeKey(key), params.text, 20_000), 'S3');
    return { key, etag: response.headers.etag ?? null };
  }

  getSupportedOperations(): string[] {
    return ['put_text'];
  }

  override validateConfig(): boolean {
    const { bucket_url, access_key_id, secret_access_key } = this.config;
    return Boolean(bucket_url && access_key_id && secret_access_key);
  }

  override async healthCheck(): Promise<boolean> {
    if (!this.enabled || !this.validateConfig()) return false;
    try {
      return (await this.#ask('HEAD', '', undefined, 4_000)).status === 200;
    } catch {
      return false;
    }
  }
}

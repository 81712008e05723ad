/**
 * A `PluginContext` for an adapter's own tests: nothing of it leaves the process, and everything
 * the adapter did can be read afterwards.
 */
import type { FetchRequest, FetchResponse, LogFields, PluginContext, PluginFetch } from './index.ts';

export interface ScriptedRequest {
  url: string;
  request: Omit<FetchRequest, 'url'>;
}

export interface ScriptedAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** Text as it is; anything else as JSON. */
  body?: unknown;
}

export interface TestContextOptions {
  channel_id?: string;
  /** A secret stands here as the adapter sees it: any text that is not the real value. */
  config?: PluginContext['config'];
  webhook_url?: string;
  /** Wall time, ms since 1970. */
  now?: () => number;
  /** Answers in order, an Error to reject with, or a `fetch` of one's own. Without it the permission was not granted. */
  fetch?: readonly (ScriptedAnswer | Error)[] | PluginFetch;
}

export interface TestContext {
  context: PluginContext;
  requests: ScriptedRequest[];
  logs: { level: 'debug' | 'info' | 'warn' | 'error'; message: string; fields: LogFields }[];
  emitted: { event_id: string; body: string }[];
}

const answerOf = (url: string, { status = 200, headers = {}, body = '' }: ScriptedAnswer): FetchResponse => ({
  status,
  headers,
  url,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

const scripted = (answers: readonly (ScriptedAnswer | Error)[]): PluginFetch => {
  const left = [...answers];
  return async (url) => {
    const answer = left.shift();
    if (answer === undefined) throw new Error(`No answer is scripted for ${url}`);
    if (answer instanceof Error) throw answer;
    return answerOf(url, answer);
  };
};

const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const encodeDigest = (bytes: Uint8Array, encoding: 'hex' | 'base64' | 'base64url'): string => {
  if (encoding === 'hex') return toHex(bytes);
  const base64 = btoa(String.fromCharCode(...bytes));
  return encoding === 'base64' ? base64 : base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
};

const SUBTLE_NAMES = { sha1: 'SHA-1', sha256: 'SHA-256', sha512: 'SHA-512' } as const;

const testCrypto: PluginContext['crypto'] = {
  hash: async (algorithm, data, encoding = 'hex') =>
    encodeDigest(new Uint8Array(await crypto.subtle.digest(SUBTLE_NAMES[algorithm], new TextEncoder().encode(data))), encoding),
  random: async (bytes) => toHex(crypto.getRandomValues(new Uint8Array(bytes))),
  uuid: async () => crypto.randomUUID(),
};

export const createTestContext = (options: TestContextOptions = {}): TestContext => {
  const { channel_id = 'test', config = {}, webhook_url, now = () => 0, fetch } = options;
  const requests: ScriptedRequest[] = [];
  const logs: TestContext['logs'] = [];
  const emitted: TestContext['emitted'] = [];
  const carryOut = typeof fetch === 'function' ? fetch : fetch && scripted(fetch);
  const write =
    (level: TestContext['logs'][number]['level']) =>
    (message: string, fields: LogFields = {}) =>
      void logs.push({ level, message, fields });
  const context: PluginContext = {
    channel_id,
    config,
    ...(webhook_url === undefined ? {} : { webhook_url }),
    crypto: testCrypto,
    log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    emit: async (event) => void emitted.push(event),
    clock: { now, monotonic_ms: now },
    ...(carryOut && {
      fetch: (url, request = {}) => {
        requests.push({ url, request });
        return carryOut(url, request);
      },
    }),
  };
  return { context, requests, logs, emitted };
};

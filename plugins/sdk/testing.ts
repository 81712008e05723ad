/**
 * A `PluginContext` for an adapter's own tests: nothing of it leaves the process, and everything
 * the adapter did can be read afterwards. Its powers have the host's bounds and error codes.
 */
import type {
  Attachment,
  ChannelAdapter,
  FetchRequest,
  LogFields,
  MailRequest,
  OutboundMessage,
  PluginContext,
  PluginFetch,
  Receipt,
} from './index.ts';
import { PlatformError } from './platform-error.ts';
import { createTestTime, type TestClock } from './test-clock.ts';
import { checkRequest, type ScriptedAnswer, scripted } from './test-fetch.ts';
import { createTestKeys } from './test-keys.ts';
import { createTestStorage } from './test-storage.ts';

export type { TestClock } from './test-clock.ts';
export type { ScriptedAnswer } from './test-fetch.ts';

export interface ScriptedRequest {
  url: string;
  request: Omit<FetchRequest, 'url'>;
}

export interface TestContextOptions {
  channel_id?: string;
  /** A secret stands here as the adapter sees it: any text that is not the real value. */
  config?: PluginContext['config'];
  webhook_url?: string;
  /** Wall time at the start, ms since 1970; a function that moves is followed. */
  now?: () => number;
  /** Answers in order, an Error to reject with, or a `fetch` of one's own. Without it the permission was not granted. */
  fetch?: readonly (ScriptedAnswer | Error)[] | PluginFetch;
  /** Grants `timers`: they fire when the test moves `clock` on. */
  timers?: boolean;
  /** Grants `mail`: each one is taken for all its recipients, and kept in `mails`; an Error is what sending rejects with. */
  mail?: true | Error;
  /** Grants `storage`, in memory. */
  storage?: { max_bytes: number };
  /** Grants `hmac` for these fields, with these values; `config` gets a placeholder for each. */
  secrets?: Readonly<Record<string, string>>;
}

export interface TestContext {
  context: PluginContext;
  clock: TestClock;
  requests: ScriptedRequest[];
  logs: { level: 'debug' | 'info' | 'warn' | 'error'; message: string; fields: LogFields }[];
  emitted: { event_id: string; body: string }[];
  mails: MailRequest[];
  /** Calls the adapter's `send` as the host does: only then may a request name the message's attachments. */
  send(adapter: ChannelAdapter, message: OutboundMessage): Promise<Receipt>;
}

const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const encodeDigest = (bytes: Uint8Array, encoding: 'hex' | 'base64' | 'base64url'): string => {
  if (encoding === 'hex') return toHex(bytes);
  const base64 = btoa(String.fromCharCode(...bytes));
  return encoding === 'base64' ? base64 : base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
};

const SUBTLE_NAMES = { sha1: 'SHA-1', sha256: 'SHA-256', sha512: 'SHA-512' } as const;
const MOST_RANDOM = 1024;

const testCrypto: PluginContext['crypto'] = {
  hash: async (algorithm, data, encoding = 'hex') =>
    encodeDigest(new Uint8Array(await crypto.subtle.digest(SUBTLE_NAMES[algorithm], new TextEncoder().encode(data))), encoding),
  random: async (bytes) => {
    if (!Number.isInteger(bytes) || bytes < 1 || bytes > MOST_RANDOM) {
      throw new PlatformError('INVALID_PARAMS', `random takes a whole number from 1 to ${MOST_RANDOM}`);
    }
    return toHex(crypto.getRandomValues(new Uint8Array(bytes)));
  },
  uuid: async () => crypto.randomUUID(),
};

/** Keeps each request, and holds it to what the host would refuse. */
const recordedFetch =
  (carryOut: PluginFetch, requests: ScriptedRequest[], sending: () => readonly Attachment[]): PluginFetch =>
  async (url, request = {}) => {
    requests.push({ url, request });
    checkRequest(request, sending());
    return carryOut(url, request);
  };

const testMail = (mail: true | Error, mails: MailRequest[]): PluginContext['mail'] => ({
  async send(message) {
    if (mail !== true) throw mail;
    mails.push(message);
    const accepted = [...(message.to ?? []), ...(message.cc ?? []), ...(message.bcc ?? [])];
    return { message_id: `<${mails.length}@test.example>`, accepted, rejected: [] };
  },
});

export const createTestContext = (options: TestContextOptions = {}): TestContext => {
  const { channel_id = 'test', config = {}, webhook_url, now = () => 0, fetch, storage, secrets } = options;
  const requests: ScriptedRequest[] = [];
  const logs: TestContext['logs'] = [];
  const emitted: TestContext['emitted'] = [];
  const mails: MailRequest[] = [];
  const sending = new Set<OutboundMessage>();
  const carryOut = typeof fetch === 'function' ? fetch : fetch && scripted(fetch);
  const keys = secrets && createTestKeys(secrets);
  const write =
    (level: TestContext['logs'][number]['level']) =>
    (message: string, fields: LogFields = {}) =>
      void logs.push({ level, message, fields });
  const time = createTestTime(now, (error) =>
    write('error')(`uncaught in a timer: ${error instanceof Error ? error.message : String(error)}`),
  );
  const context: PluginContext = {
    channel_id,
    config: { ...keys?.placeholders, ...config },
    ...(webhook_url === undefined ? {} : { webhook_url }),
    crypto: keys === undefined ? testCrypto : { ...testCrypto, hmac: keys.hmac, sign: keys.sign },
    log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    emit: async (event) => void emitted.push(event),
    clock: time.contextClock,
    ...(carryOut && { fetch: recordedFetch(carryOut, requests, () => [...sending].flatMap(({ attachments }) => attachments)) }),
    ...(options.mail && { mail: testMail(options.mail, mails) as NonNullable<PluginContext['mail']> }),
    ...(options.timers && { timers: time.timers }),
    ...(storage && { storage: createTestStorage(storage.max_bytes) }),
  };
  return {
    context,
    clock: time.clock,
    requests,
    logs,
    emitted,
    mails,
    async send(adapter, message) {
      sending.add(message);
      try {
        return await adapter.send(message);
      } finally {
        sending.delete(message);
      }
    },
  };
};

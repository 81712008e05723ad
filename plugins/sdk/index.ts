/**
 * All that an adapter may import, beside npm packages that are bundled into it.
 *
 * An adapter runs in a locked realm of its own. It has no `process`, no `require`, no socket and no
 * secret: what it can do is what `PluginContext` hands it, and that is what its manifest asked for
 * and an operator granted.
 */
import type {
  FetchRequest,
  FetchResponse,
  HealthReport,
  InboundEvent,
  InboundMessageInput,
  OutboundMessage,
  Receipt,
  Received,
  Target,
} from '../../schemas/message.ts';

export type {
  AccountReport,
  Action,
  Attachment,
  Button,
  ConversationType,
  DeliveryReport,
  FetchRequest,
  FetchResponse,
  HealthReport,
  InboundEvent,
  Location,
  MessageType,
  OutboundMessage,
  Receipt,
  Received,
  Target,
} from '../../schemas/message.ts';
export * from './connector.ts';
export { grantedFetch } from './network.ts';
export { PlatformError } from './platform-error.ts';
export { type Failure, failed, retryAfterMs, sent } from './receipts.ts';
export { asId, asInteger, asList, asRecord, asText, jsonOf, parseJson, type Untrusted } from './untrusted.ts';
/** A message as an adapter hands it in; the host adds `channel_id`, `id`, `seq`, `event_id`, `session_id`, `received_at`. */
export type InboundMessage = InboundMessageInput;

/** Speaks one platform. Constructed by the host: `new MyAdapter(context)`. */
export interface ChannelAdapter {
  /** Opens sockets, begins polling, learns the bot's own identity. Repeated with backoff when a request fails. */
  start?(): Promise<void>;
  /** Parses one verified platform event. `[]` ignores it. May be called again for the same event. */
  receive(event: InboundEvent): Promise<Received[]>;
  /** Sends exactly one platform message. */
  send(message: OutboundMessage): Promise<Receipt>;
  /** Only with the feature `typing`. */
  typing?(target: Target): Promise<void>;
  /** Only with the feature `edit`. */
  edit?(message: OutboundMessage, platform_message_id: string): Promise<Receipt>;
  /** How to get the bytes of an attachment; the host fetches them through egress. */
  attachment?(ref: string): Promise<FetchRequest>;
  /** How the account is. Asked when the channel is `degraded`, every 5 min; tells, and does not throw. */
  health?(): Promise<HealthReport>;
  /** Clears timers; has 2 s. */
  stop?(): Promise<void>;
}

export type HashAlgorithm = 'sha1' | 'sha256' | 'sha512';
export type Encoding = 'hex' | 'base64' | 'base64url';

export interface PluginCrypto {
  /** Digest of a UTF-8 text. */
  hash(algorithm: HashAlgorithm, data: string, encoding?: Encoding): Promise<string>;
  /** Random bytes, 1 to 1024, as hex. */
  random(bytes: number): Promise<string>;
  uuid(): Promise<string>;
}

export interface PluginTimers {
  /** `delay_ms` is at least 4. At most 256 timers live at once. */
  setTimeout(callback: () => void, delay_ms: number): number;
  clearTimeout(id: number): void;
  setInterval(callback: () => void, delay_ms: number): number;
  clearInterval(id: number): void;
}

export type LogFields = Record<string, unknown>;

export interface PluginLog {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/**
 * A failed `fetch` rejects with an Error whose `code` says why:
 * `NETWORK_NOT_GRANTED`, `SECRET_MISPLACED`, `HEADER_NOT_ALLOWED`, `INVALID_PARAMS`, `SSRF_BLOCKED`,
 * `DNS_FAILED`, `CONNECT_FAILED`, `TIMEOUT`, `RESET`, `TOO_LARGE`, `REDIRECT_REFUSED`, `NETWORK_MODE_BLOCKED`.
 */
export type PluginFetch = (url: string, request?: Omit<FetchRequest, 'url'>) => Promise<FetchResponse>;

/** What was not granted is absent. */
export interface PluginContext {
  /** Values of `configuration_schema`. A secret is an opaque placeholder; without a value it is `undefined`. */
  config: Record<string, string | number | boolean | undefined>;
  /** The id of the channel that this instance serves. */
  channel_id: string;
  /** `PUBLIC_URL` + the manifest's `webhook_url`; `undefined` without a `PUBLIC_URL`. */
  webhook_url?: string;
  crypto: PluginCrypto;
  log: PluginLog;
  /** Records a raw event exactly as ingress does; resolves after its commit. */
  emit(event: { event_id: string; body: string }): Promise<void>;
  clock: { now(): number; monotonic_ms(): number };
  /** With permission `network`. */
  fetch?: PluginFetch;
  /** With permission `timers`. */
  timers?: PluginTimers;
}

/** Any adapter class. */
export type ChannelAdapterClass = new (context: PluginContext) => ChannelAdapter;

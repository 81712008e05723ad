/**
 * All that an adapter may import, beside npm packages that are bundled into it.
 *
 * An adapter runs in a locked realm of its own. It has no `process`, no `require`, no socket and no
 * secret: what it can do is what `PluginContext` hands it, and that is what its manifest asked for
 * and an operator granted.
 */
import type { MailReceipt, MailRequest } from '../../schemas/mail.ts';
import type {
  FetchRequest,
  FetchResponse,
  HealthReport,
  HmacRequest,
  InboundEvent,
  InboundMessageInput,
  OutboundMessage,
  Receipt,
  Received,
  SignRequest,
  Target,
} from '../../schemas/message.ts';

export type { MailAttachment, MailReceipt, MailRequest } from '../../schemas/mail.ts';
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
  HmacRequest,
  InboundEvent,
  Location,
  MessageType,
  MultipartPart,
  OutboundMessage,
  Receipt,
  Received,
  SignRequest,
  Target,
} from '../../schemas/message.ts';
export * from './connector.ts';
export { grantedFetch } from './network.ts';
export { contentParam, integerParam, urlParam } from './params.ts';
export { PlatformError } from './platform-error.ts';
export { type Failure, failed, retryAfterMs, sent } from './receipts.ts';
export { asTimestamp } from './timestamp.ts';
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
  /** How to get the bytes of a file that somebody sent: a GET, which the host carries out under your grants, with their credentials. You never see the bytes. */
  attachment?(ref: string): Promise<FetchRequest>;
  /** How the account is. Asked when the channel is `degraded`, every 5 min; tells, and does not throw. */
  health?(): Promise<HealthReport>;
  /** Clears timers; has 2 s. */
  stop?(): Promise<void>;
}

export type HashAlgorithm = 'sha1' | 'sha256' | 'sha512';
export type Encoding = 'hex' | 'base64' | 'base64url';

export interface PluginCrypto {
  /** Digest of a UTF-8 text of at most 1,048,576 UTF-16 units; `hex` by default. Rejects with `INVALID_PARAMS`. */
  hash(algorithm: HashAlgorithm, data: string, encoding?: Encoding): Promise<string>;
  /** Random bytes, 1 to 1024, as hex. Rejects with `INVALID_PARAMS`. */
  random(bytes: number): Promise<string>;
  /** Version 4. */
  uuid(): Promise<string>;
  /**
   * With permission `hmac`: an HMAC with the secret of a granted field, computed by the host. `data` is UTF-8, at most 256 KiB as
   * JSON. `encoding: 'opaque'` answers the name of a derived key, for use as `field`; the newest 256 are kept.
   *
   * Rejects with `HMAC_NOT_GRANTED`, `KEY_INVALID` (no value, or not in `key_encoding`), `INVALID_PARAMS` or `TOO_LARGE`.
   */
  hmac?(request: HmacRequest): Promise<string>;
  /**
   * With permission `hmac`: a signature with the private key (PEM) of a granted field, made by the host. ES256 signatures are r and
   * s as in JSON Web Signatures. Bounds and errors as of `hmac`.
   */
  sign?(request: SignRequest): Promise<string>;
}

/** At most 256 timers live at once; one more throws an Error with the code `TOO_MANY_TIMERS`. What a callback throws goes to the log. */
export interface PluginTimers {
  /** Milliseconds, 4 to 2,147,483,647: what is shorter becomes 4. The answer is for `clearTimeout`. */
  setTimeout(callback: () => void, delay_ms: number): number;
  clearTimeout(id: number): void;
  setInterval(callback: () => void, delay_ms: number): number;
  clearInterval(id: number): void;
}

export type LogFields = Record<string, unknown>;

/**
 * Lines of the host's log, under the channel's id; `fields` lie under `plugin`. A line has at most 4,096 UTF-16 units, its fields as
 * much again; at most 200 lines a second are kept, and how many were dropped is said. Never throws for what it is given.
 */
export interface PluginLog {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/**
 * A failed `fetch` rejects with an Error whose `code` says why:
 * `NETWORK_NOT_GRANTED`, `SECRET_MISPLACED`, `HEADER_NOT_ALLOWED`, `INVALID_PARAMS`, `SSRF_BLOCKED`,
 * `DOMAIN_BLOCKED`, `DNS_FAILED`, `CONNECT_FAILED`, `TLS_FAILED`, `TIMEOUT`, `RESET`, `TOO_LARGE`, `REDIRECT_REFUSED`,
 * `NETWORK_MODE_BLOCKED`, `ABORTED` (the host is stopping); of attachments `ATTACHMENT_UNKNOWN` and `ATTACHMENT_UNAVAILABLE`.
 *
 * A request has at most 256 KiB as JSON (10 MiB of a connector); `timeout_ms` is 30,000 by default. In `multipart` an attachment of the message that is being
 * sent is named by its `ref` or its place, and the host puts its bytes there: at most `limits.media.<type>.max_bytes` of the manifest
 * (20 MiB without it), 100 MiB in one request. Name it by its `ref` after an `await`, when the host cannot tell which `send` asks.
 * An answer has at most the permission's `max_response_bytes` (1 MiB without it) and the request's `max_bytes`, content encoding undone.
 * Its text is read by a byte order mark, the content type's charset, or the document's own word; `charset` says as what.
 */
export type PluginFetch = (url: string, request?: Omit<FetchRequest, 'url'>) => Promise<FetchResponse>;

/**
 * What the channel keeps, across restarts and reloads, sealed by the host. Keys: 1 to 255 characters, without NUL. Values: JSON,
 * whose text with the key must fit one message to the host (256 KiB). Keys and values count as UTF-8 against
 * `permissions.storage.max_bytes`. Operations of one channel take effect in the order they were called.
 *
 * Rejects with `STORAGE_FULL` (with the bytes used and allowed; nothing was written), `INVALID_PARAMS` or `TOO_LARGE`.
 */
export interface PluginStorage {
  /** `undefined` when the key has no value. */
  get(key: string): Promise<unknown>;
  /** Resolves after the commit. */
  set(key: string, value: unknown): Promise<void>;
  /** A key without a value is no error. Resolves after the commit. */
  delete(key: string): Promise<void>;
  /** Keys in the order of their UTF-8 bytes. `cursor`: the `next_cursor` of the page before. `limit`: 1 to 500, 50 by default. */
  list(page?: { prefix?: string; cursor?: string; limit?: number }): Promise<{ keys: string[]; next_cursor: string | null }>;
}

/**
 * Mail by SMTP. Server and sender are the configuration fields `host`, `port`, `security` (`starttls`, `tls`, `none`), `user`,
 * `password`, `from` and `from_name`; a mail cannot name others. At most 50 recipients and 20 attachments.
 *
 * Rejects with `INVALID_PARAMS` (a line break in what becomes a header, an address with a name, no recipient), `SECRET_MISPLACED`,
 * `MAIL_NOT_CONFIGURED`, `UNAUTHORIZED`, `MAIL_REFUSED` (with the server's words), `TOO_LARGE`, or as a `fetch` does for
 * connections: `SSRF_BLOCKED`, `DOMAIN_BLOCKED`, `NETWORK_MODE_BLOCKED`, `DNS_FAILED`, `CONNECT_FAILED`, `TLS_FAILED`, `TIMEOUT`,
 * `RESET`, `ABORTED`. After `TIMEOUT` and `RESET` it is unknown whether the server took the mail.
 */
export interface PluginMail {
  /** Resolves when the server has taken it for at least one recipient. */
  send(mail: MailRequest): Promise<MailReceipt>;
}

/**
 * What was not granted is absent. Every call to the host may also reject with `RATE_LIMITED` (over 5,000 messages a second) or
 * `TOO_MANY_CALLS` (over 1,024 that wait); 64 are under way at once, the others wait by themselves.
 */
export interface PluginContext {
  /** Values of `configuration_schema`. A secret is an opaque placeholder; without a value it is `undefined`. */
  config: Record<string, string | number | boolean | undefined>;
  /** The id of the channel that this instance serves. */
  channel_id: string;
  /** `PUBLIC_URL` + the manifest's `webhook_url`; `undefined` without a `PUBLIC_URL`. */
  webhook_url?: string;
  crypto: PluginCrypto;
  log: PluginLog;
  /**
   * Records a raw event exactly as ingress does; resolves after its commit, also for one that was recorded before. `event_id` has 1 to
   * 255 characters; both together at most 256 KiB. Rejects with `INVALID_PARAMS`, `TOO_LARGE`, `RATE_LIMITED` or `CHANNEL_UNAVAILABLE`.
   */
  emit(event: { event_id: string; body: string }): Promise<void>;
  /** `now`: wall time in ms since 1970, which may jump. `monotonic_ms`: ms from some start, for durations. */
  clock: { now(): number; monotonic_ms(): number };
  /** With permission `network`. */
  fetch?: PluginFetch;
  /** With permission `mail`. */
  mail?: PluginMail;
  /** With permission `timers`. */
  timers?: PluginTimers;
  /** With permission `storage`. */
  storage?: PluginStorage;
}

/** Any adapter class. */
export type ChannelAdapterClass = new (context: PluginContext) => ChannelAdapter;

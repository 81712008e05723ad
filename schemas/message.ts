/**
 * Messages: what adapters hand in, what the host hands out, what the outside reads.
 * One name everywhere: these snake_case fields are the database's, the API's and the log's too.
 *
 * Ids are strings. Times that cross a boundary are ISO 8601 in UTC; `*_ms` are milliseconds.
 */
import Type, { type Static } from 'typebox';

/** A platform's own identifier: 1 to 255 characters. */
export const Key = Type.String({ minLength: 1, maxLength: 255 });
const closed = { additionalProperties: false } as const;
const orNull = <T extends Type.TSchema>(schema: T, description?: string) =>
  Type.Union([schema, Type.Null()], description === undefined ? {} : { description });

export const MESSAGE_TYPES = [
  'text',
  'image',
  'audio',
  'video',
  'voice',
  'document',
  'sticker',
  'location',
  'contact',
  'action',
  'reaction',
  'edited',
  'system',
] as const;
export const MessageType = Type.Enum(MESSAGE_TYPES);
export type MessageType = Static<typeof MessageType>;

export const ConversationType = Type.Enum(['direct', 'group', 'channel'] as const);
export type ConversationType = Static<typeof ConversationType>;

/** A file named by reference. The bytes are fetched by the host, never by the adapter. */
export const Attachment = Type.Object(
  {
    type: Type.Enum(['image', 'audio', 'video', 'voice', 'document', 'sticker', 'contact'] as const),
    mime_type: Type.Optional(orNull(Type.String({ maxLength: 255 }))),
    file_name: Type.Optional(orNull(Type.String({ maxLength: 1024 }))),
    size_bytes: Type.Optional(orNull(Type.Number({ minimum: 0 }))),
    /** The adapter's own name of the file (a Telegram file_id, a Twilio media URL). */
    ref: Type.Optional(orNull(Type.String({ maxLength: 2048 }))),
    url: Type.Optional(orNull(Type.String({ maxLength: 2048 }))),
  },
  closed,
);
export type Attachment = Static<typeof Attachment>;

export const Location = Type.Object(
  {
    latitude: Type.Number({ minimum: -90, maximum: 90 }),
    longitude: Type.Number({ minimum: -180, maximum: 180 }),
    name: Type.Optional(orNull(Type.String({ maxLength: 1024 }))),
    address: Type.Optional(orNull(Type.String({ maxLength: 1024 }))),
  },
  closed,
);
export type Location = Static<typeof Location>;

export const Action = Type.Object({ id: Type.String({ maxLength: 1024 }), value: orNull(Type.String({ maxLength: 4096 })) }, closed);
export type Action = Static<typeof Action>;

/** What an adapter must and may say of one message of its platform. */
export const InboundMessageInput = Type.Object(
  {
    kind: Type.Optional(Type.Literal('message', { description: 'May be left out.' })),
    message_id: Type.String({
      minLength: 1,
      maxLength: 255,
      description:
        'A pure function of the event. Kinds that speak of another message take `<that id>#<kind>:<event_id>` and name it in reply_to_message_id.',
    }),
    type: Type.Enum(MESSAGE_TYPES, {
      description: 'Messages and `action` start a run; `edited`, `reaction` and `system` are recorded only.',
    }),
    conversation_key: Type.String({ minLength: 1, maxLength: 255, description: "The platform's own id of the chat or room." }),
    conversation_type: Type.Enum(['direct', 'group', 'channel'] as const, {
      description: '`group`: several people talk. `channel`: broadcasts, which never start a run.',
    }),
    timestamp: Type.String({ format: 'date-time', description: 'ISO 8601, UTC.' }),
    user_key: Type.Optional(orNull(Key, "The platform's own id of the person; needed but for `system`, `reaction` and broadcasts.")),
    user_name: Type.Optional(orNull(Type.String({ maxLength: 1024 }), 'What the person is called.')),
    user_is_bot: Type.Optional(Type.Boolean({ description: 'true: never starts a run.' })),
    text: Type.Optional(orNull(Type.String(), 'What was written.')),
    thread_key: Type.Optional(orNull(Key, 'A topic or thread inside the conversation.')),
    reply_to_message_id: Type.Optional(orNull(Key, 'The message_id of the message that this one speaks of.')),
    mentions_bot: Type.Optional(Type.Boolean({ description: 'true: addressed to the bot, which counts in groups.' })),
    attachments: Type.Optional(Type.Array(Attachment, { maxItems: 100, description: 'Files, by reference: the host fetches them.' })),
    location: Type.Optional(orNull(Location, 'A place.')),
    action: Type.Optional(orNull(Action, 'A button that was pressed.')),
    album_key: Type.Optional(orNull(Key, 'The same for all parts of one album.')),
    metadata: Type.Optional(
      Type.Record(Type.String({ maxLength: 128 }), Type.Unknown(), { description: 'Anything else that is worth keeping.' }),
    ),
  },
  closed,
);
export type InboundMessageInput = Static<typeof InboundMessageInput>;

/** An inbound message as the host keeps it: every field has a value. */
export interface InboundMessage {
  id: string;
  seq?: number;
  event_id: string;
  channel_id: string;
  message_id: string;
  type: MessageType;
  text: string | null;
  user_key: string | null;
  user_name: string | null;
  user_is_bot: boolean;
  conversation_key: string;
  conversation_type: ConversationType;
  thread_key: string | null;
  reply_to_message_id: string | null;
  mentions_bot: boolean;
  attachments: Attachment[];
  location: Location | null;
  action: Action | null;
  album_key: string | null;
  timestamp: string;
  metadata: Record<string, unknown>;
  session_id: string | null;
  received_at: string;
}

export const DeliveryReport = Type.Object(
  {
    kind: Type.Literal('delivery_report'),
    platform_message_id: Key,
    status: Type.Enum(['sent', 'delivered', 'read', 'failed'] as const),
    at: Type.String({ format: 'date-time' }),
    reason: Type.Optional(orNull(Type.String({ maxLength: 1024 }))),
  },
  closed,
);
export type DeliveryReport = Static<typeof DeliveryReport>;

/** What the platform says of our account: token revoked, limited, well again. */
export const AccountReport = Type.Object(
  { kind: Type.Literal('account'), status: Type.Enum(['degraded', 'ok'] as const), reason: Type.String({ maxLength: 1024 }) },
  closed,
);
export type AccountReport = Static<typeof AccountReport>;

/** One element of what `receive` returns. Which of the three is told by `kind`; none means a message. */
export type Received = InboundMessageInput | DeliveryReport | AccountReport;

export const Button = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 255 }),
    label: Type.String({ minLength: 1, maxLength: 255 }),
    url: Type.Optional(Type.String({ maxLength: 2048 })),
  },
  closed,
);
export type Button = Static<typeof Button>;

/** One platform message to send: text is already split to the channel's limit. */
export interface OutboundMessage {
  id: string;
  channel_id: string;
  conversation_key: string;
  thread_key: string | null;
  user_key: string | null;
  type: MessageType;
  text: string | null;
  attachments: Attachment[];
  buttons: Button[][];
  /** The platform's id of the message this answers (`message_id` of the inbound one); only on the first part. */
  reply_to_message_id: string | null;
  /** 1, 2, … within one answer. */
  part: number;
  metadata: Record<string, unknown>;
}

/** How one `send` ended, said by the adapter. `retryable` is never guessed by the host. */
export const Receipt = Type.Union([
  Type.Object({ status: Type.Literal('sent'), platform_message_id: Key }, closed),
  Type.Object(
    {
      status: Type.Literal('failed'),
      /** `ACCOUNT_REFUSED` holds the whole channel; `RATE_LIMITED` is no attempt; anything else is the adapter's own word. */
      code: Type.String({ minLength: 1, maxLength: 128 }),
      reason: Type.String({ maxLength: 1024 }),
      retryable: Type.Boolean(),
      retry_after_ms: Type.Optional(Type.Number({ minimum: 0, maximum: 86_400_000 })),
    },
    closed,
  ),
]);
export type Receipt = Static<typeof Receipt>;

export const HealthReport = Type.Object(
  { status: Type.Enum(['ok', 'degraded'] as const), reason: Type.Optional(Type.String({ maxLength: 1024 })) },
  closed,
);
export type HealthReport = Static<typeof HealthReport>;

/** Where something is to be sent. */
export interface Target {
  channel_id: string;
  conversation_key: string;
  thread_key?: string | null;
  user_key?: string | null;
}

/** One verified delivery of a platform, as the adapter sees it. */
export interface InboundEvent {
  id: string;
  event_id: string;
  channel_id: string;
  received_at: string;
  source: 'webhook' | 'emit';
  path: string;
  query: Record<string, string>;
  /** Lower-case names; only those that the manifest's `webhook.headers` lists. */
  headers: Record<string, string>;
  content_type: string;
  body: string;
  /** Present when the body is `application/x-www-form-urlencoded`. */
  form?: Record<string, string[]>;
  /** Present when the body is JSON. */
  json?: unknown;
}

/** An HMAC that the host computes with a granted secret. */
export const HmacRequest = Type.Object(
  {
    /** The name of a field of `permissions.hmac`, its placeholder, or what a former call with `encoding: 'opaque'` answered. */
    field: Type.String({ minLength: 1, maxLength: 128 }),
    algorithm: Type.Enum(['sha1', 'sha256', 'sha512'] as const),
    /** Signed as UTF-8. */
    data: Type.String({ maxLength: 262_144 }),
    /** `hex` by default; `opaque` keeps the result with the host as a key for further calls and answers its name. */
    encoding: Type.Optional(Type.Enum(['hex', 'base64', 'base64url', 'opaque'] as const)),
    /** Stands before the secret in the key: `AWS4`. */
    key_prefix: Type.Optional(Type.String({ maxLength: 64 })),
    /** How the secret is written; `utf8` by default. */
    key_encoding: Type.Optional(Type.Enum(['utf8', 'hex', 'base64'] as const)),
  },
  closed,
);
export type HmacRequest = Static<typeof HmacRequest>;

/** A signature that the host makes with a granted private key in PEM. */
export const SignRequest = Type.Object(
  {
    field: Type.String({ minLength: 1, maxLength: 128 }),
    algorithm: Type.Enum(['RS256', 'ES256', 'EdDSA'] as const),
    data: Type.String({ maxLength: 262_144 }),
    /** `base64url` by default, as JSON Web Signatures have it. */
    encoding: Type.Optional(Type.Enum(['hex', 'base64', 'base64url'] as const)),
  },
  closed,
);
export type SignRequest = Static<typeof SignRequest>;

/** One part of a `multipart/form-data` body: a text, or an attachment of the message that is being sent. */
export const MultipartPart = Type.Union([
  Type.Object({ name: Type.String({ minLength: 1, maxLength: 255 }), value: Type.String() }, closed),
  Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 255 }),
      /** Its `ref`, or its place in `attachments` from 0. The host gets the bytes; a path means nothing here. */
      attachment: Type.Union([Type.String({ minLength: 1, maxLength: 2048 }), Type.Integer({ minimum: 0, maximum: 99 })]),
      /** The attachment's own by default. */
      file_name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
      mime_type: Type.Optional(Type.String({ maxLength: 255 })),
    },
    closed,
  ),
]);
export type MultipartPart = Static<typeof MultipartPart>;

/** A request that the host carries out for an adapter through egress. */
export const FetchRequest = Type.Object(
  {
    url: Type.String({ minLength: 1, maxLength: 4096 }),
    method: Type.Optional(Type.Enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const)),
    headers: Type.Optional(Type.Record(Type.String({ maxLength: 256 }), Type.String({ maxLength: 8192 }))),
    /** Exactly one of `body` (text), `body_base64` (bytes), `json`, `form`, `multipart` may be given. */
    body: Type.Optional(Type.String()),
    body_base64: Type.Optional(Type.String()),
    json: Type.Optional(Type.Unknown()),
    form: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())]))),
    multipart: Type.Optional(Type.Array(MultipartPart, { minItems: 1, maxItems: 100 })),
    timeout_ms: Type.Optional(Type.Number({ minimum: 1, maximum: 120_000 })),
    /** What `body` of the answer is: the text, or all bytes in base64. */
    response: Type.Optional(Type.Enum(['text', 'base64'] as const)),
    /** Bound on the answer's bytes, beside the permission's. */
    max_bytes: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_485_760 })),
    /** Asks for `sha256` and `size_bytes` of the answer. */
    digest: Type.Optional(Type.Literal(true)),
  },
  closed,
);
export type FetchRequest = Static<typeof FetchRequest>;

/** The answer to a `FetchRequest`. Header names are lower-case. */
export interface FetchResponse {
  status: number;
  headers: Record<string, string>;
  url: string;
  /** Text, or base64 when the request said so. */
  body: string;
  /** Of a text: the encoding that it was read as, a WHATWG name such as `utf-8` or `windows-1252`. */
  charset?: string;
  /** What was followed before this answer, in order: each status and the address that gave it. Absent when nothing was. */
  redirects?: { status: number; url: string }[];
  /** With `digest`: of the body's bytes, content encoding undone, as hex. */
  sha256?: string;
  /** With `digest`. */
  size_bytes?: number;
}

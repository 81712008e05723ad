/** The manifest of a channel: `store/channels/<id>/manifest.json`. Unknown keys are refused, except `x-*`. */
import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false, patternProperties: { '^x-': {} } } as const;
const text = (maxLength: number, description?: string) => Type.String({ maxLength, ...(description ? { description } : {}) });
/** Not `constructor` and `prototype`, which every object has already. */
const FieldName = '^(?!(?:constructor|prototype)$)[a-z][a-z0-9_]{0,63}$';

export const CHANNEL_ID = '^(?!(?:constructor|prototype)$)[a-z][a-z0-9_]{1,63}$';

export const FEATURES = [
  'text',
  'images',
  'audio',
  'video',
  'voice',
  'documents',
  'location',
  'contacts',
  'stickers',
  'buttons',
  'reactions',
  'typing',
  'edit',
  'threads',
] as const;

/** One field of `configuration_schema`. `env` is for built-in plugins' own manifests only. */
export const ConfigurationField = Type.Object(
  {
    type: Type.Enum(['string', 'number', 'integer', 'boolean'] as const, { description: 'string, number, integer or boolean.' }),
    required: Type.Optional(Type.Boolean({ description: 'true: the channel does not start without a value.' })),
    secret: Type.Optional(Type.Boolean({ description: 'true: stored sealed, never shown; the adapter gets a placeholder.' })),
    title: Type.Optional(text(200)),
    description: Type.Optional(text(2000)),
    default: Type.Optional(Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
    pattern: Type.Optional(text(200, 'A regular expression of at most 200 characters, without look-around and back-references.')),
    enum: Type.Optional(Type.Array(Type.Union([Type.String(), Type.Number()]), { minItems: 1, maxItems: 100 })),
    format: Type.Optional(Type.Enum(['uri', 'email', 'hostname', 'date-time', 'uuid'] as const)),
    min: Type.Optional(Type.Number()),
    max: Type.Optional(Type.Number()),
    env: Type.Optional(Type.String({ pattern: '^[A-Z][A-Z0-9_]{0,63}$', description: 'Built-in plugins only: the environment variable.' })),
    /** The host makes and seals a random value when nothing states one. Secrets of built-in plugins only. */
    generate: Type.Optional(Type.Literal('token')),
  },
  closed,
);
export type ConfigurationField = Static<typeof ConfigurationField>;

/** Where the host puts a secret; found anywhere else, the request is refused. */
export const Credential = Type.Object(
  {
    secret: Type.String({ pattern: FieldName, description: 'The name of a secret field of configuration_schema.' }),
    /** `header:<name>`, `basic`, `path`, or `body:<JSON pointer or form field>`. */
    at: Type.String({
      pattern: '^(header:[A-Za-z0-9-]{1,64}|basic|path|body:.{1,128})$',
      description: '"header:authorization", "basic", "path", or "body:" and a JSON pointer or form field.',
    }),
    /** `header`: the value with `{}` where the secret goes (`Bearer {}`). `path`: the prefix (`/bot{}/`). */
    form: Type.Optional(text(200, 'With {} where the secret goes: "Bearer {}" for a header, "/bot{}/" for a path.')),
    /** `basic`: the user name, a literal or `{config.<field>}`. */
    user: Type.Optional(text(200)),
    /** `body`: the request path that the placeholder may stand in; `{}` for a path credential. */
    path: Type.Optional(text(200)),
  },
  closed,
);
export type Credential = Static<typeof Credential>;

const reason = Type.Optional(text(500, 'Shown to the operator who approves it.'));

export const NetworkPermission = Type.Object(
  {
    /** An origin, or a reference to a configuration field that holds one: `{config.api_base_url}`. */
    url: Type.String({
      minLength: 1,
      maxLength: 2048,
      description: 'An origin such as "https://api.example.com", or "{config.api_base_url}" for a field that holds one.',
    }),
    methods: Type.Optional(Type.Array(Type.Enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const), { minItems: 1 })),
    credentials: Type.Optional(Type.Array(Credential, { maxItems: 8 })),
    max_response_bytes: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_485_760 })),
    reason,
  },
  closed,
);
export type NetworkPermission = Static<typeof NetworkPermission>;

export const Permissions = Type.Object(
  {
    network: Type.Optional(Type.Array(NetworkPermission, { maxItems: 32 })),
    hmac: Type.Optional(
      Type.Array(
        Type.Union([Type.String({ pattern: FieldName }), Type.Object({ field: Type.String({ pattern: FieldName }), reason }, closed)]),
        { maxItems: 8 },
      ),
    ),
    websocket: Type.Optional(Type.Array(Type.Object({ url: Type.String({ maxLength: 2048 }), reason }, closed), { maxItems: 8 })),
    storage: Type.Optional(Type.Object({ max_bytes: Type.Integer({ minimum: 1, maximum: 104_857_600 }), reason }, closed)),
    timers: Type.Optional(Type.Union([Type.Literal(true), Type.Object({ reason }, closed)])),
    mail: Type.Optional(Type.Array(Type.Literal('send'), { minItems: 1, maxItems: 1 })),
  },
  closed,
);
export type Permissions = Static<typeof Permissions>;

export const VERIFY_SCHEMES = [
  'twilio',
  'telegram_secret_token',
  'slack_v0',
  'discord_ed25519',
  'hub_sha256',
  'standard_webhooks',
  'hmac',
  'bearer',
  'none',
] as const;

export const Verify = Type.Object(
  {
    scheme: Type.Enum(VERIFY_SCHEMES),
    /** The configuration field that holds the secret or public key. */
    secret: Type.Optional(Type.String({ pattern: FieldName, description: 'The name of a secret field of configuration_schema.' })),
    header: Type.Optional(text(128)),
    algorithm: Type.Optional(Type.Enum(['sha1', 'sha256', 'sha512'] as const)),
    encoding: Type.Optional(Type.Enum(['hex', 'base64'] as const)),
    prefix: Type.Optional(text(64)),
    template: Type.Optional(text(256)),
    timestamp_header: Type.Optional(text(128)),
    tolerance_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400 })),
  },
  closed,
);
export type Verify = Static<typeof Verify>;

export const Webhook = Type.Object(
  {
    verify: Type.Optional(Verify),
    challenge: Type.Optional(Type.Enum(['slack_url_verification', 'discord_ping', 'hub_challenge'] as const)),
    /** Alternatives, each a list of parts: `form:<field>`, `header:<name>`, `query:<name>`, or a JSON pointer. */
    event_id: Type.Optional(
      Type.Array(Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { minItems: 1, maxItems: 8 }), {
        minItems: 1,
        maxItems: 8,
        description: 'A list of alternatives, each a list of parts: [["form:MessageSid"], ["/update_id"]].',
      }),
    ),
    ack: Type.Optional(
      Type.Union([
        Type.Enum(['discord_interaction', 'slack_interactive'] as const),
        Type.Object(
          {
            status: Type.Optional(Type.Integer({ minimum: 200, maximum: 299 })),
            content_type: Type.Optional(text(128)),
            body: Type.Optional(text(4096)),
            /** A configuration field whose value, when it has one, is put into the XML body in place of `{ack_text}`. */
            text_field: Type.Optional(Type.String({ pattern: FieldName })),
          },
          closed,
        ),
      ]),
    ),
    headers: Type.Optional(Type.Array(text(128), { maxItems: 32 })),
    max_body_bytes: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_485_760 })),
    methods: Type.Optional(Type.Array(Type.Enum(['GET', 'POST', 'PUT'] as const), { minItems: 1 })),
  },
  closed,
);
export type Webhook = Static<typeof Webhook>;

export const Limits = Type.Object(
  {
    text: Type.Optional(
      Type.Object(
        {
          max: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
          unit: Type.Optional(Type.Enum(['utf16', 'codepoints', 'bytes'] as const)),
        },
        closed,
      ),
    ),
    send_per_second: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    send_per_conversation_per_second: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    media: Type.Optional(Type.Record(Type.String(), Type.Object({ max_bytes: Type.Integer({ minimum: 1 }) }, closed))),
  },
  closed,
);
export type Limits = Static<typeof Limits>;

export const Budget = Type.Object(
  {
    heap_mb: Type.Optional(Type.Integer({ minimum: 16, maximum: 1024 })),
    call_timeout_ms: Type.Optional(Type.Integer({ minimum: 100, maximum: 120_000 })),
    cpu_ms_per_second: Type.Optional(Type.Integer({ minimum: 10, maximum: 1000 })),
    queue: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
  },
  closed,
);
export type Budget = Static<typeof Budget>;

export const Manifest = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    id: Type.String({
      pattern: CHANNEL_ID,
      description: 'Lower-case letters, digits and "_", a letter first, 2 to 64 in all; the same as the folder\'s name.',
    }),
    name: Type.String({ minLength: 1, maxLength: 200, description: 'What people call the channel.' }),
    version: Type.String({ minLength: 1, maxLength: 100, description: 'A semantic version such as "1.0.0".' }),
    adapter_class: Type.String({
      minLength: 1,
      maxLength: 500,
      description: '"./adapter.ts#MyAdapter" for a class in this folder, or a built-in such as "telegram#TelegramAdapter".',
    }),
    description: Type.Optional(text(2000)),
    author: Type.Optional(text(200)),
    license: Type.Optional(text(200)),
    homepage: Type.Optional(text(2048)),
    icon: Type.Optional(text(500)),
    engines: Type.Optional(
      Type.Object(
        {
          communicationos: Type.String({
            minLength: 1,
            maxLength: 100,
            description: 'The range of plugin API versions it works with: "^1.0.0".',
          }),
        },
        closed,
      ),
    ),
    capabilities: Type.Optional(
      Type.Array(Type.Enum(FEATURES), { maxItems: 64, description: 'What kinds of message the channel supports.' }),
    ),
    session_scope: Type.Optional(
      Type.Enum(['user_conversation', 'user'] as const, {
        description: 'One context for each conversation of a user, or one for the user.',
      }),
    ),
    webhook_url: Type.Optional(
      Type.String({
        // A segment of dots only would be resolved away before the route is looked up.
        pattern: '^/webhooks(?:/(?!\\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)+$',
        maxLength: 255,
        description:
          'A path under /webhooks/, such as "/webhooks/my_channel": letters, digits, ".", "_", "~" and "-", no slash at the end.',
      }),
    ),
    webhook: Type.Optional(Webhook),
    configuration_schema: Type.Optional(
      Type.Object(
        {},
        {
          patternProperties: { [FieldName]: ConfigurationField },
          additionalProperties: false,
          maxProperties: 64,
          description: 'Fields by their names: lower-case letters, digits and "_", a letter first, at most 64.',
        },
      ),
    ),
    permissions: Type.Optional(Permissions),
    limits: Type.Optional(Limits),
    send: Type.Optional(Type.Object({ idempotent: Type.Optional(Type.Boolean()) }, closed)),
    budget: Type.Optional(Budget),
    setup_guide: Type.Optional(text(500, 'A Markdown file in this folder, such as "README.md".')),
  },
  { ...closed, $id: 'manifest.schema.json', title: 'CommunicationOS channel manifest' },
);

/** A manifest whose structure was checked. */
export type Manifest = Omit<Static<typeof Manifest>, 'configuration_schema'> & {
  configuration_schema?: Record<string, ConfigurationField>;
};

/** The manifest of a channel: `store/channels/<id>/manifest.json`. Unknown keys are refused, except `x-*`. */
import Type, { type Static } from 'typebox';
import type { Operation } from './connector-manifest.ts';

export const closed = { additionalProperties: false, patternProperties: { '^x-': {} } } as const;
const text = (maxLength: number, description?: string) => Type.String({ maxLength, ...(description ? { description } : {}) });
/** Not `constructor` and `prototype`, which every object has already. */
export const FieldName = '^(?!(?:constructor|prototype)$)[a-z][a-z0-9_]{0,63}$';

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

export const FORMATS = ['uri', 'email', 'hostname', 'date-time', 'uuid'] as const;

/** One field of `configuration_schema`. `env` is for built-in plugins' own manifests only. */
export const ConfigurationField = Type.Object(
  {
    type: Type.Enum(['string', 'number', 'integer', 'boolean'] as const, { description: 'string, number, integer or boolean.' }),
    required: Type.Optional(Type.Boolean({ description: 'true: the channel does not start without a value.' })),
    secret: Type.Optional(Type.Boolean({ description: 'true: stored sealed, never shown; the adapter gets a placeholder.' })),
    title: Type.Optional(text(200, 'What people call the field.')),
    description: Type.Optional(text(2000, 'Where the operator finds the value.')),
    default: Type.Optional(
      Type.Union([Type.String(), Type.Number(), Type.Boolean()], { description: 'The value when nothing states one; never for a secret.' }),
    ),
    pattern: Type.Optional(text(200, 'A regular expression of at most 200 characters, without look-around and back-references.')),
    enum: Type.Optional(
      Type.Array(Type.Union([Type.String(), Type.Number()]), {
        minItems: 1,
        maxItems: 100,
        description: 'The only values that are taken.',
      }),
    ),
    format: Type.Optional(Type.Enum(FORMATS, { description: 'What kind of text the value is.' })),
    min: Type.Optional(Type.Number({ description: 'Least number, or least length of a text.' })),
    max: Type.Optional(Type.Number({ description: 'Greatest number, or greatest length of a text.' })),
    env: Type.Optional(Type.String({ pattern: '^[A-Z][A-Z0-9_]{0,63}$', description: 'Built-in plugins only: the environment variable.' })),
    generate: Type.Optional(
      Type.Literal('token', { description: 'Built-in plugins only: the host makes and seals a random value when nothing states one.' }),
    ),
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
    user: Type.Optional(text(200, 'basic only: the user name, a literal or "{config.<field>}".')),
    path: Type.Optional(text(200, 'body only: the request path whose body may hold it; {} stands for a path credential.')),
  },
  closed,
);
export type Credential = Static<typeof Credential>;

const reason = Type.Optional(text(500, 'Shown to the operator who approves it.'));

export const NetworkPermission = Type.Object(
  {
    /** An origin, a reference to a configuration field that holds one, or of a connector `*`: every public address. */
    url: Type.String({
      minLength: 1,
      maxLength: 2048,
      description:
        'An origin such as "https://api.example.com", or "{config.api_base_url}" for a field that holds one. Of a connector also "*": every public http and https address, without credentials.',
    }),
    methods: Type.Optional(
      Type.Array(Type.Enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const), {
        minItems: 1,
        description: 'The methods that are needed; without the list, all of them, and of "*" GET and HEAD.',
      }),
    ),
    credentials: Type.Optional(
      Type.Array(Credential, { maxItems: 8, description: 'Which secrets the host puts into a request, and where.' }),
    ),
    max_response_bytes: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 10_485_760, description: 'The largest answer that is taken; 1 MiB without it.' }),
    ),
    reason,
  },
  closed,
);
export type NetworkPermission = Static<typeof NetworkPermission>;

export const Permissions = Type.Object(
  {
    network: Type.Optional(
      Type.Array(NetworkPermission, {
        maxItems: 32,
        description: 'Origins that `context.fetch` may reach; without it there is no `fetch`.',
      }),
    ),
    hmac: Type.Optional(
      Type.Array(
        Type.Union([
          Type.String({ pattern: FieldName }),
          Type.Object({ field: Type.String({ pattern: FieldName, description: 'The name of a secret field.' }), reason }, closed),
        ]),
        { maxItems: 8, description: 'Secret fields that the host computes signatures with; such a field is no credential.' },
      ),
    ),
    websocket: Type.Optional(
      Type.Array(Type.Object({ url: Type.String({ maxLength: 2048, description: 'A wss or ws origin.' }), reason }, closed), {
        maxItems: 8,
        description: 'Origins that may be connected to by WebSocket.',
      }),
    ),
    storage: Type.Optional(
      Type.Object(
        {
          max_bytes: Type.Integer({ minimum: 1, maximum: 104_857_600, description: 'How much is kept, keys and values together.' }),
          reason,
        },
        { ...closed, description: "Small state of the channel's own that survives restarts." },
      ),
    ),
    timers: Type.Optional(
      Type.Union([Type.Literal(true), Type.Object({ reason }, closed)], { description: 'Timeouts and intervals: `context.timers`.' }),
    ),
    mail: Type.Optional(Type.Array(Type.Literal('send'), { minItems: 1, maxItems: 1, description: 'Sending mail: ["send"].' })),
  },
  { ...closed, description: 'What the plugin asks for beside its own realm; shown to the operator, who approves it.' },
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
    scheme: Type.Enum(VERIFY_SCHEMES, { description: 'How the platform proves a delivery; "none" needs an explicit grant.' }),
    secret: Type.Optional(Type.String({ pattern: FieldName, description: 'The name of a secret field of configuration_schema.' })),
    header: Type.Optional(text(128, 'hmac: the header that holds the signature.')),
    algorithm: Type.Optional(Type.Enum(['sha1', 'sha256', 'sha512'] as const, { description: 'hmac: sha256 without it.' })),
    encoding: Type.Optional(Type.Enum(['hex', 'base64'] as const, { description: 'hmac: how the signature is written; hex without it.' })),
    prefix: Type.Optional(text(64, 'hmac: what stands before the signature, such as "sha256=".')),
    template: Type.Optional(text(256, 'hmac: what is signed, of {body} and {timestamp}; "{body}" without it.')),
    timestamp_header: Type.Optional(text(128, 'hmac: the header that holds the time of the delivery.')),
    tolerance_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400, description: 'How old a delivery may be.' })),
  },
  { ...closed, description: 'How the host knows that a delivery is from the platform.' },
);
export type Verify = Static<typeof Verify>;

export const Webhook = Type.Object(
  {
    verify: Type.Optional(Verify),
    challenge: Type.Optional(
      Type.Enum(['slack_url_verification', 'discord_ping', 'hub_challenge'] as const, {
        description: "The platform's question at set-up, which the host answers after verification.",
      }),
    ),
    event_id: Type.Optional(
      Type.Array(Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { minItems: 1, maxItems: 8 }), {
        minItems: 1,
        maxItems: 8,
        description:
          'What makes a delivery the same one again: a list of alternatives, each a list of parts (form:<field>, header:<name>, query:<name> or a JSON pointer): [["form:MessageSid"], ["/update_id"]]. Without it the hash of the body.',
      }),
    ),
    ack: Type.Optional(
      Type.Union(
        [
          Type.Enum(['discord_interaction', 'slack_interactive'] as const),
          Type.Object(
            {
              status: Type.Optional(Type.Integer({ minimum: 200, maximum: 299, description: '200 without it.' })),
              content_type: Type.Optional(text(128, 'The content type of the body.')),
              body: Type.Optional(text(4096, 'What the platform gets.')),
              text_field: Type.Optional(
                Type.String({
                  pattern: FieldName,
                  description: 'A configuration field whose value, when it has one, stands in the XML body for {ack_text}.',
                }),
              ),
            },
            closed,
          ),
        ],
        { description: 'What a delivery is answered with once it is recorded: a named answer, or its parts.' },
      ),
    ),
    headers: Type.Optional(Type.Array(text(128), { maxItems: 32, description: 'The headers that the adapter may see.' })),
    max_body_bytes: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 10_485_760, description: 'The largest delivery that is taken; 1 MiB without it.' }),
    ),
    methods: Type.Optional(
      Type.Array(Type.Enum(['GET', 'POST', 'PUT'] as const), { minItems: 1, description: 'The methods of the route; POST without it.' }),
    ),
  },
  { ...closed, description: 'How deliveries to `webhook_url` are verified, named and acknowledged.' },
);
export type Webhook = Static<typeof Webhook>;

export const Limits = Type.Object(
  {
    text: Type.Optional(
      Type.Object(
        {
          max: Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'The longest text of one platform message.' }),
          unit: Type.Optional(
            Type.Enum(['utf16', 'codepoints', 'bytes'] as const, { description: 'What is counted; utf16 without it, as `length` counts.' }),
          ),
        },
        { ...closed, description: 'Longer texts are split by the host, one `send` a part.' },
      ),
    ),
    send_per_second: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'Most messages a second, in all.' })),
    send_per_conversation_per_second: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'Most messages a second to one conversation.' }),
    ),
    media: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object({ max_bytes: Type.Integer({ minimum: 1, description: 'The largest file of this kind.' }) }, closed),
        { description: 'Sizes by kind of attachment: image, audio, video, voice, document, sticker, contact.' },
      ),
    ),
  },
  { ...closed, description: 'What the platform takes.' },
);
export type Limits = Static<typeof Limits>;

export const Budget = Type.Object(
  {
    heap_mb: Type.Optional(Type.Integer({ minimum: 16, maximum: 1024, description: 'Memory of its JavaScript heap; 64 without it.' })),
    call_timeout_ms: Type.Optional(
      Type.Integer({ minimum: 100, maximum: 120_000, description: 'How long one call may take before the plugin is ended.' }),
    ),
    cpu_ms_per_second: Type.Optional(Type.Integer({ minimum: 10, maximum: 1000, description: 'Processor time, on average.' })),
    queue: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000, description: 'How many events may wait for it.' })),
  },
  { ...closed, description: 'What the plugin may use; the policy caps it.' },
);
export type Budget = Static<typeof Budget>;

export const Manifest = Type.Object(
  {
    $schema: Type.Optional(Type.String({ description: 'Where an editor finds the schema of this file.' })),
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
    description: Type.Optional(text(2000, 'One sentence of what it connects to.')),
    author: Type.Optional(text(200, 'Who wrote it.')),
    license: Type.Optional(text(200, 'An SPDX name such as "Apache-2.0".')),
    homepage: Type.Optional(text(2048, "The plugin's or the platform's page.")),
    icon: Type.Optional(text(500, 'A picture in this folder.')),
    engines: Type.Optional(
      Type.Object(
        {
          communicationos: Type.String({
            minLength: 1,
            maxLength: 100,
            description: 'The range of plugin API versions it works with: "^1.0.0".',
          }),
        },
        { ...closed, description: 'What it needs of the host.' },
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
    send: Type.Optional(
      Type.Object(
        {
          idempotent: Type.Optional(
            Type.Boolean({
              description: 'true: the platform itself refuses a message that it got already, so that sending again is harmless.',
            }),
          ),
        },
        { ...closed, description: 'What is known of sending.' },
      ),
    ),
    budget: Type.Optional(Budget),
    setup_guide: Type.Optional(text(500, 'A Markdown file in this folder, such as "README.md".')),
  },
  { ...closed, $id: 'manifest.schema.json', title: 'CommunicationOS channel manifest' },
);

/** A manifest whose structure was checked. */
export type Manifest = Omit<Static<typeof Manifest>, 'configuration_schema'> & {
  configuration_schema?: Record<string, ConfigurationField>;
  /** A connector's only. */
  operations?: Record<string, Operation>;
};

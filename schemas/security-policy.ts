/**
 * `config/security_policy.json`: what an operator allows. Every key is optional, `{}` is valid, nothing
 * unknown is accepted: a misspelt restriction would otherwise be no restriction.
 */
import Type, { type Static, type TSchema } from 'typebox';
import { CHANNEL_ID } from './manifest.ts';

const closed = { additionalProperties: false } as const;
const MOST = 1_000_000_000;

const about = (description: string) => ({ description });
const flag = (description: string) => Type.Optional(Type.Boolean(about(description)));
const count = (description: string, minimum = 1) => Type.Optional(Type.Integer({ minimum, maximum: MOST, description }));
const amount = (description: string) => Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: MOST, description }));
const words = (description: string) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 10_000, description }));
/** An entry stands for a domain and everything below it. What looks like an address would match no host, and so block none. */
const DOMAIN = '^(\\*?\\.)?[^\\s/:@*?#\\[\\]]+$';
const domains = (description: string) =>
  Type.Optional(
    Type.Array(
      Type.String({
        pattern: DOMAIN,
        maxLength: 253,
        description: 'A domain without scheme, port and path; what is below it is meant too: "example.com".',
      }),
      { maxItems: 10_000, description },
    ),
  );
const section = <P extends Record<string, TSchema>>(properties: P, description: string) =>
  Type.Optional(Type.Object(properties, { ...closed, description }));
const perId = <T extends TSchema>(entry: T, description: string) =>
  Type.Optional(Type.Object({}, { patternProperties: { [CHANNEL_ID]: entry }, additionalProperties: false, description }));

/** Exact host and port; IPv6 in brackets. */
const HOST_AND_PORT = '^(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?):[0-9]{1,5}$';

const NetworkMode = Type.Enum(['on', 'readonly', 'off'] as const, about('on, readonly or off.'));

const Phase = section(
  {
    comm_commands_allowed: flag('Whether /comm commands run in this phase.'),
    external_fetch_allowed: flag('Whether connectors may read from the network in this phase.'),
  },
  'What this execution phase allows.',
);

export const ChannelPolicy = Type.Object(
  {
    allowed_commands: words('Slash commands that people may use, without the slash. Left out: all.'),
    unknown_senders: Type.Optional(
      Type.Enum(['allow', 'pair', 'deny'] as const, about('Who is not in allow_users: allowed, paired by a code, or refused.')),
    ),
    allow_users: words("The platform's ids of people who are always allowed."),
    group_policy: Type.Optional(
      Type.Enum(['mention', 'all', 'none'] as const, about('In groups: answer when mentioned, always, or never.')),
    ),
    max_requests_per_user: count('Messages of one person within the time window.'),
    error_reply: Type.Optional(Type.String({ minLength: 1, maxLength: 4096, description: 'Sent when the agent failed.' })),
    notices: flag('Whether people are told, once per time window, that they were refused or wrote too much. Left out: only the latter.'),
    approvers: words("The platform's ids of people who may approve requests here."),
    on_unknown: Type.Optional(
      Type.Enum(['show', 'resend'] as const, about('A delivery whose end nobody knows: show it, or send it again.')),
    ),
    public: flag('Web chat: whether it may be open beyond this machine.'),
    retention_days: count('How long messages of this channel are kept.'),
  },
  { ...closed, description: 'Rules for one channel.' },
);
export type ChannelPolicy = Static<typeof ChannelPolicy>;

export const ConnectorPolicy = Type.Object(
  {
    enabled: flag('Whether the connector may be used.'),
    allowed_operations: words('Operations that may be used. Left out: those that only read.'),
    allowed_domains: domains('Domains it may reach, with everything below them. Left out: every public one.'),
    blocked_domains: domains('Domains it may not reach.'),
    require_approval: flag('Whether a person has to approve each request. Left out: for writes only.'),
    rate_limit_per_minute: count('Requests of one caller in a minute.'),
    max_response_size_mb: amount('The largest answer.'),
    timeout_seconds: amount('The longest request.'),
    sanitize_inputs: flag('Whether parameters are cleaned before a request.'),
    sanitize_outputs: flag('Whether answers are cleaned before an agent sees them.'),
  },
  { ...closed, description: 'Rules for one connector.' },
);
export type ConnectorPolicy = Static<typeof ConnectorPolicy>;

const Structure = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    network_mode: section(
      {
        default: Type.Optional(NetworkMode),
        allowed_modes: Type.Optional(Type.Array(NetworkMode, { minItems: 1, maxItems: 3, description: 'Modes that may be chosen.' })),
        mode_change_requires_approval: flag("Whether an operator's change of the mode waits for an admin."),
      },
      'What may leave this host.',
    ),
    phase_gates: section({ planning: Phase, execution: Phase }, 'What each execution phase allows.'),
    rate_limits: section(
      {
        max_requests_per_user: count('Messages of one person within the time window.'),
        time_window_seconds: count('The time window.'),
        dedupe_window_seconds: count('The least time for which a repeated event is recognised.', 0),
      },
      'How much one person may ask.',
    ),
    blocked_operations: words('Refused as commands, connector operations and tool names, whatever the phase or role.'),
    egress: section(
      {
        allow_private: Type.Optional(
          Type.Array(Type.String({ pattern: HOST_AND_PORT, maxLength: 261 }), {
            maxItems: 1000,
            description: 'Private targets that may be reached: exact host:port.',
          }),
        ),
        allowed_domains: domains('Domains that may be reached, with everything below them. Left out: every public one.'),
        blocked_domains: domains('Domains that may not be reached.'),
      },
      'Where requests may go.',
    ),
    connectors: perId(ConnectorPolicy, 'Rules for each connector, by its id.'),
    channels: perId(ChannelPolicy, 'Rules for each channel, by its id.'),
    retention: section(
      { messages_days: count('Messages.'), events_days: count('Raw events.'), audit_days: count('The audit trail.') },
      'How long data is kept.',
    ),
    inbox: section({ max_age_hours: amount('A message that waited longer is not answered.') }, 'Messages that came in.'),
    outbox: section(
      { max_attempts: count('Attempts of one delivery.'), max_age_hours: amount('A delivery that waited longer expires.') },
      'Deliveries.',
    ),
    budgets: section(
      {
        heap_mb: count('Memory of one plugin.', 16),
        call_timeout_ms: count('Deadline of one call into a plugin.', 100),
        cpu_ms_per_second: count('Processor time of one plugin.', 10),
        queue: count('Events that may wait for one plugin.'),
      },
      "The most that a plugin's manifest may ask for.",
    ),
  },
  { ...closed, $id: 'security_policy.schema.json', title: 'CommunicationOS security policy' },
);

/** TypeScript's view of `patternProperties`, which the schema library types as an empty object. */
export type SecurityPolicy = Omit<Static<typeof Structure>, 'channels' | 'connectors'> & {
  channels?: Record<string, ChannelPolicy>;
  connectors?: Record<string, ConnectorPolicy>;
};
export const SecurityPolicy = Structure;

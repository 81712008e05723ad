/** `config/channels.json`: what an operator states about channels in a file. `{}` is valid. */
import Type, { type Static } from 'typebox';
import { CHANNEL_ID } from './manifest.ts';

const closed = { additionalProperties: false } as const;
const granted = (description: string) => Type.Optional(Type.Literal(true, { description }));
const origins = (description: string) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 2048 }), { maxItems: 32, description }));

/** The grants of one channel: approval by file. */
export const ChannelGrants = Type.Object(
  {
    digest: Type.Optional(
      Type.String({
        pattern: '^sha256-[A-Za-z0-9_-]{43}$',
        description:
          'The digest that agentos channel show and agentos connector show print: sha256- and 43 characters. Left out: whatever code is in the folder is approved.',
      }),
    ),
    network: origins('Origins that it may reach: https://api.example.com.'),
    websocket: origins('Origins that it may open sockets to: wss://gateway.example.com.'),
    hmac: granted('It may compute signatures with the secret fields that its manifest names.'),
    storage: granted('It may keep data.'),
    timers: granted('It may use timers.'),
    mail: granted('It may send mail.'),
    unsigned_webhook: granted('Its webhook takes requests that nobody signed: the verification scheme "none".'),
  },
  { ...closed, description: 'What its code may do.' },
);
export type ChannelGrants = Static<typeof ChannelGrants>;

export const ChannelEntry = Type.Object(
  {
    enabled: Type.Optional(Type.Boolean({ description: 'Whether the channel runs.' })),
    config: Type.Optional(
      Type.Object(
        {},
        {
          patternProperties: { '^[a-z][a-z0-9_]{0,63}$': Type.Union([Type.String({ maxLength: 65_536 }), Type.Number(), Type.Boolean()]) },
          additionalProperties: false,
          maxProperties: 64,
          description: 'Values of its configuration fields.',
        },
      ),
    ),
    grants: Type.Optional(ChannelGrants),
  },
  { ...closed, description: 'One channel.' },
);
export type ChannelEntry = Omit<Static<typeof ChannelEntry>, 'config'> & { config?: Record<string, string | number | boolean> };

export const ChannelsConfig = Type.Object(
  { $schema: Type.Optional(Type.String()) },
  {
    patternProperties: { [CHANNEL_ID]: ChannelEntry },
    additionalProperties: false,
    $id: 'channels_config.schema.json',
    title: 'CommunicationOS channels',
    description: 'Channels by their ids.',
  },
);
/** The entries by channel id, without `$schema`. */
export type ChannelsConfig = Record<string, ChannelEntry>;

/** `config/connectors.json`: what an operator states about connectors in a file. `{}` is valid. */
import Type from 'typebox';
import { type ChannelEntry, ChannelGrants, ChannelEntry as Entry } from './channels-config.ts';
import { CHANNEL_ID } from './manifest.ts';

/** A connector has no webhook and opens no socket: what there is nothing of cannot be granted. */
const { unsigned_webhook: _hook, websocket: _socket, ...granted } = ChannelGrants.properties;
const ConnectorGrants = Type.Object(granted, { additionalProperties: false, description: 'What its code may do.' });

export const ConnectorEntry = Type.Object(
  {
    ...Entry.properties,
    enabled: Type.Optional(Type.Boolean({ description: 'Whether the connector runs.' })),
    grants: Type.Optional(ConnectorGrants),
  },
  { additionalProperties: false, description: 'One connector.' },
);

export const ConnectorsConfig = Type.Object(
  { $schema: Type.Optional(Type.String()) },
  {
    patternProperties: { [CHANNEL_ID]: ConnectorEntry },
    additionalProperties: false,
    $id: 'connectors_config.schema.json',
    title: 'CommunicationOS connectors',
    description: 'Connectors by their ids.',
  },
);
/** The entries by connector id, without `$schema`. */
export type ConnectorsConfig = Record<string, ChannelEntry>;

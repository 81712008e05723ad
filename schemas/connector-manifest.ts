/**
 * The manifest of a connector: `store/connectors/<id>/manifest.json`. What it has in common with a channel's is the
 * same schema; instead of webhooks and messages it has operations.
 */
import Type, { type Static } from 'typebox';
import { closed, FieldName, Manifest } from './manifest.ts';

export const RISKS = ['low', 'medium', 'high', 'critical'] as const;

export const Operation = Type.Object(
  {
    effect: Type.Enum(['read', 'write'] as const, {
      description:
        'read: changes nothing outside. write: refused while planning or read-only, and approved by a person unless the policy says otherwise.',
    }),
    params: Type.Object(
      {},
      {
        additionalProperties: true,
        description: 'A JSON Schema of an object in the closed subset; its description tells agents what the operation does.',
      },
    ),
    risk: Type.Optional(Type.Enum(RISKS, { description: 'Shown to whoever approves a request.' })),
  },
  closed,
);
export type Operation = Static<typeof Operation>;

const { $schema, id, name, version, description, author, license, homepage, icon, engines } = Manifest.properties;
const { configuration_schema, permissions, budget, setup_guide } = Manifest.properties;

export const ConnectorManifest = Type.Object(
  {
    $schema,
    id,
    name,
    version,
    adapter_class: Type.String({
      minLength: 1,
      maxLength: 500,
      description: '"./connector.ts#MyConnector" for a class in this folder.',
    }),
    description,
    author,
    license,
    homepage,
    icon,
    engines,
    operations: Type.Object(
      {},
      {
        patternProperties: { [FieldName]: Operation },
        additionalProperties: false,
        minProperties: 1,
        maxProperties: 64,
        description: 'What it can do, by names of lower-case letters, digits and "_": exactly those of getSupportedOperations().',
      },
    ),
    configuration_schema,
    permissions,
    budget,
    setup_guide,
  },
  { ...closed, $id: 'connector.schema.json', title: 'CommunicationOS connector manifest' },
);

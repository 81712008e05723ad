/** Channels, connectors and settings as the API shows them. */
import Type from 'typebox';
import { Operation } from '../connector-manifest.ts';
import { ConfigurationField } from '../manifest.ts';
import { PLUGIN_STATES } from '../plugin-state.ts';
import { closed, orNull } from './common.ts';

const FieldValue = Type.Union([Type.String({ maxLength: 16_384 }), Type.Number(), Type.Boolean()]);

const State = Type.Enum(PLUGIN_STATES);

const Serving = Type.Object({ digest: Type.String(), version: Type.String(), state: State });

const Difference = Type.Object({
  against: orNull(Type.String({ description: 'The digest that it is compared with; null when nothing was approved before.' })),
  code: Type.Enum(['new', 'changed', 'same'] as const),
  permissions: Type.Array(
    Type.Object({
      permission: Type.String(),
      change: Type.Enum(['new', 'wider', 'narrower', 'removed'] as const),
      reason: orNull(Type.String({ description: "The manifest's own." })),
    }),
  ),
  manifest: Type.Array(Type.String({ description: 'Another key of the manifest that differs.' })),
});

const Pending = Type.Object({
  state: State,
  reason: orNull(Type.String()),
  fix: orNull(Type.String()),
  digest: orNull(Type.String()),
  version: orNull(Type.String()),
  difference: orNull(Difference),
});

/** What is shown of both. */
const Plugin = {
  id: Type.String(),
  name: Type.String(),
  version: orNull(Type.String()),
  state: State,
  reason: orNull(Type.String()),
  fix: orNull(Type.String({ description: 'What mends it.' })),
  enabled: Type.Boolean(),
  builtin: orNull(Type.String()),
  digest: orNull(Type.String({ description: 'Of what lies in the folder; an approval names it.' })),
  approved_digest: orNull(Type.String()),
  approved_by: orNull(Type.String()),
  serving: Type.Union([Serving, Type.Null()], { description: 'The generation that serves; null when none does.' }),
  pending: Type.Union([Pending, Type.Null()], { description: 'What is in the folder and does not serve.' }),
  permissions: Type.Unknown({ description: 'What the manifest asks for.' }),
  configuration_schema: Type.Record(Type.String(), ConfigurationField, { description: 'The fields of its manifest, by their names.' }),
  config: Type.Record(
    Type.String(),
    Type.Object({ value: Type.Unknown({ description: 'Secrets are masked.' }), source: Type.String(), secret: Type.Boolean() }),
  ),
  missing: Type.Array(Type.String({ description: 'A field that needs a value.' })),
  problems: Type.Array(
    Type.Object({
      severity: Type.Enum(['error', 'warning'] as const),
      file: Type.String(),
      line: orNull(Type.Integer()),
      message: Type.String(),
      hint: Type.String(),
    }),
  ),
  setup_guide: orNull(Type.String({ description: 'Markdown, written by whoever wrote the plugin.' })),
};

export const ChannelAnswer = Type.Object(
  { ...Plugin, webhook_url: orNull(Type.String()), capabilities: Type.Array(Type.String()) },
  { title: 'Channel' },
);

export const ConnectorAnswer = Type.Object(
  {
    ...Plugin,
    operations: Type.Record(Type.String(), Operation, { description: 'Of the generation that serves, else of what lies in the folder.' }),
  },
  { title: 'Connector' },
);

export const ApproveBody = Type.Object(
  {
    digest: Type.Optional(
      orNull(Type.String({ maxLength: 100, description: 'The digest that was read; without it, the one that waits.' })),
    ),
  },
  closed,
);

/** Fields that are not named keep their value; null takes the value away. */
export const ConfigBody = Type.Record(Type.String({ maxLength: 64 }), Type.Union([FieldValue, Type.Null()]), {
  maxProperties: 64,
  description: 'Values by field. A field that is not named keeps its value; null takes the stored one away.',
});

const testAnswer = (title: string, checked: string) =>
  Type.Object(
    { ok: Type.Boolean(), state: Type.String(), reason: orNull(Type.String()), checked: Type.Boolean({ description: checked }) },
    { title },
  );

export const ChannelTestAnswer = testAnswer(
  'PluginTest',
  'Whether the adapter itself was asked; false when it has no health of its own or does not run.',
);
export const ConnectorTestAnswer = testAnswer(
  'ConnectorTest',
  'Whether the connector itself was asked; false when it has neither validateConfig nor healthCheck, or does not run.',
);

export const SettingAnswer = Type.Object(
  { key: Type.String(), value: Type.Unknown({ description: 'Secrets are masked.' }), source: Type.String() },
  { title: 'Setting' },
);

/** The security policy as the API shows and takes it, and what a policy would do. */
import Type from 'typebox';
import { ConversationType, MESSAGE_TYPES } from '../message.ts';
import { closed, orNull, Time } from './common.ts';

const Word = Type.String({ minLength: 1, maxLength: 64 });
const Key = Type.String({ minLength: 1, maxLength: 255 });
const Other = Type.Optional(Type.Unknown({ description: 'Another policy than the one in force.' }));
const Mode = Type.Enum(['on', 'readonly', 'off'] as const);
const Phase = Type.Enum(['planning', 'execution'] as const);

/** Checked by its own schema, whose refusals say more. */
export const PolicyDocument = Type.Object(
  {},
  { title: 'SecurityPolicy', additionalProperties: true, description: 'As schemas/security_policy.schema.json describes it.' },
);

export const ExplainBody = Type.Object(
  {
    channel_id: Word,
    user_key: Key,
    text: Type.Optional(orNull(Type.String({ maxLength: 10_000 }))),
    type: Type.Optional(Type.Enum([...MESSAGE_TYPES])),
    conversation_key: Type.Optional(Key),
    conversation_type: Type.Optional(ConversationType),
    thread_key: Type.Optional(orNull(Key)),
    mentions_bot: Type.Optional(Type.Boolean()),
    at: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'ISO 8601; now when left out.' })),
    network_mode: Type.Optional(Mode),
    phase: Type.Optional(Phase),
    policy: Other,
  },
  closed,
);

export const ExplainAnswer = Type.Object(
  {
    at: Time,
    network_mode: Mode,
    phase: Phase,
    outcome: Type.Enum(['answered', 'dispatched', 'ignored', 'rejected'] as const),
    rule: Type.String({ description: 'The rule that decides; default when none speaks against it.' }),
    reason: orNull(Type.String()),
    waits: Type.Boolean({ description: 'Nothing happens before the network mode allows it again.' }),
    steps: Type.Array(
      Type.Object({ step: Type.String(), outcome: Type.String(), rule: orNull(Type.String()), reason: orNull(Type.String()) }),
    ),
    rules: Type.Array(Type.Object({ rule: Type.String(), outcome: Type.String() })),
  },
  { title: 'Explanation' },
);

export const ReplayBody = Type.Object({ policy: Other, last: Type.Integer({ minimum: 1, maximum: 10_000 }) }, closed);

export const ReplayAnswer = Type.Object(
  {
    replayed: Type.Integer(),
    not_replayed: Type.Integer({ description: 'Their messages are not kept any more, or never came to a rule.' }),
    window_not_replayed: Type.Integer({
      description: 'time_window_seconds differs from the one in force, in which they were counted, and the count does not tell.',
    }),
    changed: Type.Array(
      Type.Object({
        message_id: Type.String(),
        at: Time,
        channel_id: Type.String(),
        person_id: orNull(Type.String()),
        was: Type.String(),
        would_be: Type.String(),
        rule: Type.String(),
      }),
    ),
  },
  { title: 'Replay' },
);

/** What is stored of one user of a channel, and what an erasure did. */
import Type from 'typebox';
import { closed, Id, orNull, Time } from './common.ts';
import { EvidenceAnswer } from './connector-requests.ts';
import { MessageAnswer } from './messages.ts';

const NullText = orNull(Type.String());
const NullTime = orNull(Time);
const Count = Type.Integer();
const Texts = Type.Array(Type.String());

export const ByUser = Type.Object({ channel_id: Type.String({ minLength: 1, maxLength: 64 }), user_key: Id }, closed);

export const UserAnswer = Type.Object(
  {
    exported_at: Time,
    channel_id: Type.String(),
    user_key: Type.String(),
    person_id: NullText,
    sessions: Type.Array(
      Type.Object({
        id: Type.String(),
        conversation_key: Type.String(),
        thread_key: NullText,
        state: Type.String(),
        created_at: Time,
        last_active_at: Time,
      }),
    ),
    pairing: orNull(Type.Object({ state: Type.String(), created_at: Time, decided_by: NullText, decided_at: NullTime })),
    messages: Type.Array(MessageAnswer),
    events: Type.Array(
      Type.Object({
        id: Type.String(),
        event_id: Type.String(),
        state: Type.String(),
        deliveries: Count,
        received_at: Time,
        error_code: NullText,
        error: NullText,
      }),
    ),
    evidence: Type.Array(EvidenceAnswer, {
      description: 'Requests to connectors in the conversations of this user.',
    }),
    audit: Type.Array(
      Type.Object({ seq: Count, at: Time, actor: Type.String(), action: Type.String(), subject: NullText, decision: NullText }),
    ),
    not_included: Texts,
  },
  { title: 'User' },
);

export const ErasureAnswer = Type.Object(
  {
    person_id: Type.String(),
    channel_id: Type.String(),
    erased_at: Time,
    keys_destroyed: Count,
    messages_in: Count,
    messages_out: Count,
    deliveries_dropped: Count,
    dead_letters_blanked: Count,
    events_blanked: Count,
    evidence_blanked: Count,
    sessions_closed: Count,
    keys_backups: Texts,
    keys_backups_not_reached: Texts,
    not_reached: Texts,
  },
  { title: 'Erasure' },
);

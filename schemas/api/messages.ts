/** Messages, deliveries and sessions as the API shows and takes them. */
import Type, { type Static } from 'typebox';
import { Attachment, Button, ConversationType, Key, MessageType } from '../message.ts';
import { INBOUND_STATES, OUTBOUND_STATES } from '../message-state.ts';
import { closed, Id, orNull, PageQuery, page, Time } from './common.ts';
import { EVIDENCE_STATES } from './evidence-state.ts';

const ChannelId = Type.String({ maxLength: 64 });
const NullText = orNull(Type.String());
const NullTime = orNull(Time);

export const MessagesQuery = Type.Object(
  {
    ...PageQuery,
    channel_id: Type.Optional(ChannelId),
    session_id: Type.Optional(Type.String({ maxLength: 64 })),
    direction: Type.Optional(Type.Enum(['inbound', 'outbound'] as const)),
    state: Type.Optional(Type.Enum([...INBOUND_STATES, ...OUTBOUND_STATES])),
  },
  closed,
);
export const DeliveriesQuery = Type.Object(
  { ...PageQuery, channel_id: Type.Optional(ChannelId), state: Type.Optional(Type.Enum(OUTBOUND_STATES)) },
  closed,
);

/** `id` names a file that somebody sent: `GET /api/attachments/:id`, or as `ref` of an attachment to be sent. */
const ShownAttachment = Type.Object(
  {
    ...Attachment.properties,
    id: Type.Optional(Type.String({ description: 'Of what somebody sent, for GET /api/attachments/:id or as the ref of one to be sent.' })),
  },
  closed,
);

export const ByAttachment = Type.Object({ id: Type.String({ maxLength: 64, description: 'As a message shows it.' }) }, closed);

const messageFields = {
  id: Type.String(),
  seq: Type.Integer(),
  direction: Type.Enum(['inbound', 'outbound'] as const),
  channel_id: Type.String(),
  message_id: NullText,
  event_id: NullText,
  type: MessageType,
  text: NullText,
  attachments: Type.Array(ShownAttachment),
  user_key: NullText,
  user_name: NullText,
  conversation_key: Type.String(),
  conversation_type: orNull(ConversationType),
  thread_key: NullText,
  session_id: NullText,
  in_reply_to: NullText,
  part: orNull(Type.Integer()),
  state: Type.Enum([...INBOUND_STATES, ...OUTBOUND_STATES]),
  reason: NullText,
  error: NullText,
  attempts: Type.Integer(),
  next_attempt_at: NullTime,
  held_by: NullText,
  platform_message_id: NullText,
  received_at: Time,
  dispatched_at: NullTime,
  finished_at: NullTime,
  sent_at: NullTime,
  delivered_at: NullTime,
  read_at: NullTime,
};

export const MessageAnswer = Type.Object(messageFields, { title: 'Message' });
export const MessagePage = page(MessageAnswer);

export const PostMessageBody = Type.Object(
  {
    in_reply_to: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'The inbound message it answers; it fixes where the answer goes.' }),
    ),
    session_id: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'The session it belongs to; it fixes where it goes. Agents read it there.' }),
    ),
    channel_id: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Without in_reply_to and session_id.' })),
    conversation_key: Type.Optional(Key),
    thread_key: Type.Optional(orNull(Key)),
    user_key: Type.Optional(orNull(Key)),
    text: Type.Optional(orNull(Type.String({ maxLength: 100_000 }))),
    attachments: Type.Optional(Type.Array(Attachment, { maxItems: 10 })),
    buttons: Type.Optional(Type.Array(Type.Array(Button, { maxItems: 8 }), { maxItems: 20 })),
  },
  { ...closed, title: 'NewMessage' },
);
export type PostMessageBody = Static<typeof PostMessageBody>;

export const PostMessageHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'Names the request: sent again with the same key it is answered as before, and nothing is sent twice.',
    }),
  ),
});

/** The first part, and the ids of all. */
export const PostedMessage = Type.Object(
  { ...messageFields, parts: Type.Array(Type.String({ description: 'An id.' })) },
  { title: 'PostedMessage' },
);

export const TraceAnswer = Type.Object(
  {
    id: Type.String(),
    event: orNull(
      Type.Object({
        id: Type.String(),
        event_id: Type.String(),
        source: Type.Enum(['webhook', 'emit'] as const),
        state: Type.Enum(['received', 'parsed', 'dead'] as const),
        deliveries: Type.Integer({ description: 'How often the platform sent it.' }),
        attempts: Type.Integer(),
        received_at: Time,
        error_code: NullText,
        error: NullText,
      }),
    ),
    message: orNull(MessageAnswer),
    requests: Type.Array(
      Type.Object({
        evidence_id: Type.String({ description: 'For GET /api/evidence/:id.' }),
        connector_type: NullText,
        operation: NullText,
        effect: orNull(Type.Enum(['read', 'write'] as const)),
        state: Type.Enum(EVIDENCE_STATES),
        code: NullText,
        requested_at: Time,
        finished_at: NullTime,
      }),
      { description: 'What was asked of connectors for it, oldest first.' },
    ),
    deliveries: Type.Array(MessageAnswer),
    audit: Type.Array(
      Type.Object({
        seq: Type.Integer(),
        at: Time,
        actor: Type.String(),
        action: Type.String(),
        subject: NullText,
        decision: NullText,
        detail: Type.Unknown(),
      }),
    ),
  },
  { title: 'Trace' },
);

export const RetriedAnswer = Type.Object({
  retried: Type.Array(Type.String({ description: 'Ids of the delivery and of later parts that go with it.' })),
});
export const DroppedAnswer = Type.Object({ dropped: Id });

export const SessionsQuery = Type.Object(
  { ...PageQuery, channel_id: Type.Optional(ChannelId), state: Type.Optional(Type.Enum(['open', 'closed'] as const)) },
  closed,
);
export const SessionAnswer = Type.Object(
  {
    id: Type.String(),
    channel_id: Type.String(),
    user_key: NullText,
    conversation_key: Type.String(),
    thread_key: NullText,
    state: Type.Enum(['open', 'closed'] as const),
    active: Type.Boolean({ description: 'New messages join it.' }),
    held_by: orNull(Type.String({ description: 'Who took the conversation over: it is recorded, not run.' })),
    created_at: Time,
    last_active_at: Time,
  },
  { title: 'Session' },
);
export const SessionPage = page(SessionAnswer);

/** From what an adapter handed in to the message the host keeps: every field has a value, nothing is refused for its length. */
import type { InboundEvent, InboundMessage, InboundMessageInput } from '../../schemas/message.ts';

/** Longer texts are cut and marked `metadata.truncated`. */
export const MAX_TEXT = 10_000;

const cut = (text: string): string => {
  const end = text.charCodeAt(MAX_TEXT - 1);
  // Never half of a surrogate pair.
  return text.slice(0, end >= 0xd800 && end <= 0xdbff ? MAX_TEXT - 1 : MAX_TEXT);
};

/** RFC 3339 allows any offset and the second 60; what the host keeps is ISO 8601 in UTC. */
export const utcTime = (timestamp: string): string | null => {
  const at = Date.parse(timestamp.replace(/:60(?=[.Zz+-])/, ':59'));
  return Number.isNaN(at) ? null : new Date(at).toISOString();
};

export const normaliseMessage = (input: InboundMessageInput, event: InboundEvent, id: string): InboundMessage => {
  const text = input.text ?? null;
  const long = text !== null && text.length > MAX_TEXT;
  return {
    id,
    event_id: event.event_id,
    channel_id: event.channel_id,
    message_id: input.message_id,
    type: input.type,
    text: long ? cut(text) : text,
    user_key: input.user_key ?? null,
    user_name: input.user_name ?? null,
    user_is_bot: input.user_is_bot ?? false,
    conversation_key: input.conversation_key,
    conversation_type: input.conversation_type,
    thread_key: input.thread_key ?? null,
    reply_to_message_id: input.reply_to_message_id ?? null,
    mentions_bot: input.mentions_bot ?? false,
    attachments: input.attachments ?? [],
    location: input.location ?? null,
    action: input.action ?? null,
    album_key: input.album_key ?? null,
    timestamp: utcTime(input.timestamp) ?? event.received_at,
    metadata: long ? { ...input.metadata, truncated: true } : (input.metadata ?? {}),
    session_id: null,
    received_at: event.received_at,
  };
};

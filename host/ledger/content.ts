/** Between a message and its row: what is sealed as `content`, and what stands in columns of its own. */
import type { InboundMessage, OutboundMessage } from '../../schemas/message.ts';
import type { StoredMessage } from '../db/tables/messages.ts';
import type { MessageRow, MessageState } from '../db/unit.ts';
import type { ContentKeys, ContentOwner } from '../secrets/content-keys.ts';

type InboundContent = Pick<
  InboundMessage,
  | 'text'
  | 'user_name'
  | 'user_is_bot'
  | 'reply_to_message_id'
  | 'mentions_bot'
  | 'attachments'
  | 'location'
  | 'action'
  | 'album_key'
  | 'timestamp'
  | 'metadata'
>;
type OutboundContent = Pick<OutboundMessage, 'text' | 'attachments' | 'buttons' | 'reply_to_message_id' | 'metadata'>;

const place = (id: string) => ({ table: 'messages', row: id, column: 'content' });

/** What the bus decided of an inbound message, as columns. */
export interface InboundFate {
  state: MessageState;
  reason: string | null;
  person_id: string | null;
  session_id: string | null;
  dispatched_at: number | null;
  finished_at: number | null;
}

export const inboundRow = (
  keys: ContentKeys,
  message: InboundMessage,
  requires_event: string,
  received_at: number,
  fate: InboundFate,
): MessageRow => {
  const content: InboundContent = {
    text: message.text,
    user_name: message.user_name,
    user_is_bot: message.user_is_bot,
    reply_to_message_id: message.reply_to_message_id,
    mentions_bot: message.mentions_bot,
    attachments: message.attachments,
    location: message.location,
    action: message.action,
    album_key: message.album_key,
    timestamp: message.timestamp,
    metadata: message.metadata,
  };
  return {
    id: message.id,
    direction: 'inbound',
    channel_id: message.channel_id,
    message_id: message.message_id,
    event_id: message.event_id,
    type: message.type,
    user_key: message.user_key,
    conversation_key: message.conversation_key,
    conversation_type: message.conversation_type,
    thread_key: message.thread_key,
    in_reply_to: null,
    part: null,
    content: keys.sealFor(message, JSON.stringify(content), place(message.id)),
    next_attempt_at: null,
    held_by: null,
    idempotency_key: null,
    received_at,
    requires_event,
    erased_key: keys.erasedKey('message', message.channel_id, message.message_id),
    ...fate,
  };
};

const opened = <Content>(keys: ContentKeys, row: StoredMessage): Content | null => {
  const text = row.content === null ? null : keys.open(row.content, place(row.id));
  return text === null ? null : (JSON.parse(text) as Content);
};

/** The message of an inbound row. Content that retention has blanked, or whose key was destroyed, comes back empty. */
export const inboundMessage = (keys: ContentKeys, row: StoredMessage): InboundMessage => {
  const content = opened<InboundContent>(keys, row);
  return {
    id: row.id,
    seq: row.seq,
    event_id: row.event_id ?? '',
    channel_id: row.channel_id,
    message_id: row.message_id ?? '',
    type: row.type as InboundMessage['type'],
    user_key: row.user_key,
    conversation_key: row.conversation_key,
    conversation_type: row.conversation_type as InboundMessage['conversation_type'],
    thread_key: row.thread_key,
    session_id: row.session_id,
    received_at: new Date(row.received_at).toISOString(),
    text: content?.text ?? null,
    user_name: content?.user_name ?? null,
    user_is_bot: content?.user_is_bot ?? false,
    reply_to_message_id: content?.reply_to_message_id ?? null,
    mentions_bot: content?.mentions_bot ?? false,
    attachments: content?.attachments ?? [],
    location: content?.location ?? null,
    action: content?.action ?? null,
    album_key: content?.album_key ?? null,
    timestamp: content?.timestamp ?? new Date(row.received_at).toISOString(),
    metadata: content?.metadata ?? {},
  };
};

/** Columns of an outbound row that are not part of the message itself. */
export interface OutboundFate {
  state: MessageState;
  held_by: string | null;
  person_id: string | null;
  session_id: string | null;
  in_reply_to: string | null;
  idempotency_key: string | null;
  received_at: number;
}

export const outboundRow = (keys: ContentKeys, message: OutboundMessage, fate: OutboundFate): MessageRow => {
  const content: OutboundContent = {
    text: message.text,
    attachments: message.attachments,
    buttons: message.buttons,
    reply_to_message_id: message.reply_to_message_id,
    metadata: message.metadata,
  };
  return {
    id: message.id,
    direction: 'outbound',
    channel_id: message.channel_id,
    message_id: null,
    event_id: null,
    type: message.type,
    user_key: message.user_key,
    conversation_key: message.conversation_key,
    conversation_type: null,
    thread_key: message.thread_key,
    part: message.part,
    content: keys.sealFor(message, JSON.stringify(content), place(message.id)),
    reason: null,
    next_attempt_at: null,
    dispatched_at: null,
    finished_at: null,
    requires_event: null,
    ...fate,
  };
};

export const outboundMessage = (keys: ContentKeys, row: StoredMessage): OutboundMessage => {
  const content = opened<OutboundContent>(keys, row);
  return {
    id: row.id,
    channel_id: row.channel_id,
    conversation_key: row.conversation_key,
    thread_key: row.thread_key,
    user_key: row.user_key,
    type: row.type as OutboundMessage['type'],
    text: content?.text ?? null,
    attachments: content?.attachments ?? [],
    buttons: content?.buttons ?? [],
    reply_to_message_id: content?.reply_to_message_id ?? null,
    part: row.part ?? 1,
    metadata: content?.metadata ?? {},
  };
};

const ERROR_CHARACTERS = 4000;
const errorPlace = (table: 'messages' | 'events', id: string) => ({ table, row: id, column: 'error' });

/** Error texts may quote what a person wrote: sealed like content. */
export const sealMessageError = (keys: ContentKeys, message: ContentOwner & { id: string }, text: string): string =>
  keys.sealFor(message, text.slice(0, ERROR_CHARACTERS), errorPlace('messages', message.id));

export const sealEventError = (keys: ContentKeys, id: string, text: string): string =>
  keys.sealEvent(text.slice(0, ERROR_CHARACTERS), errorPlace('events', id));

export const openError = (keys: ContentKeys, table: 'messages' | 'events', id: string, sealed: string | null): string | null =>
  sealed === null ? null : keys.open(sealed, errorPlace(table, id));

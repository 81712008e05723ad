/** Who speaks where: what every kind of Telegram update has in common. Pure. */
import type { ConversationType, InboundMessage } from '../../sdk/index.ts';
import { asInteger, asRecord, asText, type Untrusted } from '../../sdk/untrusted.ts';

/** Facts that a parse needs beside the update itself. */
export interface Surroundings {
  update_id: number;
  /** The event's own time: for updates that carry none. */
  received_at: string;
}

/**
 * Admins of a group who post anonymously share this id (@GroupAnonymousBot). They are people,
 * although Telegram marks the account as a bot.
 */
const ANONYMOUS_ADMIN = 1087968824;
/** Telegram's own account: posts of a linked channel arrive in its group from here. */
const TELEGRAM_SERVICE = 777000;

const CONVERSATION_TYPES: Record<string, ConversationType> = {
  private: 'direct',
  group: 'group',
  supergroup: 'group',
  channel: 'channel',
};

export interface Conversation {
  conversation_key: string;
  conversation_type: ConversationType;
}

export const conversationOf = (value: unknown): Conversation | undefined => {
  const chat = asRecord(value);
  const id = asInteger(chat?.id);
  const kind = asText(chat?.type);
  const conversation_type = kind !== undefined && Object.hasOwn(CONVERSATION_TYPES, kind) ? CONVERSATION_TYPES[kind] : undefined;
  return id === undefined || conversation_type === undefined ? undefined : { conversation_key: String(id), conversation_type };
};

type Sender = Pick<InboundMessage, 'user_key' | 'user_name' | 'user_is_bot'>;

export const senderOf = (value: unknown): Sender => {
  const user = asRecord(value);
  const id = asInteger(user?.id);
  if (user === undefined || id === undefined) return { user_key: null, user_name: null, user_is_bot: false };
  const name = [asText(user.first_name, 256), asText(user.last_name, 256)].filter(Boolean).join(' ');
  return {
    user_key: String(id),
    user_name: name || (asText(user.username, 256) ?? null),
    user_is_bot: (user.is_bot === true && id !== ANONYMOUS_ADMIN) || id === TELEGRAM_SERVICE,
  };
};

/** A topic's number counts only when Telegram says that the message belongs to one; plain replies carry a number too. */
export const threadOf = (message: Untrusted | undefined): string | null => {
  const thread = asInteger(message?.message_thread_id);
  return message?.is_topic_message === true && thread !== undefined ? String(thread) : null;
};

export const messageIdOf = (conversation: Conversation, message: Untrusted | undefined): string | undefined => {
  const id = asInteger(message?.message_id);
  return id === undefined ? undefined : `${conversation.conversation_key}:${id}`;
};

const LAST_DATE_SECONDS = 8.64e12;

/** Unix seconds as ISO 8601; 0 is Telegram's mark of a message that can no longer be seen. */
export const timeOf = (seconds: unknown, fallback: string): string => {
  const value = asInteger(seconds);
  return value === undefined || value <= 0 || value > LAST_DATE_SECONDS ? fallback : new Date(value * 1000).toISOString();
};

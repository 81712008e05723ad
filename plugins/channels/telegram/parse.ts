/**
 * Telegram `Update` → messages. Pure: the same update and identity always give the same messages.
 * Shapes: https://core.telegram.org/bots/api#update. Unknown kinds and broken fields give [].
 */
import type { InboundMessage } from '../../sdk/index.ts';
import { asId, asInteger, asRecord, asText, type Untrusted } from '../../sdk/untrusted.ts';
import { type Identity, isForAnotherBot, mentionsBot, repliedTo } from './addressing.ts';
import { contentOf } from './content.ts';
import { type Conversation, conversationOf, messageIdOf, type Surroundings, senderOf, threadOf, timeOf } from './envelope.ts';
import { parseCallback, parseMembership, parseReaction, serviceNoticeOf } from './notices.ts';

/** Who posted, when it is a channel or a group under its own name. */
const postedAs = (message: Untrusted) => {
  const chat = asRecord(message.sender_chat);
  const id = asInteger(chat?.id);
  return id === undefined ? undefined : { id: String(id), title: asText(chat?.title, 256) };
};

const metadataOf = (message: Untrusted): Record<string, unknown> => {
  const username = asText(asRecord(message.from)?.username, 256);
  const viaBot = asRecord(message.via_bot);
  const sender = postedAs(message);
  return {
    ...(username === undefined ? {} : { username }),
    ...(message.forward_origin === undefined ? {} : { forwarded: true }),
    ...(viaBot === undefined ? {} : { via_bot: asText(viaBot.username, 256) ?? true }),
    ...(message.is_automatic_forward === true ? { automatic_forward: true } : {}),
    ...(sender === undefined ? {} : { sender_chat_id: sender.id }),
  };
};

/**
 * What another bot wrote must not start a run, also when a person only carried it here: results
 * of inline bots (`via_bot`) and channel posts that Telegram copies into the linked group.
 */
const isMadeByBot = (message: Untrusted): boolean => asRecord(message.via_bot) !== undefined || message.is_automatic_forward === true;

const peopleOf = (message: Untrusted, conversation: Conversation) => {
  if (conversation.conversation_type === 'channel') {
    const user_name = asText(message.author_signature, 256) ?? postedAs(message)?.title ?? null;
    return { user_key: null, user_name, user_is_bot: false };
  }
  const sender = senderOf(message.from);
  return { ...sender, user_is_bot: sender.user_is_bot === true || isMadeByBot(message) };
};

const parseMessage = (message: Untrusted, surroundings: Surroundings, identity: Identity | null): InboundMessage[] => {
  const conversation = conversationOf(message.chat);
  const message_id = conversation && messageIdOf(conversation, message);
  if (conversation === undefined || message_id === undefined || isForAnotherBot(message, identity)) return [];
  const people = peopleOf(message, conversation);
  const envelope = { message_id, ...conversation, ...people, timestamp: timeOf(message.date, surroundings.received_at) };

  const notice = serviceNoticeOf(message);
  if (notice !== undefined) return [{ ...envelope, type: 'system', ...notice }];

  const content = contentOf(message);
  if (content === undefined || (people.user_key === null && conversation.conversation_type !== 'channel')) return [];
  const replied = repliedTo(message);
  return [
    {
      ...envelope,
      ...content,
      thread_key: threadOf(message),
      reply_to_message_id: messageIdOf(conversation, replied) ?? null,
      mentions_bot: mentionsBot(message, identity),
      album_key: asId(message.media_group_id) ?? null,
      metadata: { ...content.metadata, ...metadataOf(message) },
    },
  ];
};

const parseEdit = (message: Untrusted, surroundings: Surroundings, identity: Identity | null): InboundMessage[] =>
  parseMessage(message, surroundings, identity)
    .filter(({ type }) => type !== 'system')
    .map((edited) => ({
      ...edited,
      message_id: `${edited.message_id}#edited:${surroundings.update_id}`,
      type: 'edited',
      reply_to_message_id: edited.message_id,
      album_key: null,
      timestamp: timeOf(message.edit_date, edited.timestamp),
    }));

type Parser = (value: Untrusted, surroundings: Surroundings, identity: Identity | null) => InboundMessage[];

const PARSERS = {
  message: parseMessage,
  edited_message: parseEdit,
  channel_post: parseMessage,
  edited_channel_post: parseEdit,
  callback_query: parseCallback,
  message_reaction: parseReaction,
  my_chat_member: parseMembership,
} satisfies Record<string, Parser>;

/** The kinds this adapter reads, which are also those it asks Telegram for. */
export const UPDATE_KINDS = Object.keys(PARSERS) as (keyof typeof PARSERS)[];

export const parseUpdate = (value: unknown, received_at: string, identity: Identity | null): InboundMessage[] => {
  const update = asRecord(value);
  const update_id = asInteger(update?.update_id);
  if (update === undefined || update_id === undefined) return [];
  return UPDATE_KINDS.flatMap((kind) => {
    const content = asRecord(update[kind]);
    const parse: Parser = PARSERS[kind];
    return content === undefined ? [] : parse(content, { update_id, received_at }, identity);
  });
};

/** The id under which a pressed button waits for an answer; its spinner turns until then. */
export const callbackIdOf = (value: unknown): string | undefined => asId(asRecord(asRecord(value)?.callback_query)?.id);

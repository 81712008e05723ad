/** Updates that speak about a message or a membership: buttons, reactions, blocks, moves. Pure. */
import type { InboundMessage } from '../../sdk/index.ts';
import { asInteger, asList, asRecord, asText, type Untrusted } from '../../sdk/untrusted.ts';
import { conversationOf, messageIdOf, type Surroundings, senderOf, threadOf, timeOf } from './envelope.ts';

/** A pressed inline button. Without its message (inline mode) there is no conversation to answer in. */
export const parseCallback = (query: Untrusted, { update_id, received_at }: Surroundings): InboundMessage[] => {
  const message = asRecord(query.message);
  const conversation = conversationOf(message?.chat);
  const about = conversation && messageIdOf(conversation, message);
  const id = asText(query.data, 1024);
  if (conversation === undefined || about === undefined || id === undefined) return [];
  return [
    {
      message_id: `${about}#action:${update_id}`,
      type: 'action',
      text: '',
      ...conversation,
      ...senderOf(query.from),
      thread_key: threadOf(message),
      reply_to_message_id: about,
      action: { id, value: null },
      timestamp: received_at,
    },
  ];
};

const reactionsOf = (value: unknown): string[] =>
  asList(value).flatMap((item) => {
    const reaction = asRecord(item);
    const name = asText(reaction?.emoji, 64) ?? asText(reaction?.custom_emoji_id, 64) ?? asText(reaction?.type, 64);
    return name === undefined ? [] : [name];
  });

/** The text is what stands now; empty when the reaction was taken back. */
export const parseReaction = (reaction: Untrusted, { update_id, received_at }: Surroundings): InboundMessage[] => {
  const conversation = conversationOf(reaction.chat);
  const about = conversation && messageIdOf(conversation, reaction);
  if (conversation === undefined || about === undefined) return [];
  // In anonymous groups a chat reacts instead of a person.
  const actorChat = asInteger(asRecord(reaction.actor_chat)?.id);
  const sender = senderOf(reaction.user);
  return [
    {
      message_id: `${about}#reaction:${update_id}`,
      type: 'reaction',
      text: reactionsOf(reaction.new_reaction).join(' '),
      ...conversation,
      ...sender,
      user_key: sender.user_key ?? (actorChat === undefined ? null : String(actorChat)),
      reply_to_message_id: about,
      metadata: { before: reactionsOf(reaction.old_reaction), after: reactionsOf(reaction.new_reaction) },
      timestamp: timeOf(reaction.date, received_at),
    },
  ];
};

/** The bot was added, removed, blocked (`kicked` in a direct chat) or let in again. */
export const parseMembership = (change: Untrusted, { update_id, received_at }: Surroundings): InboundMessage[] => {
  const conversation = conversationOf(change.chat);
  const status = asText(asRecord(change.new_chat_member)?.status, 64);
  if (conversation === undefined || status === undefined) return [];
  const before = asText(asRecord(change.old_chat_member)?.status, 64) ?? null;
  return [
    {
      message_id: `${conversation.conversation_key}#system:${update_id}`,
      type: 'system',
      text: `membership: ${status}`,
      ...conversation,
      ...senderOf(change.from),
      metadata: { event: 'membership', before, after: status },
      timestamp: timeOf(change.date, received_at),
    },
  ];
};

const membersOf = (value: unknown): string[] => asList(value).flatMap((user) => senderOf(user).user_key ?? []);

/** Notices that Telegram writes into the chat as messages of their own. `undefined` when it is not one we keep. */
export const serviceNoticeOf = (message: Untrusted): { text: string; metadata: Record<string, unknown> } | undefined => {
  const to = asInteger(message.migrate_to_chat_id);
  if (to !== undefined) return { text: `moved to ${to}`, metadata: { event: 'migration', migrate_to_chat_id: String(to) } };
  const from = asInteger(message.migrate_from_chat_id);
  if (from !== undefined) return { text: `moved from ${from}`, metadata: { event: 'migration', migrate_from_chat_id: String(from) } };
  const joined = membersOf(message.new_chat_members);
  if (joined.length > 0) return { text: 'members joined', metadata: { event: 'joined', user_keys: joined.slice(0, 100) } };
  const left = senderOf(message.left_chat_member).user_key;
  return typeof left === 'string' ? { text: 'a member left', metadata: { event: 'left', user_keys: [left] } } : undefined;
};

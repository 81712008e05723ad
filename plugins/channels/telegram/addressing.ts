/** Whether a message speaks to this bot. Pure. */
import { asInteger, asList, asRecord, asText, type Untrusted } from '../../sdk/untrusted.ts';

/** What getMe says of the bot. Unknown (`null` where it is passed) until the first getMe succeeded. */
export interface Identity {
  id: number;
  username: string | null;
}

interface Entity {
  type: string;
  /** In UTF-16 units, as JavaScript counts. */
  offset: number;
  /** The words that the entity covers. */
  text: string;
  user_id?: number | undefined;
}

const entitiesOf = (message: Untrusted): Entity[] => {
  const inCaption = typeof message.text !== 'string';
  const text = asText(inCaption ? message.caption : message.text) ?? '';
  return asList(inCaption ? message.caption_entities : message.entities).flatMap((value) => {
    const entity = asRecord(value);
    const type = asText(entity?.type);
    const offset = asInteger(entity?.offset);
    const length = asInteger(entity?.length);
    if (type === undefined || offset === undefined || length === undefined || offset < 0 || length < 0) return [];
    return [{ type, offset, text: text.slice(offset, offset + length), user_id: asInteger(asRecord(entity?.user)?.id) }];
  });
};

const sameName = (name: string, identity: Identity): boolean => name.toLowerCase() === identity.username?.toLowerCase();

/** The bot that `/command@bot` names, without the `@`. */
const commandTarget = (command: string): string | undefined => command.split('@')[1];

/**
 * In a forum every message outside a reply still carries the topic's opening notice as
 * `reply_to_message`; it answers nobody.
 */
export const repliedTo = (message: Untrusted): Untrusted | undefined => {
  const replied = asRecord(message.reply_to_message);
  const opensTopic = message.is_topic_message === true && replied?.message_id === message.message_thread_id;
  return opensTopic ? undefined : replied;
};

export const mentionsBot = (message: Untrusted, identity: Identity | null): boolean => {
  if (identity === null) return false;
  if (asRecord(repliedTo(message)?.from)?.id === identity.id) return true;
  return entitiesOf(message).some((entity) => {
    if (entity.type === 'mention') return sameName(entity.text.slice(1), identity);
    if (entity.type === 'text_mention') return entity.user_id === identity.id;
    return entity.type === 'bot_command' && sameName(commandTarget(entity.text) ?? '', identity);
  });
};

/** `/command@another_bot` at the very beginning. Without an identity every name could be ours. */
export const isForAnotherBot = (message: Untrusted, identity: Identity | null): boolean => {
  if (identity === null) return false;
  const first = entitiesOf(message).find((entity) => entity.type === 'bot_command' && entity.offset === 0);
  const target = first && commandTarget(first.text);
  return target !== undefined && target !== '' && !sameName(target, identity);
};

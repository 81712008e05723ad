/** Whether a message ends the agent call that runs in its conversation. Pure. */
import type { InboundMessage } from '../../schemas/message.ts';
import { commandWord } from '../commands/command.ts';
import { decideMessage } from '../policy/decide.ts';
import type { BusChannel } from './turn.ts';

/** Only a `/stop` that would be answered: talk in a group, an edit or a refused sender ends nobody's call. */
export const stopsCall = (
  message: InboundMessage,
  channel: BusChannel,
  isPaired: (channel_id: string, user_key: string | null) => boolean,
): boolean => {
  const command = commandWord(message.text);
  if (command !== 'stop') return false;
  const { channel_id, type, user_key, user_is_bot, conversation_type, mentions_bot } = message;
  const sender = { channel_id, user_key, user_is_bot, paired: isPaired(channel_id, user_key) };
  const facts = { ...sender, type, conversation_type, mentions_bot, command, age_ms: 0, taken_over_by: null, phase: 'planning' } as const;
  return decideMessage(facts, channel.policy()).effect === 'allow';
};

/** What the host's chat page records → a message. Pure. */
import type { InboundMessage } from '../../sdk/index.ts';
import { asId, asRecord, asText } from '../../sdk/untrusted.ts';

/** `{user_key, client_message_id, text}`: the visitor, the page's own id of the message, what was typed. */
export const parseChatEvent = (value: unknown, received_at: string): InboundMessage[] => {
  const event = asRecord(value);
  const user_key = asId(event?.user_key);
  const client_message_id = asId(event?.client_message_id);
  const text = asText(event?.text);
  if (user_key === undefined || client_message_id === undefined || text === undefined) return [];
  // Two visitors' pages may choose the same id: the visitor is part of the name.
  const message_id = asId(`${user_key}:${client_message_id}`);
  if (message_id === undefined) return [];
  return [{ message_id, type: 'text', text, user_key, conversation_key: user_key, conversation_type: 'direct', timestamp: received_at }];
};

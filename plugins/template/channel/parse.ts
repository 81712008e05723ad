/**
 * The service's events → messages. Pure: the same event always gives the same messages.
 * What is not known, or lacks something that is needed, is [].
 */
import { asId, asRecord, asText, type InboundMessage } from 'communicationos/sdk';

export const parseEvent = (value: unknown, received_at: string): InboundMessage[] => {
  const event = asRecord(value);
  const message_id = asId(event?.id);
  const user_key = asId(event?.from);
  const text = asText(event?.text);
  if (message_id === undefined || user_key === undefined || text === undefined) return [];
  return [{ message_id, type: 'text', text, user_key, conversation_key: user_key, conversation_type: 'direct', timestamp: received_at }];
};

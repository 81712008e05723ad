/** An outbound message → the body of one call. Pure. */
import { failed, type OutboundMessage, type Receipt } from 'communicationos/sdk';

export interface MessageBody {
  to: string;
  text: string;
}

export const renderMessage = ({ conversation_key, text }: OutboundMessage): { body: MessageBody } | { refusal: Receipt } =>
  text ? { body: { to: conversation_key, text } } : { refusal: failed({ code: 'EMPTY_MESSAGE', reason: 'There is no text to send.' }) };

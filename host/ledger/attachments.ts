/** What a message has attached, and the names of what people sent: `<message id>.<index from 0>`. */
import type { Attachment } from '../../schemas/message.ts';
import type { Ledger } from './ledger.ts';

/** null when the channel has no such message. */
export const outboundAttachments = async (
  ledger: Ledger,
  channel_id: string,
  message_id: string,
): Promise<readonly Attachment[] | null> => {
  const row = await ledger.messageById(message_id);
  if (row?.direction !== 'outbound' || row.channel_id !== channel_id) return null;
  return ledger.outboundMessage(row).attachments;
};

const ID = /^(?<message>[0-9A-HJKMNP-TV-Z]{26})\.(?<index>\d{1,2})$/;

/** The same as long as the message is kept. */
export const attachmentId = (message_id: string, index: number): string => `${message_id}.${index}`;

export const isAttachmentId = (text: string): boolean => ID.test(text);

/** null when no message that is kept has it. */
export const inboundAttachment = async (ledger: Ledger, id: string): Promise<{ channel_id: string; attachment: Attachment } | null> => {
  const parts = ID.exec(id)?.groups;
  const row = parts ? await ledger.messageById(parts.message as string) : undefined;
  if (row?.direction !== 'inbound') return null;
  const attachment = ledger.inboundMessage(row).attachments[Number(parts?.index)];
  return attachment ? { channel_id: row.channel_id, attachment } : null;
};

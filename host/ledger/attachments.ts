/** What an outbound message of a channel has attached. */
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

/** Files that people sent, by their ids: from the ledger to the channel that knows how to get them. */
import type { Attachment } from '../../schemas/message.ts';
import { inboundAttachment } from '../ledger/attachments.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { createSlots } from '../lib/slots.ts';
import type { BytesLimits } from '../registry/attachment-bytes.ts';
import type { Channel } from '../registry/channel.ts';

export interface InboundFilesDeps {
  ledger: Ledger;
  network_mode(): string;
  channel(id: string): Pick<Channel, 'attachment'> | null;
}

export type InboundFile = { ok: true; attachment: Attachment; bytes: Buffer } | { ok: false; code: string; message: string };

/** They are held in memory; more of them wait. */
const AT_ONCE = 2;

export const createInboundFiles = ({ ledger, network_mode, channel }: InboundFilesDeps) => {
  const slot = createSlots(AT_ONCE);
  const read = async (id: string, limits: BytesLimits): Promise<InboundFile> => {
    const found = await inboundAttachment(ledger, id);
    if (!found) return { ok: false, code: 'ATTACHMENT_NOT_FOUND', message: `No message that is kept has the attachment ${id}.` };
    if (network_mode() === 'off')
      return { ok: false, code: 'NETWORK_MODE_BLOCKED', message: 'The network mode is off: nothing leaves until it returns.' };
    const { channel_id, attachment } = found;
    const answer = await channel(channel_id)?.attachment(attachment, limits);
    if (!answer) return { ok: false, code: 'ATTACHMENT_UNAVAILABLE', message: `The channel ${channel_id} does not run any more.` };
    return answer.ok ? { ok: true, attachment, bytes: answer.bytes } : answer;
  };
  return { open: (id: string, limits: BytesLimits): Promise<InboundFile> => slot(() => read(id, limits)) };
};

import type { ChannelAdapter, InboundEvent, OutboundMessage, Receipt, Received } from '../../sdk/index.ts';
import { sent } from '../../sdk/receipts.ts';
import { jsonOf } from '../../sdk/untrusted.ts';
import { parseChatEvent } from './parse.ts';

/** The page itself is the host's; this adapter gives it the same path as every other channel. */
export class WebchatAdapter implements ChannelAdapter {
  async receive(event: InboundEvent): Promise<Received[]> {
    return parseChatEvent(jsonOf(event), event.received_at);
  }

  /** Nothing leaves: the page reads the stored message, so that being stored is being sent. */
  async send(message: OutboundMessage): Promise<Receipt> {
    return sent(message.id);
  }
}

/** An outbound message → the form of Twilio's Messages resource. Pure. https://www.twilio.com/docs/messaging/api/message-resource */
import type { OutboundMessage, Receipt } from '../../sdk/index.ts';
import { failed } from '../../sdk/receipts.ts';

export interface Sender {
  phone_number: string;
  /** Where Twilio reports deliveries; it calls public https addresses only. */
  status_callback?: string | undefined;
}
export type Rendered = { form: Record<string, string> } | { refusal: Receipt };

/** Twilio's error 21617 begins above this. */
const MAX_TEXT = 1600;

const refuse = (code: string, reason: string): Rendered => ({ refusal: failed({ code, reason }) });

const address = (number: string): string => `whatsapp:${number.trim().replace(/^whatsapp:/, '')}`;

/** WhatsApp through Twilio has buttons in approved templates only, so ours are read as lines. */
const buttonLines = ({ buttons }: OutboundMessage): string[] =>
  buttons.flat().map(({ label, url }) => (url ? `${label}: ${url}` : `• ${label}`));

export const renderMessage = (message: OutboundMessage, { phone_number, status_callback }: Sender): Rendered => {
  const urls = message.attachments
    .map(({ url }) => url)
    .filter((url): url is string => typeof url === 'string' && /^https?:\/\//.test(url));
  if (urls.length < message.attachments.length) {
    return refuse('ATTACHMENT_UNSUPPORTED', 'Twilio fetches files from a public address; this file has none.');
  }
  // One WhatsApp message carries one file; the others go as addresses.
  const [media, ...links] = urls;
  const body = [message.text ?? '', ...links, ...buttonLines(message)].filter(Boolean).join('\n');
  if (body === '' && media === undefined) return refuse('EMPTY_MESSAGE', 'There is neither text nor a file to send.');
  if (body.length > MAX_TEXT) return refuse('TEXT_TOO_LONG', `Twilio takes ${MAX_TEXT} characters; this has ${body.length}.`);
  return {
    form: {
      To: address(message.conversation_key),
      From: address(phone_number),
      ...(body === '' ? {} : { Body: body }),
      ...(media === undefined ? {} : { MediaUrl: media }),
      ...(status_callback?.startsWith('https://') ? { StatusCallback: status_callback } : {}),
    },
  };
};

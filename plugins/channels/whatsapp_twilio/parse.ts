/**
 * Twilio's webhook forms → messages and delivery reports. Pure.
 * Fields: https://www.twilio.com/docs/messaging/guides/webhook-request
 */
import type { Attachment, DeliveryReport, InboundEvent, InboundMessage, Location, MessageType } from '../../sdk/index.ts';
import { asId, asText } from '../../sdk/untrusted.ts';

type Form = NonNullable<InboundEvent['form']>;

const MAX_MEDIA = 10;

/** The field's first value, when it has one that is not empty. */
const field = (form: Form, name: string, max?: number): string | undefined =>
  Object.hasOwn(form, name) && Array.isArray(form[name]) ? asText(form[name][0], max) : undefined;

/** `whatsapp:+14155550100` → `+14155550100`. */
const phoneNumber = (address: string | undefined): string | undefined => asId(address?.replace(/^whatsapp:/, '').trim());

const REPORTED: Record<string, DeliveryReport['status']> = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  undelivered: 'failed',
  failed: 'failed',
  canceled: 'failed',
};

const failureReason = (form: Form, status: string): string => {
  const code = field(form, 'ErrorCode', 32);
  return [code && `Twilio error ${code}`, field(form, 'ErrorMessage', 500)].filter(Boolean).join(': ') || status;
};

const parseReport = (form: Form, id: string, status: string, at: string): DeliveryReport[] => {
  const reported = Object.hasOwn(REPORTED, status) ? REPORTED[status] : undefined;
  if (reported === undefined) return [];
  const reason = reported === 'failed' ? { reason: failureReason(form, status) } : {};
  return [{ kind: 'delivery_report', platform_message_id: id, status: reported, at, ...reason }];
};

/** WhatsApp's stickers are WebP and its voice notes Ogg; no field says so (docs/whatsapp/guidance-whatsapp-media-messages). */
const MEDIA_TYPES: readonly (readonly [RegExp, Attachment['type']])[] = [
  [/^image\/webp\b/, 'sticker'],
  [/^image\//, 'image'],
  [/^audio\/ogg\b/, 'voice'],
  [/^audio\//, 'audio'],
  [/^video\//, 'video'],
  [/^(text\/(x-)?vcard|text\/directory)\b/, 'contact'],
];

const attachmentsOf = (form: Form): Attachment[] => {
  const count = Number(field(form, 'NumMedia'));
  const total = Number.isInteger(count) ? Math.min(Math.max(count, 0), MAX_MEDIA) : 0;
  return Array.from({ length: total }, (_, index) => index).flatMap((index) => {
    const ref = asId(field(form, `MediaUrl${index}`), 2048);
    if (ref === undefined) return [];
    const mime_type = field(form, `MediaContentType${index}`, 255)?.toLowerCase() ?? null;
    const type = MEDIA_TYPES.find(([pattern]) => pattern.test(mime_type ?? ''))?.[1] ?? 'document';
    return [{ type, mime_type, ref }];
  });
};

const coordinate = (text: string | undefined, bound: number): number | undefined => {
  const value = Number(text);
  return text !== undefined && Math.abs(value) <= bound ? value : undefined;
};

const locationOf = (form: Form): Location | undefined => {
  const latitude = coordinate(field(form, 'Latitude'), 90);
  const longitude = coordinate(field(form, 'Longitude'), 180);
  if (latitude === undefined || longitude === undefined) return undefined;
  return { latitude, longitude, name: field(form, 'Label', 1024) ?? null, address: field(form, 'Address', 1024) ?? null };
};

type Content = Pick<InboundMessage, 'attachments' | 'location' | 'action'> & { type: MessageType; text: string };

const contentOf = (form: Form): Content | undefined => {
  const text = field(form, 'Body') ?? '';
  const label = field(form, 'ButtonText', 1024);
  const id = field(form, 'ButtonPayload', 1024) ?? label;
  if (id !== undefined) return { type: 'action', text, action: { id, value: label ?? null } };
  const location = locationOf(form);
  if (location !== undefined) return { type: 'location', text, location };
  const attachments = attachmentsOf(form);
  if (attachments[0] !== undefined) return { type: attachments[0].type, text, attachments };
  return text === '' ? undefined : { type: 'text', text };
};

const metadataOf = (form: Form): Record<string, unknown> => ({
  ...(field(form, 'Forwarded') === 'true' ? { forwarded: true } : {}),
  ...(field(form, 'FrequentlyForwarded') === 'true' ? { frequently_forwarded: true } : {}),
  ...(field(form, 'ReferralSourceUrl') === undefined ? {} : { referral_url: field(form, 'ReferralSourceUrl', 2048) }),
});

export const parseForm = (form: Form, received_at: string): (InboundMessage | DeliveryReport)[] => {
  const id = asId(field(form, 'MessageSid') ?? field(form, 'SmsSid'));
  const status = field(form, 'MessageStatus', 64)?.toLowerCase();
  if (id === undefined) return [];
  if (status !== undefined && status !== 'received') return parseReport(form, id, status, received_at);

  const number = phoneNumber(field(form, 'From'));
  if (number === undefined) return [];
  const envelope = {
    message_id: id,
    user_key: number,
    user_name: field(form, 'ProfileName', 1024) ?? null,
    conversation_key: number,
    conversation_type: 'direct' as const,
    timestamp: received_at,
  };
  // Twilio has answered STOP, START and HELP already; an agent's answer to a STOP would not be delivered.
  const optOut = field(form, 'OptOutType', 64);
  if (optOut !== undefined) {
    return [
      { ...envelope, type: 'system', text: field(form, 'Body') ?? '', metadata: { event: 'opt_out', opt_out: optOut.toUpperCase() } },
    ];
  }
  const content = contentOf(form);
  if (content === undefined) return [];
  const reply_to_message_id = asId(field(form, 'OriginalRepliedMessageSid')) ?? null;
  return [{ ...envelope, ...content, reply_to_message_id, metadata: metadataOf(form) }];
};

/** A mail that the host sends for a plugin, and what became of it. */
import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
/** An address alone, without a name: what stands before and after it would be a place to hide another. */
const Address = Type.String({ minLength: 3, maxLength: 254 });
const addresses = Type.Array(Address, { maxItems: 50 });

export const MailAttachment = Type.Object(
  {
    file_name: Type.String({ minLength: 1, maxLength: 255 }),
    /** Found by the name's ending when it is left out. */
    mime_type: Type.Optional(Type.String({ maxLength: 255 })),
    content_base64: Type.String(),
  },
  closed,
);
export type MailAttachment = Static<typeof MailAttachment>;

/** Who it is from, the configuration says. At least one recipient, and `text` or `html`. */
export const MailRequest = Type.Object(
  {
    to: Type.Optional(addresses),
    cc: Type.Optional(addresses),
    bcc: Type.Optional(addresses),
    reply_to: Type.Optional(Address),
    subject: Type.String({ maxLength: 998 }),
    text: Type.Optional(Type.String()),
    html: Type.Optional(Type.String()),
    attachments: Type.Optional(Type.Array(MailAttachment, { maxItems: 20 })),
    /** The Message-ID that it answers. */
    in_reply_to: Type.Optional(Type.String({ minLength: 3, maxLength: 998 })),
  },
  closed,
);
export type MailRequest = Static<typeof MailRequest>;

/** The server has taken it for `accepted`; whether it arrives, only a later mail would say. */
export interface MailReceipt {
  message_id: string;
  accepted: string[];
  rejected: string[];
}

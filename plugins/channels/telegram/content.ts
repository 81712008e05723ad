/** What one Telegram message holds: its kind, text, files, place. Pure. */
import type { Attachment, InboundMessage, Location, MessageType } from '../../sdk/index.ts';
import { asId, asInteger, asList, asRecord, asText, type Untrusted } from '../../sdk/untrusted.ts';

export interface Content {
  type: MessageType;
  text: string;
  attachments: Attachment[];
  location?: Location;
  metadata: NonNullable<InboundMessage['metadata']>;
}

const MAX_REF = 2048;
const MAX_NAME = 1024;

const file = (type: Attachment['type'], value: unknown, mime_type?: string): Attachment | undefined => {
  const source = asRecord(value);
  const ref = asId(source?.file_id, MAX_REF);
  if (source === undefined || ref === undefined) return undefined;
  const size = asInteger(source.file_size);
  return {
    type,
    ref,
    mime_type: asText(source.mime_type, 255) ?? mime_type ?? null,
    file_name: asText(source.file_name, MAX_NAME) ?? null,
    size_bytes: size !== undefined && size >= 0 ? size : null,
  };
};

const pixels = (value: unknown): number => {
  const size = asRecord(value);
  return (asInteger(size?.width) ?? 0) * (asInteger(size?.height) ?? 0);
};

/** Telegram offers a photo in several sizes, as a list in no promised order. */
const largestPhoto = (value: unknown): Attachment | undefined => {
  const sizes = asList(value).filter((size) => file('image', size) !== undefined);
  const largest = sizes.reduce<unknown>((best, size) => (best === undefined || pixels(size) > pixels(best) ? size : best), undefined);
  return file('image', largest, 'image/jpeg');
};

/** Stickers come as images, gzipped Lottie or WebM (core.telegram.org/stickers). */
const stickerMime = (sticker: Untrusted): string => {
  if (sticker.is_animated === true) return 'application/x-tgsticker';
  return sticker.is_video === true ? 'video/webm' : 'image/webp';
};

const stickerOf = (value: unknown): Content | undefined => {
  const sticker = asRecord(value);
  const attachment = sticker && file('sticker', sticker, stickerMime(sticker));
  if (sticker === undefined || attachment === undefined) return undefined;
  const emoji = asText(sticker.emoji, 64);
  return { type: 'sticker', text: '', attachments: [attachment], metadata: emoji === undefined ? {} : { emoji } };
};

const contactOf = (value: unknown): Content | undefined => {
  const contact = asRecord(value);
  const phone_number = asText(contact?.phone_number, 64);
  if (contact === undefined || phone_number === undefined) return undefined;
  const file_name = [asText(contact.first_name, 256), asText(contact.last_name, 256)].filter(Boolean).join(' ');
  const user_id = asInteger(contact.user_id);
  return {
    type: 'contact',
    text: '',
    // Telegram keeps no file of a contact: there is nothing to fetch, so there is no `ref`.
    attachments: [{ type: 'contact', mime_type: 'text/vcard', file_name: file_name || null }],
    metadata: {
      contact: {
        phone_number,
        name: file_name || null,
        user_key: user_id === undefined ? null : String(user_id),
        vcard: asText(contact.vcard, 2048) ?? null,
      },
    },
  };
};

const within = (value: unknown, bound: number): value is number => typeof value === 'number' && Math.abs(value) <= bound;

const placeOf = (value: unknown, venue?: Untrusted): Content | undefined => {
  const place = asRecord(value);
  if (place === undefined || !within(place.latitude, 90) || !within(place.longitude, 180)) return undefined;
  return {
    type: 'location',
    text: '',
    attachments: [],
    location: {
      latitude: place.latitude,
      longitude: place.longitude,
      name: asText(venue?.title, MAX_NAME) ?? null,
      address: asText(venue?.address, MAX_NAME) ?? null,
    },
    metadata: {},
  };
};

const mediaOf = (message: Untrusted): Content | undefined => {
  // An animation repeats its file under `document`, so it is asked for first.
  const attachment =
    largestPhoto(message.photo) ??
    file('video', message.animation, 'video/mp4') ??
    file('document', message.document) ??
    file('video', message.video) ??
    file('video', message.video_note, 'video/mp4') ??
    file('voice', message.voice, 'audio/ogg') ??
    file('audio', message.audio);
  if (attachment === undefined) return undefined;
  return { type: attachment.type, text: asText(message.caption) ?? '', attachments: [attachment], metadata: {} };
};

/** `undefined` for kinds that say nothing to an agent (dice, polls, service notices, kinds yet unknown). */
export const contentOf = (message: Untrusted): Content | undefined => {
  const text = asText(message.text);
  if (text !== undefined) return { type: 'text', text, attachments: [], metadata: {} };
  const venue = asRecord(message.venue);
  return (
    mediaOf(message) ??
    stickerOf(message.sticker) ??
    // A venue repeats its place under `location`.
    placeOf(venue?.location, venue) ??
    placeOf(message.location) ??
    contactOf(message.contact)
  );
};

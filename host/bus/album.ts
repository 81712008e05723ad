/** An album comes as several messages with one key: the first runs with the attachments of all. */
import type { InboundMessage } from '../../schemas/message.ts';

/** How long a lane waits after the last part for another. */
export const ALBUM_WAIT_MS = 1000;

/** Puts what the parts carry into the first; its text is the first caption there is. */
export const joinAlbum = (first: InboundMessage, parts: readonly InboundMessage[]): void => {
  for (const part of parts) {
    first.attachments.push(...part.attachments);
    first.text ??= part.text;
    first.mentions_bot ||= part.mentions_bot;
  }
};

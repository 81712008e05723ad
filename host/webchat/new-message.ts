/** Checks what a visitor sends and asks for. */
import { AppError } from '../errors.ts';

const CLIENT_MESSAGE_ID = /^[A-Za-z0-9_-]{1,64}$/;
const CURSOR = /^[\w.~:+/=-]{1,512}$/;
const DECIMAL = /^\d{1,15}$/;
export const MAX_TEXT_CHARACTERS = 20_000;

export interface NewMessageBody {
  client_message_id: string;
  text: string;
}

/** Code points, as a person counts: an emoji outside the basic plane is one. */
const isLongerThan = (text: string, limit: number): boolean => text.length > 2 * limit || (text.length > limit && [...text].length > limit);

const invalid = (message: string, hint: string) => new AppError('INVALID_PARAMS', message, hint);

/** Throws `INVALID_PARAMS`. */
export const parseNewMessage = (body: unknown): NewMessageBody => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid('The body is not a JSON object.', 'Send {"client_message_id": "…", "text": "…"}.');
  }
  const { client_message_id, text } = body as Record<string, unknown>;
  if (typeof client_message_id !== 'string' || !CLIENT_MESSAGE_ID.test(client_message_id)) {
    throw invalid(
      '"client_message_id" is missing or not an id.',
      'Use 1 to 64 characters of A-Z, a-z, 0-9, "_" and "-", new for each message.',
    );
  }
  if (typeof text !== 'string') throw invalid('"text" is missing or not a string.', 'Send the message as a string.');
  if (text.trim() === '') throw invalid('"text" is empty.', 'Write something before sending.');
  if (isLongerThan(text, MAX_TEXT_CHARACTERS)) {
    throw invalid(`"text" has more than ${MAX_TEXT_CHARACTERS} characters.`, 'Send it in several messages.');
  }
  // UTF-8 has no form for half a surrogate pair: the recorded text would not be the one that was sent.
  if (/\p{Surrogate}/u.test(text)) throw invalid('"text" holds half a character.', 'Send text that is valid Unicode.');
  return { client_message_id, text };
};

/** `cursor` and `limit` (1 to 500, default 50) of a list. Throws `INVALID_PARAMS`. */
export const parseHistoryQuery = (query: unknown): { before: string | undefined; limit: number } => {
  const { cursor, limit = '50' } = query as Record<string, unknown>;
  if (cursor !== undefined && (typeof cursor !== 'string' || !CURSOR.test(cursor))) {
    throw invalid('"cursor" is not one of ours.', 'Use the "next_cursor" of the page before.');
  }
  const count = typeof limit === 'string' && DECIMAL.test(limit) ? Number(limit) : 0;
  if (count < 1 || count > 500) throw invalid('"limit" is out of range.', 'Use a whole number from 1 to 500.');
  return { before: cursor, limit: count };
};

/**
 * Where a stream resumes. The header wins: it is the browser's own account of what it received, the
 * query is where the page began. Null: from now on. Throws `INVALID_PARAMS`.
 */
export const parseLastEventId = (header: unknown, query: unknown): number | null => {
  const value = header ?? (query as Record<string, unknown>).last_event_id;
  if (value === undefined || value === '') return null;
  if (typeof value !== 'string' || !DECIMAL.test(value)) {
    throw invalid('The last event id is not a number.', 'Use the "id" of an event of this stream.');
  }
  return Number(value);
};

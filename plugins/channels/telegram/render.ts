/** An outbound message → one Bot API call. Pure. Limits: https://core.telegram.org/bots/api. */
import type { Attachment, Button, OutboundMessage, Receipt, Target } from '../../sdk/index.ts';
import { failed } from '../../sdk/receipts.ts';

export interface Call {
  method: string;
  params: Record<string, unknown>;
}
export type Rendered = { call: Call } | { refusal: Receipt };

const MAX_TEXT = 4096;
const MAX_CAPTION = 1024;
const MAX_CALLBACK_BYTES = 64;

const MEDIA: Partial<Record<Attachment['type'], { method: string; field: string; caption: boolean }>> = {
  image: { method: 'sendPhoto', field: 'photo', caption: true },
  video: { method: 'sendVideo', field: 'video', caption: true },
  audio: { method: 'sendAudio', field: 'audio', caption: true },
  voice: { method: 'sendVoice', field: 'voice', caption: true },
  document: { method: 'sendDocument', field: 'document', caption: true },
  sticker: { method: 'sendSticker', field: 'sticker', caption: false },
};

const refuse = (code: string, reason: string): Rendered => ({ refusal: failed({ code, reason }) });

/** Telegram counts in numbers; `@channelname` is the one chat id that is a word. */
const chatId = (key: string): number | string => {
  const id = Number(key);
  return /^-?\d+$/.test(key) && Number.isSafeInteger(id) ? id : key;
};

/** The number of a message of this very chat: `<chat>:<number>`, whatever `#kind:…` follows. */
const messageNumber = (conversation_key: string, message_id: string | null): number | undefined => {
  const prefix = `${conversation_key}:`;
  if (message_id === null || !message_id.startsWith(prefix)) return undefined;
  const digits = /^\d+/.exec(message_id.slice(prefix.length))?.[0];
  const number = Number(digits);
  return digits !== undefined && Number.isSafeInteger(number) ? number : undefined;
};

const place = ({ conversation_key, thread_key }: Pick<Target, 'conversation_key' | 'thread_key'>): Record<string, unknown> => ({
  chat_id: chatId(conversation_key),
  ...(/^\d{1,15}$/.test(thread_key ?? '') ? { message_thread_id: Number(thread_key) } : {}),
});

const quote = ({ conversation_key, reply_to_message_id }: OutboundMessage): Record<string, unknown> => {
  const reply = messageNumber(conversation_key, reply_to_message_id);
  return reply === undefined ? {} : { reply_parameters: { message_id: reply, allow_sending_without_reply: true } };
};

export const renderTyping = (target: Target): Call => ({ method: 'sendChatAction', params: { ...place(target), action: 'typing' } });

const keyboard = (buttons: Button[][]): Record<string, unknown> => {
  const rows = buttons
    .filter((row) => row.length > 0)
    .map((row) => row.map(({ id, label, url }) => (url === undefined ? { text: label, callback_data: id } : { text: label, url })));
  return rows.length === 0 ? {} : { reply_markup: { inline_keyboard: rows } };
};

const longButton = (buttons: Button[][]): Button | undefined =>
  buttons.flat().find(({ id, url }) => url === undefined && new TextEncoder().encode(id).length > MAX_CALLBACK_BYTES);

/** Files beyond the one that a message can carry go as addresses below the text. */
const withLinks = (text: string, attachments: Attachment[]): string | undefined => {
  const links = attachments.map(({ url }) => url);
  return links.every((url) => typeof url === 'string') ? [text, ...links].filter(Boolean).join('\n') : undefined;
};

const UNCARRIED = 'One Telegram message carries one file; the others need an address, or messages of their own.';

/** The file with its caption, when the text fits; `undefined` when it has to go as text. */
const asMedia = (message: OutboundMessage): Call | undefined => {
  const [first, ...others] = message.attachments;
  const media = first && MEDIA[first.type];
  const source = first?.ref ?? first?.url;
  const caption = withLinks(message.text ?? '', others);
  if (media === undefined || typeof source !== 'string' || caption === undefined) return undefined;
  if (caption.length > (media.caption ? MAX_CAPTION : 0)) return undefined;
  return { method: media.method, params: { [media.field]: source, ...(caption === '' ? {} : { caption }) } };
};

export const renderMessage = (message: OutboundMessage): Rendered => {
  const tooLong = longButton(message.buttons);
  if (tooLong) return refuse('BUTTON_ID_TOO_LONG', `A button's id may have ${MAX_CALLBACK_BYTES} bytes; '${tooLong.label}' has more.`);
  const common = { ...place(message), ...quote(message), ...keyboard(message.buttons) };

  const media = asMedia(message);
  if (media !== undefined) return { call: { method: media.method, params: { ...common, ...media.params } } };

  const text = withLinks(message.text ?? '', message.attachments);
  if (text === undefined) return refuse('ATTACHMENT_UNSUPPORTED', UNCARRIED);
  if (text === '') return refuse('EMPTY_MESSAGE', 'There is neither text nor a file to send.');
  if (text.length > MAX_TEXT) return refuse('TEXT_TOO_LONG', `Telegram takes ${MAX_TEXT} characters; this has ${text.length}.`);
  return { call: { method: 'sendMessage', params: { ...common, text } } };
};

/** The same message in the chat that Telegram moved it to. Message numbers start anew there, so nothing is quoted. */
export const movedTo = ({ method, params }: Call, chat: string): Call => {
  const { reply_parameters: _quoted, message_thread_id: _thread, ...rest } = params;
  return { method, params: { ...rest, chat_id: chatId(chat) } };
};

export const renderEdit = (message: OutboundMessage, platform_message_id: string): Rendered => {
  const number = messageNumber(message.conversation_key, platform_message_id);
  if (number === undefined) return refuse('MESSAGE_UNKNOWN', `'${platform_message_id}' is no message of this chat.`);
  const text = message.text ?? '';
  if (text === '') return refuse('EMPTY_MESSAGE', 'Telegram cannot edit a message to nothing.');
  const params = { chat_id: chatId(message.conversation_key), message_id: number, text, ...keyboard(message.buttons) };
  return { call: { method: 'editMessageText', params } };
};

/** What the Bot API refuses before it looks at chats, in its own words (without `Bad Request: `). */

export type Params = Record<string, unknown>;

export const SENDERS = ['sendMessage', 'sendPhoto', 'sendDocument', 'sendVideo', 'sendAudio', 'sendVoice', 'sendSticker'] as const;

const filled = (value: unknown): boolean => (typeof value === 'string' && value.trim() !== '') || typeof value === 'number';

const textProblem = (params: Params): string | undefined => {
  if (!filled(params.text)) return 'message text is empty';
  return String(params.text).length > 4096 ? 'message is too long' : undefined;
};

const buttonProblem = (params: Params): string | undefined => {
  const markup = (typeof params.reply_markup === 'string' ? JSON.parse(params.reply_markup) : params.reply_markup) as
    | { inline_keyboard?: { text: string; callback_data?: string; url?: string }[][] }
    | undefined;
  const buttons = markup?.inline_keyboard?.flat() ?? [];
  if (buttons.some(({ text }) => !filled(text)))
    return "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard";
  return buttons.some(({ callback_data }) => Buffer.byteLength(callback_data ?? '') > 64) ? 'BUTTON_DATA_INVALID' : undefined;
};

const sendProblem = (method: string, params: Params): string | undefined => {
  if (!filled(params.chat_id)) return 'chat_id is empty';
  if (method === 'sendMessage') return textProblem(params) ?? buttonProblem(params);
  const field = method.slice('send'.length).toLowerCase();
  if (!filled(params[field])) return `there is no ${field} in the request`;
  return typeof params.caption === 'string' && params.caption.length > 1024 ? 'message caption is too long' : buttonProblem(params);
};

const webhookProblem = (params: Params): string | undefined => {
  if (!String(params.url).startsWith('https://')) return 'bad webhook: An HTTPS URL must be provided for webhook';
  const port = new URL(String(params.url)).port;
  if (!['', '80', '88', '443', '8443'].includes(port)) return 'bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443';
  if (params.secret_token === undefined) return undefined;
  return /^[A-Za-z0-9_-]{1,256}$/.test(String(params.secret_token)) ? undefined : 'secret token contains unallowed characters';
};

export const findProblem = (called: string, params: Params): string | undefined => {
  const method = SENDERS.find((name) => name.toLowerCase() === called.toLowerCase());
  if (method !== undefined) return sendProblem(method, params);
  if (/^setWebhook$/i.test(called)) return webhookProblem(params);
  return /^editMessageText$/i.test(called) ? textProblem(params) : undefined;
};

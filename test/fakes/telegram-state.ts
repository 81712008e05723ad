/** What a simulated Telegram remembers and does: one bot, its messages, its files. */
import { jsonReply, type RecordedCall, type Reply } from './provider.ts';
import { findProblem, type Params, SENDERS } from './telegram-rules.ts';

/** A message that Telegram took. */
export interface SentMessage {
  method: string;
  message_id: number;
  params: Params;
}

export interface TelegramState {
  token: string;
  revoked: boolean;
  me: { id: number; is_bot: true; first_name: string; username: string };
  /** In the order Telegram took them, whatever the client was told. */
  sent: SentMessage[];
  webhook: Params;
  missing: Set<string>;
  blocked: Set<string>;
  /** Old chat → new chat. */
  moved: Map<string, number>;
  files: Map<string, { bytes: Buffer; path: string }>;
}

export const createTelegramState = (token: string, username: string): TelegramState => ({
  token,
  revoked: false,
  me: { id: Number(token.split(':')[0]), is_bot: true, first_name: 'Test', username },
  sent: [],
  webhook: {},
  missing: new Set(),
  blocked: new Set(),
  moved: new Map(),
  files: new Map(),
});

const success = (result: unknown, description?: string): Reply =>
  jsonReply(200, { ok: true, result, ...(description ? { description } : {}) });

export const refusal = (error_code: number, description: string, parameters?: object): Reply =>
  jsonReply(error_code, { ok: false, error_code, description, ...(parameters ? { parameters } : {}) });

const paramsOf = ({ body, headers, path }: RecordedCall): Params => {
  const query = Object.fromEntries(new URL(path, 'http://telegram').searchParams);
  if (body === '') return query;
  if (headers['content-type']?.startsWith('application/json')) return { ...query, ...(JSON.parse(body) as Params) };
  return { ...query, ...Object.fromEntries(new URLSearchParams(body)) };
};

const chatOf = ({ chat_id }: Params) => {
  const id = Number(chat_id);
  return { id, type: id < 0 ? 'supergroup' : 'private' };
};

/** Runs `action` unless the chat is gone, moved or closed to the bot. */
const inChat = (state: TelegramState, params: Params, action: () => Reply): Reply => {
  const chat = String(params.chat_id);
  const migrate_to_chat_id = state.moved.get(chat);
  if (migrate_to_chat_id !== undefined) {
    return refusal(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id });
  }
  if (state.missing.has(chat)) return refusal(400, 'Bad Request: chat not found');
  return state.blocked.has(chat) ? refusal(403, 'Forbidden: bot was blocked by the user') : action();
};

const takeMessage = (state: TelegramState, method: string, params: Params): Reply => {
  const message_id = state.sent.length + 1;
  state.sent.push({ method, message_id, params });
  const { text, caption } = params;
  return success({ message_id, from: state.me, chat: chatOf(params), date: Math.floor(Date.now() / 1000), text, caption });
};

const webhookInfo = ({ webhook: { secret_token: _never, ...shown } }: TelegramState): Reply =>
  success({ url: '', has_custom_certificate: false, pending_update_count: 0, ...shown });

const findFile = ({ files }: TelegramState, id: string): Reply => {
  const file = files.get(id);
  if (file === undefined) return refusal(400, 'Bad Request: invalid file_id');
  return success({ file_id: id, file_unique_id: id, file_size: file.bytes.length, file_path: file.path });
};

const METHODS: Record<string, (state: TelegramState, params: Params) => Reply> = {
  getme: ({ me }) => success(me),
  getwebhookinfo: webhookInfo,
  setwebhook: (state, params) => {
    state.webhook = params;
    return success(true, 'Webhook was set');
  },
  deletewebhook: (state) => {
    state.webhook = {};
    return success(true, 'Webhook was deleted');
  },
  sendchataction: (state, params) => inChat(state, params, () => success(true)),
  answercallbackquery: () => success(true),
  editmessagetext: (state, params) =>
    inChat(state, params, () => success({ message_id: params.message_id, chat: chatOf(params), text: params.text })),
  getfile: (state, params) => findFile(state, String(params.file_id)),
  ...Object.fromEntries(
    SENDERS.map((method) => [
      method.toLowerCase(),
      (state: TelegramState, params: Params) => inChat(state, params, () => takeMessage(state, method, params)),
    ]),
  ),
};

const download = ({ files }: TelegramState, path: string): Reply => {
  const file = [...files.values()].find((candidate) => candidate.path === decodeURIComponent(path));
  if (file === undefined) return refusal(404, 'Not Found');
  return { status: 200, body: file.bytes, headers: { 'content-type': 'application/octet-stream' } };
};

/** `/bot<token>/<method>` and `/file/bot<token>/<path>`. */
const PATH = /^\/(?<file>file\/)?bot(?<token>\d+:[^/]+)\/(?<rest>[^?]+)/;

export const carryOut = (state: TelegramState, call: RecordedCall): Reply => {
  const parts = PATH.exec(call.path)?.groups;
  if (parts === undefined) return refusal(404, 'Not Found');
  if (state.revoked || parts.token !== state.token) return refusal(401, 'Unauthorized');
  if (parts.file !== undefined) return download(state, parts.rest as string);
  const method = METHODS[call.method.toLowerCase()];
  if (method === undefined) return refusal(404, 'Not Found');
  const params = paramsOf(call);
  const problem = findProblem(call.method, params);
  return problem === undefined ? method(state, params) : refusal(400, `Bad Request: ${problem}`);
};

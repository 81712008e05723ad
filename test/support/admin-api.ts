/** The administration API of a running host over HTTP, as a program with the admin token uses it. */
import { until } from './until.ts';

export const ADMIN_TOKEN = 'an-admin-token-of-nobody-0123456789abcdef';

export interface ApiAnswer {
  status: number;
  content_type: string;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  body: any;
}

export interface AdminApi {
  get(path: string): Promise<ApiAnswer>;
  post(path: string, body?: unknown): Promise<ApiAnswer>;
  put(path: string, body: unknown): Promise<ApiAnswer>;
}

export interface ApiOptions {
  /** null sends none. */
  token?: string | null;
  headers?: Record<string, string>;
}

const readAnswer = async (response: Response): Promise<ApiAnswer> => {
  const content_type = response.headers.get('content-type') ?? '';
  const text = await response.text();
  return {
    status: response.status,
    content_type,
    headers: response.headers,
    body: content_type.includes('json') && text !== '' ? JSON.parse(text) : text,
  };
};

export const adminApi = (host: { url: string }, { token = ADMIN_TOKEN, headers = {} }: ApiOptions = {}): AdminApi => {
  const authorization: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const send = async (method: string, path: string, body: unknown): Promise<ApiAnswer> =>
    readAnswer(
      await fetch(host.url + path, {
        method,
        headers: { ...authorization, ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  return {
    get: async (path) => readAnswer(await fetch(host.url + path, { headers: { ...authorization, ...headers } })),
    post: (path, body) => send('POST', path, body),
    put: (path, body) => send('PUT', path, body),
  };
};

/** A message or delivery as the API shows it; only the fields that tests look at. */
export interface ShownMessage {
  id: string;
  direction: 'inbound' | 'outbound';
  channel_id: string;
  message_id: string | null;
  event_id: string | null;
  conversation_key: string;
  session_id: string | null;
  in_reply_to: string | null;
  part: number | null;
  text: string | null;
  attachments: { id?: string; type: string; ref?: string | null; mime_type?: string | null }[];
  state: string;
  reason: string | null;
  error: string | null;
  attempts: number;
  held_by: string | null;
  platform_message_id: string | null;
}

export interface MessageFilter {
  direction?: 'inbound' | 'outbound';
  channel_id?: string;
  conversation_key?: string;
}

/** Up to 500 messages, oldest first. */
export const messagesOf = async (host: { url: string }, filter: MessageFilter = {}): Promise<ShownMessage[]> => {
  const { conversation_key, ...query } = filter;
  const answer = await adminApi(host).get(`/api/messages?${new URLSearchParams({ limit: '500', ...query })}`);
  if (answer.status !== 200) throw new Error(`GET /api/messages answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  const items = (answer.body.items as ShownMessage[]).reverse();
  return conversation_key === undefined ? items : items.filter((item) => item.conversation_key === conversation_key);
};

/** The deliveries to one conversation, oldest first, once they are in these states. */
export const deliveriesIn = (host: { url: string }, conversation_key: string, states: readonly string[]): Promise<ShownMessage[]> =>
  until(
    () => messagesOf(host, { direction: 'outbound', conversation_key }),
    (rows) => rows.length === states.length && rows.every((row, index) => row.state === states[index]),
    `deliveries to ${conversation_key} are ${states.join(', ')}`,
  );

/** The first inbound message of a conversation that fulfils the test. */
export const inboundThat = async (
  host: { url: string },
  conversation_key: string,
  test: (message: ShownMessage) => boolean,
): Promise<ShownMessage> => {
  const rows = await until(
    () => messagesOf(host, { direction: 'inbound', conversation_key }),
    (all) => all.some(test),
    `an inbound message of ${conversation_key} is as expected`,
  );
  return rows.find(test) as ShownMessage;
};

export const channelState = async (
  host: { url: string },
  id: string,
): Promise<{ state: string; reason: string | null; fix: string | null }> => (await adminApi(host).get(`/api/channels/${id}`)).body;

export const channelIn = (host: { url: string }, id: string, state: string) =>
  until(
    () => channelState(host, id),
    (channel) => channel.state === state,
    `${id} is ${state}`,
  );

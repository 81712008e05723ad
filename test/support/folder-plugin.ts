/**
 * Channel plugins whose code lies in the home's folder, and the small chat service that they speak with:
 * `POST /messages {to, text}` with a bearer key, `GET /updates?after=N`, and webhooks signed with an HMAC.
 */
import { createHmac } from 'node:crypto';
import { jsonReply, type Provider, post, startProvider } from '../fakes/provider.ts';
import type { Home } from './home.ts';

export const API_KEY = 'the-key-of-the-chat-service';
export const HOOK_SECRET = 'what-the-service-signs-with';

export interface ChatMessage {
  id: string;
  chat: string;
  text: string;
}

export interface ChatService extends Provider {
  /** What it took, with the `authorization` of each call. */
  sent: { to: string; text: string; authorization: string | undefined }[];
  /** What `GET /updates` tells. */
  updates: ChatMessage[];
  /** Posts a signed webhook; the answer's status. `secret` other than the real one is a forgery. */
  deliver(host: { url: string }, channel_id: string, message: ChatMessage, secret?: string): Promise<number>;
}

export const startChatService = async (): Promise<ChatService> => {
  const sent: ChatService['sent'] = [];
  const updates: ChatMessage[] = [];
  const provider = await startProvider({
    operationOf: (path) => path.split('?')[0] ?? '',
    carryOut({ method, path, body, headers }) {
      if (method === '/updates') {
        const after = Number(new URLSearchParams(path.split('?')[1]).get('after') ?? 0);
        return jsonReply(200, { updates: updates.slice(after), next: updates.length });
      }
      const { to, text } = JSON.parse(body) as { to: string; text: string };
      sent.push({ to, text, authorization: headers.authorization });
      return jsonReply(200, { id: `s${sent.length}` });
    },
    refuse: () => jsonReply(500, {}),
  });
  return {
    ...provider,
    sent,
    updates,
    async deliver(host, channel_id, message, secret = HOOK_SECRET) {
      const body = JSON.stringify(message);
      const signature = createHmac('sha256', secret).update(body).digest('hex');
      const headers = { 'content-type': 'application/json', 'x-signature': signature };
      return (await post(`${host.url}/webhooks/${channel_id}`, headers, body)).status;
    },
  };
};

/** Bodies of an adapter's methods; what is left out behaves. */
export interface AdapterParts {
  /** At the top of the file. */
  top?: string;
  start?: string;
  receive?: string;
  send?: string;
}

const RECEIVE = `
    const { id, chat, text } = JSON.parse(event.body);
    return [message(id, chat, text)];`;

const SEND = `
    const response = await this.context.fetch(ORIGIN + '/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ to: outbound.conversation_key, text: outbound.text }),
    });
    return { status: 'sent', platform_message_id: JSON.parse(response.body).id };`;

export const adapterSource = (origin: string, { top = '', start, receive = RECEIVE, send = SEND }: AdapterParts = {}): string => `
import type { ChannelAdapter, InboundEvent, OutboundMessage, PluginContext, Receipt, Received } from 'communicationos/sdk';

const ORIGIN = ${JSON.stringify(origin)};
const message = (id: string, chat: string, text: string): any => ({
  message_id: id, type: 'text', text, user_key: chat, conversation_key: chat, conversation_type: 'direct', timestamp: '2026-01-01T00:00:00Z',
});
${top}
export class FolderAdapter implements ChannelAdapter {
  context: any;
  tries = 0;
  constructor(context: PluginContext) {
    this.context = context;
  }
  ${start === undefined ? '' : `async start(): Promise<any> {${start}\n  }`}
  async receive(event: InboundEvent): Promise<any> {${receive}
  }
  async send(outbound: OutboundMessage): Promise<any> {${send}
  }
}
`;

export const folderManifest = (id: string, origin: string): Record<string, unknown> => ({
  id,
  name: `Chat ${id}`,
  version: '1.0.0',
  adapter_class: './adapter.ts#FolderAdapter',
  webhook_url: `/webhooks/${id}`,
  webhook: { verify: { scheme: 'hmac', secret: 'hook_secret', header: 'x-signature' }, event_id: [['/id']] },
  configuration_schema: {
    hook_secret: { type: 'string', required: true, secret: true },
    api_key: { type: 'string', required: true, secret: true },
  },
  permissions: {
    network: [
      {
        url: origin,
        methods: ['GET', 'POST'],
        credentials: [{ secret: 'api_key', at: 'header:authorization', form: 'Bearer {}' }],
        reason: 'Speaks with the chat service.',
      },
    ],
    timers: { reason: 'Asks for updates.' },
  },
});

export const writeFolderPlugin = (home: Home, id: string, origin: string, parts: AdapterParts = {}): void => {
  home.write(`store/channels/${id}/manifest.json`, folderManifest(id, origin));
  home.write(`store/channels/${id}/adapter.ts`, adapterSource(origin, parts));
};

/** The channel's entry of `config/channels.json`; `approved` grants what the manifest asks for, whatever the code. */
export const folderEntry = (origin: string, { approved = false }: { approved?: boolean } = {}): Record<string, unknown> => ({
  config: { hook_secret: HOOK_SECRET, api_key: API_KEY },
  ...(approved ? { grants: { network: [origin], timers: true } } : {}),
});

export const policyFor = (...urls: string[]): Record<string, unknown> => ({
  rate_limits: { max_requests_per_user: 1_000_000, time_window_seconds: 60 },
  egress: { allow_private: urls.map((url) => new URL(url).host) },
});

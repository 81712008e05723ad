/** A host in this process whose agent `openai` asks a simulated provider, with connectors that pretend to be pages and a notebook. */
import { connectorContext } from '../../host/connectors/code-context.ts';
import { BaseConnector, ConnectorError, type OperationParams } from '../../plugins/sdk/connector.ts';
import type { Operation } from '../../schemas/connector-manifest.ts';
import { API_KEY, type FakeOpenAi, startFakeOpenAi } from '../fakes/openai.ts';
import { type AdminHost, openAdminHost } from '../host/admin/harness.ts';
import { groupUpdate, saidTo } from './telegram-chats.ts';
import { makeTelegramHome, SECRET, type TelegramHome, textUpdate } from './telegram-home.ts';
import { until } from './until.ts';

const url: Operation = {
  effect: 'read',
  params: {
    type: 'object',
    description: 'Reads a web page.',
    properties: { url: { type: 'string', format: 'uri' } },
    required: ['url'],
    additionalProperties: false,
  },
};
const note = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] } as const;

/** Serves what a test puts there, by address; an Error is what it fails with. */
export class Pages extends BaseConnector {
  readonly pages = new Map<string, unknown>();
  async execute(_operation: string, params: OperationParams): Promise<unknown> {
    const page = this.pages.get(String(params.url));
    if (page instanceof Error) throw new ConnectorError(page.message);
    return typeof page === 'string' ? { url: params.url, title: 'A page', text: page } : page;
  }
  getSupportedOperations(): string[] {
    return ['fetch'];
  }
}

/** Keeps what it is told, in the order in which it was told. */
export class Notebook extends BaseConnector {
  readonly done: string[] = [];
  async execute(operation: string, { text }: OperationParams): Promise<unknown> {
    this.done.push(`${operation}: ${text}`);
    return { noted: text };
  }
  getSupportedOperations(): string[] {
    return ['list', 'write', 'remove', 'execute'];
  }
}

export const NOTEBOOK: Record<string, Operation> = {
  list: { effect: 'read', params: { type: 'object' } },
  write: { effect: 'write', risk: 'low', params: { ...note, description: 'Writes a note.' } },
  remove: { effect: 'write', risk: 'high', params: note },
  execute: { effect: 'write', risk: 'critical', params: note },
};

/** Below what a hook of a test waits. */
const START_MS = 170_000;

export interface AgentHost {
  admin: AdminHost;
  provider: FakeOpenAi;
  room: TelegramHome;
  pages: Pages;
  notebook: Notebook;
  /** In a direct chat. */
  say(chat: number, text: string): Promise<void>;
  sayInGroup(chat: number, user: number, text: string): Promise<void>;
  /** What the bot has said in a chat, once it is so many messages. */
  said(chat: number, count: number): Promise<string[]>;
  stop(): Promise<void>;
}

export const openAgentHost = async (policy: Record<string, unknown>, env: Record<string, string> = {}): Promise<AgentHost> => {
  const [provider, room] = await Promise.all([startFakeOpenAi(), makeTelegramHome(policy)]);
  const agent = { AGENT_BACKEND: 'openai', AGENT_URL: provider.url, AGENT_API_KEY: API_KEY, AGENT_MODEL: 'a-model' };
  const admin = await openAdminHost({ room, env: { ...room.env, ...agent, ...env } });
  const pages = new Pages(connectorContext());
  const notebook = new Notebook(connectorContext());
  admin.host.communication.registerConnector('pages', pages, { operations: { fetch: url } });
  admin.host.communication.registerConnector('notebook', notebook, { operations: NOTEBOOK });
  // A worker that a busy machine did not start in time is started again.
  await until(
    async () => (await admin.admin('/api/channels/telegram')).body.state,
    (state) => state === 'running',
    'telegram is running',
    START_MS,
  );
  let update_id = 0;
  const deliver = async (update: object): Promise<void> => {
    const { status } = await room.telegram.deliver(room.webhook(admin), update, { secret: SECRET });
    if (status !== 200) throw new Error(`the webhook answered ${status}`);
  };
  return {
    admin,
    provider,
    room,
    pages,
    notebook,
    say: (chat, text) => deliver(textUpdate(++update_id, text, chat)),
    sayInGroup: (chat, user, text) => deliver(groupUpdate(++update_id, text, { chat, user })),
    said: (chat, count) => saidTo(room.telegram, chat, count),
    async stop() {
      await admin.stop();
      await Promise.all([provider.close(), room.telegram.close()]);
      room.home.remove();
    },
  };
};

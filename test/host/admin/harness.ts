/** A host in this process, on real loopback HTTP, with a web chat, a Telegram channel and a connector; and callers of every role. */
import { rmSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { RouteDeps } from '../../../host/admin/routes.ts';
import { createRoutes } from '../../../host/admin/routes.ts';
import { loadConfig } from '../../../host/config.ts';
import { connectorContext } from '../../../host/connectors/code-context.ts';
import { openConnection } from '../../../host/db/connection.ts';
import { auditOf } from '../../../host/db/tables/audit.ts';
import { type Host, openHost } from '../../../host/host.ts';
import { closeServer, createNetworkServer, listen } from '../../../host/http/server.ts';
import type { Clock } from '../../../host/lib/clock.ts';
import { createLogger } from '../../../host/lib/logger.ts';
import { BaseConnector, type OperationParams } from '../../../plugins/sdk/connector.ts';
import type { Operation } from '../../../schemas/connector-manifest.ts';
import { writeFolderConnector } from '../../support/folder-connector.ts';
import { ROOT } from '../../support/home.ts';
import { makeTelegramHome, SECRET, type TelegramHome, TOKEN, telegramManifest, textUpdate } from '../../support/telegram-home.ts';
import { until } from '../../support/until.ts';

export const BOOTSTRAP = 'the-bootstrap-token-of-nobody-0123456789';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  body: any;
}

export interface Ask {
  method?: string;
  headers?: Record<string, string>;
  /** An object becomes JSON; a text goes as it is. */
  body?: unknown;
}

export interface AdminHost {
  url: string;
  host: Host;
  room: TelegramHome;
  /** One line of the log each. */
  log: string[];
  ask(path: string, ask?: Ask): Promise<Answer>;
  /** With a token. */
  as(token: string): (path: string, ask?: Ask) => Promise<Answer>;
  admin(path: string, ask?: Ask): Promise<Answer>;
  newToken(role: string, more?: object): Promise<{ id: string; token: string }>;
  channelIn(id: string, state: string): Promise<void>;
  /** A new visitor of the web chat writes; the client's id of the message. */
  say(text: string): Promise<string>;
  /** A new visitor of the web chat writes, and the echo is sent. */
  converse(text?: string): Promise<{ message_id: string; session_id: string; conversation_key: string }>;
  /** Somebody sends a document to the bot `files`; the id of the attachment. */
  sendFile(update_id: number, document: object, bytes: Buffer): Promise<string>;
  /** The actors and acts of the audit trail that concern a subject, read from the database itself. */
  audit(subject: string): Promise<{ actor: string; action: string; detail: string | null }[]>;
  stop(): Promise<void>;
}

const readAll = (response: IncomingMessage): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () => resolve(Buffer.concat(chunks).toString()));
  });

/** `fetch` would set and refuse headers of its own. */
export const askAt =
  (url: string) =>
  (at: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      const own = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text ?? '')) };
      const sent = httpRequest(url + at, { method, headers: { ...own, ...headers }, agent: false }, (response) => {
        readAll(response).then((answer) => {
          const isJson = /json/.test(response.headers['content-type'] ?? '') && answer !== '';
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: answer,
            body: isJson ? JSON.parse(answer) : answer,
          });
        }, reject);
      });
      sent.on('error', reject);
      sent.end(text);
    });

/** A connector of the embedding program: reads are free, writes wait for a person. */
export const NOTES: Record<string, Operation> = {
  read: {
    effect: 'read',
    params: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'], additionalProperties: false },
  },
  write: { effect: 'write', risk: 'low', params: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] } },
};

export class Notes extends BaseConnector {
  async execute(operation: string, params: OperationParams): Promise<unknown> {
    return { operation, params };
  }
  getSupportedOperations(): string[] {
    return Object.keys(NOTES);
  }
}

export interface AdminHostOptions {
  env?: Record<string, string>;
  clock?: Clock;
  /** The home of a host before it; whoever made it removes it. */
  room?: TelegramHome;
  /** A second bot, which runs: people send files to it. */
  files?: boolean;
}

export const openAdminHost = async ({ env = {}, clock, room: given, files = false }: AdminHostOptions = {}): Promise<AdminHost> => {
  const room = given ?? (await makeTelegramHome());
  room.home.write('store/channels/webchat/manifest.json', {
    id: 'webchat',
    name: 'Web chat',
    version: '1.0.0',
    adapter_class: 'webchat#WebchatAdapter',
  });
  if (files) {
    room.home.write('store/channels/files/manifest.json', { ...telegramManifest, id: 'files', webhook_url: '/webhooks/files' });
    room.home.write('config/channels.json', {
      telegram: { config: { api_base_url: room.telegram.url } },
      files: { config: { api_base_url: room.telegram.url, bot_token: TOKEN, webhook_secret: SECRET } },
    });
  }
  writeFolderConnector(room.home, 'wiki');
  const { config } = loadConfig({ argv: { home: room.home.dir }, env: { AGENTOS_ADMIN_TOKEN: BOOTSTRAP, ...env } });
  const log: string[] = [];
  const logger = createLogger({ level: 'DEBUG', pretty: false, destination: { write: (line) => log.push(line) } });
  const host = await openHost({ config, log: logger, mode: 'serve', dist_dir: path.join(ROOT, 'dist'), ...(clock ? { clock } : {}) });
  host.communication.registerConnector('notes', new Notes(connectorContext()), { operations: NOTES });
  const server = createNetworkServer({ tls: null, webhooks: host.webhooks.handle, app: host.app.routing });
  await listen(server, { host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await host.announce(url);
  await host.start();
  const ask = askAt(url);
  const as =
    (token: string) =>
    (at: string, { headers, ...rest }: Ask = {}): Promise<Answer> =>
      ask(at, { ...rest, headers: { authorization: `Bearer ${token}`, ...headers } });
  const admin = as(BOOTSTRAP);
  let made = 0;
  const say = async (text: string): Promise<string> => {
    const visitor = await ask('/chat');
    const cookie = String(visitor.headers['set-cookie']).split(';')[0] as string;
    const client_message_id = `m${++made}`;
    const sent = await ask('/chat/messages', { method: 'POST', headers: { cookie, origin: url }, body: { client_message_id, text } });
    if (sent.status !== 202) throw new Error(`POST /chat/messages answered ${sent.status}: ${sent.text}`);
    return client_message_id;
  };
  return {
    url,
    host,
    room,
    log,
    ask,
    as,
    admin,
    async newToken(role, more = {}) {
      const { status, body } = await admin('/api/tokens', { method: 'POST', body: { role, name: `${role} ${++made}`, ...more } });
      if (status !== 201) throw new Error(`POST /api/tokens answered ${status}: ${JSON.stringify(body)}`);
      return body;
    },
    async channelIn(id, state) {
      await until(
        async () => (await admin(`/api/channels/${id}`)).body,
        (channel) => channel.state === state,
        `${id} is ${state}`,
        // A worker's start on a machine that runs other tests as well.
        50_000,
      );
    },
    say,
    async converse(text = 'hello') {
      const client_message_id = await say(text);
      const find = async () => (await admin('/api/messages?channel_id=webchat&direction=inbound&limit=500')).body.items;
      const isIt = (row: { message_id: string; state: string }) =>
        row.message_id.endsWith(`:${client_message_id}`) && row.state === 'answered';
      const rows = await until(find, (items) => items.some(isIt), 'a visitor is answered');
      const { id, session_id, conversation_key } = rows.find(isIt);
      return { message_id: id, session_id, conversation_key };
    },
    async sendFile(update_id, document, bytes) {
      room.telegram.addFile(`file ${update_id}`, bytes, `documents/file ${update_id}`);
      const update = textUpdate(update_id, '', 7, { text: undefined, document: { file_id: `file ${update_id}`, ...document } });
      await room.telegram.deliver(`${url}/webhooks/files`, update, { secret: SECRET });
      const find = async () => (await admin('/api/messages?channel_id=files&direction=inbound&limit=500')).body.items;
      const isIt = (row: { message_id: string }) => row.message_id === `7:${update_id}`;
      const rows = await until(find, (items) => items.some(isIt), 'a file has come');
      return rows.find(isIt).attachments[0].id;
    },
    async audit(subject) {
      const db = await openConnection(config.db_file, { readonly: true });
      const rows = await auditOf(db, [subject]);
      await db.close();
      return rows.map(({ actor, action, detail }) => ({ actor, action, detail }));
    },
    async stop() {
      host.drain();
      await closeServer(server, 1000);
      await host.close();
      if (given) return;
      await room.telegram.close();
      rmSync(room.home.dir, { recursive: true, force: true });
    },
  };
};

/** The table without a host: what its entries say, not what they do. */
export const ROUTE_GROUPS = createRoutes({} as RouteDeps);
export const ROUTES = ROUTE_GROUPS.flatMap(({ routes }) => routes);

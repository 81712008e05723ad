/** The chat's routes on a real port of this machine, and a client that may send any header. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';
import { onTestFinished } from 'vitest';
import { webchatRoutes } from '../../../host/webchat/routes.ts';
import { userKeyOf } from '../../../host/webchat/visitor.ts';
import type { WebchatDeps } from '../../../host/webchat/webchat-store.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects and fails on anything else
  json: any;
}

export interface Ask {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface ChatServer {
  port: number;
  origin: string;
  store: MemoryStore;
  clock: FakeClock;
  defects: unknown[];
  ask(path: string, ask?: Ask): Promise<Answer>;
  /** POST /chat/messages as the page does it. */
  post(cookie: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

/** A well-formed visitor, told apart by one letter. */
export const visitor = (letter = 'A'): { cookie: string; user_key: string } => {
  const value = letter.repeat(42) + 'A';
  return { cookie: `aos_chat=${value}`, user_key: userKeyOf(value) };
};

const pageFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'chat-page-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Chat</title>');
  await writeFile(join(folder, 'assets', 'chat-1A2B.js'), 'export {};');
  await writeFile(join(folder, 'assets', 'chat-1A2B.css'), 'p {}');
  await writeFile(join(folder, 'assets', 'notes.txt'), 'not for the web');
  return folder;
};

const askAt =
  (port: number) =>
  (path: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isJson = text !== '' && /json/.test(response.headers['content-type'] ?? '');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });

export const startChatServer = async (
  overrides: Partial<Omit<WebchatDeps, 'store'>> & { store?: MemoryStore } = {},
): Promise<ChatServer> => {
  const clock = createFakeClock();
  const defects: unknown[] = [];
  const store = overrides.store ?? createMemoryStore();
  let draws = 0;
  const app = Fastify();
  await app.register(
    webchatRoutes({
      enabled: () => true,
      public: () => false,
      public_url: null,
      assets_dir: overrides.assets_dir ?? (await pageFolder()),
      clock,
      random_bytes: (size) => Buffer.alloc(size, ++draws),
      on_error: (error) => defects.push(error),
      ...overrides,
      store,
    }),
  );
  await app.listen({ host: '127.0.0.1', port: 0 });
  const close = () => app.close();
  onTestFinished(close);
  const { port } = app.server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const ask = askAt(port);
  return {
    port,
    origin,
    store,
    clock,
    defects,
    ask,
    post: (cookie, body, headers = {}) =>
      ask('/chat/messages', {
        method: 'POST',
        headers: { origin, cookie, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    close,
  };
};

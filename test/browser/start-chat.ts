/** The chat under test: the built host as a child process on a home of its own. The tests see nothing but what `Chat` says. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeHome, type RunningHost, startHost } from '../support/home.ts';

export interface Chat {
  /** The page's address. */
  url: string;
  /** Ends the host; its port and what it stored are kept. */
  stop(): Promise<void>;
  /** The same port and the same conversations again. */
  restart(): Promise<void>;
  /** For good. */
  close(): Promise<void>;
}

export interface ChatOptions {
  /** `echo` answers with the text it got; `silent` is asked and never answers. */
  agent?: 'echo' | 'silent';
}

/** An agent that takes every question and says nothing. */
const startSilentAgent = async (): Promise<{ url: string; close(): Promise<void> }> => {
  const server = createServer((request) => request.resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

export const startChat = async ({ agent = 'echo' }: ChatOptions = {}): Promise<Chat> => {
  const home = makeHome({
    'store/channels/webchat/manifest.json': { id: 'webchat', name: 'Web chat', version: '1.0.0', adapter_class: 'webchat#WebchatAdapter' },
    'config/security_policy.json': { rate_limits: { max_requests_per_user: 10_000, time_window_seconds: 60 } },
  });
  const silent = agent === 'silent' ? await startSilentAgent() : null;
  const env: Record<string, string> = silent ? { AGENT_BACKEND: 'http', AGENT_URL: silent.url } : {};
  let host: RunningHost | null = null;
  let port = '0';
  const start = async () => {
    host = await startHost(home, { env, args: ['--port', port], running: ['webchat'] });
    port = new URL(host.url).port;
  };
  const stop = async () => {
    await host?.stop();
    host = null;
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}/chat`,
    stop,
    restart: start,
    async close() {
      await stop();
      await silent?.close();
      home.remove();
    },
  };
};

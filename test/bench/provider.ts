/** A Telegram that answers at once and only counts: the simulated provider must not be what is measured. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CountingProvider {
  url: string;
  /** Messages it was sent. */
  count(): number;
  /** Resolves when that many messages were sent since the last reset. */
  reached(count: number): Promise<void>;
  reset(): void;
  close(): Promise<void>;
}

export const startCountingProvider = async (): Promise<CountingProvider> => {
  let count = 0;
  let wanted = Number.POSITIVE_INFINITY;
  let wake: () => void = () => undefined;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const method = request.url?.split('/').pop();
      const result =
        method === 'getMe'
          ? { id: 1, is_bot: true, username: 'bench_bot' }
          : method === 'getWebhookInfo'
            ? { url: '' }
            : { message_id: count + 1, date: 1, chat: { id: 1 } };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ok: true, result }));
      if (method !== 'sendMessage') return;
      count++;
      if (count >= wanted) wake();
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => count,
    reached: (total) =>
      new Promise((resolve) => {
        wanted = total;
        wake = resolve;
        if (count >= total) resolve();
      }),
    reset: () => {
      count = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

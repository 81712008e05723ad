/**
 * The sockets: one for the network, one for the command line in the home's run folder. Webhooks are
 * answered on `node:http` itself (35 against 53 µs CPU a request); everything else goes to Fastify.
 */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

const LIMITS = { maxHeaderSize: 16_384, headersTimeout: 10_000, requestTimeout: 10_000, keepAliveTimeout: 65_000 };

export interface ServerOptions {
  tls: { cert: Buffer; key: Buffer } | null;
  webhooks: RequestListener;
  app: RequestListener;
}

/** Requests that came through the command line's socket: only the home's owner can open it. */
const local = new WeakSet<IncomingMessage>();
export const cameFromCommandLine = (request: IncomingMessage): boolean => local.has(request);

export const createNetworkServer = ({ tls, webhooks, app }: ServerOptions): Server => {
  const listener: RequestListener = (request, response) =>
    request.url?.startsWith('/webhooks/') ? webhooks(request, response) : app(request, response);
  return tls ? createTlsServer({ ...LIMITS, ...tls }, listener) : createServer(LIMITS, listener);
};

export const createCommandServer = (app: RequestListener): Server =>
  createServer(LIMITS, (request, response) => {
    local.add(request);
    app(request, response);
  });

export const listen = (server: Server, where: { host: string; port: number } | { path: string }): Promise<AddressInfo | string | null> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.removeListener('error', reject);
      resolve(server.address());
    });
  });

/** Takes no new connections; what is under way may end within the grace time. */
export const closeServer = (server: Server, grace_ms: number): Promise<void> =>
  new Promise((resolve) => {
    if (!server.listening) return resolve();
    const timer = setTimeout(() => server.closeAllConnections(), grace_ms);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });

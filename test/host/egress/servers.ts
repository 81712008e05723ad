/** Real servers on loopback, closed after each test. */
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createNetServer, type Server, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import { CERTIFICATE, PRIVATE_KEY } from './certificate.ts';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** Runs after the test, before the next one. */
export const onClose = (close: () => Promise<void>) => void closers.push(close);

const listen = async (server: Server, host: string, port: number): Promise<number> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  onClose(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
};

export interface Recorded {
  method: string;
  url: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  bytes: Buffer;
}

export interface TestServer {
  port: number;
  authority: string;
  origin: string;
  /** Every request that arrived completely, in order. */
  requests: Recorded[];
}

const record = (requests: Recorded[], handler: RequestListener): RequestListener => {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push({
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
        bytes: Buffer.concat(chunks),
      });
      handler(request, response);
    });
  };
};

export const startHttp = async (handler: RequestListener, at: { host?: string; port?: number } = {}): Promise<TestServer> => {
  const requests: Recorded[] = [];
  const host = at.host ?? '127.0.0.1';
  const port = await listen(createServer(record(requests, handler)), host, at.port ?? 0);
  return { port, authority: `${host}:${port}`, origin: `http://${host}:${port}`, requests };
};

/** Presents a certificate for api.example.test. */
export const startHttps = async (handler: RequestListener): Promise<TestServer & { names: string[] }> => {
  const requests: Recorded[] = [];
  const names: string[] = [];
  const server = createTlsServer({ cert: CERTIFICATE, key: PRIVATE_KEY }, record(requests, handler));
  server.on('secureConnection', (socket) => names.push(String(socket.servername)));
  const port = await listen(server, '127.0.0.1', 0);
  return { port, authority: `api.example.test:${port}`, origin: `https://api.example.test:${port}`, requests, names };
};

/** A server that speaks what the test says, byte by byte. */
export const startRaw = async (onSocket: (socket: Socket) => void): Promise<{ port: number; authority: string; origin: string }> => {
  const port = await listen(createNetServer(onSocket), '127.0.0.1', 0);
  return { port, authority: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}` };
};

/** A port that nothing listens on. */
export const unusedPort = async (): Promise<number> => {
  const server = createNetServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

/** Calls back once per complete request head; bodies are left unread. */
export const onHead = (socket: Socket, callback: (head: string) => void) => {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
      const head = text.slice(0, end);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (text.length < end + 4 + length) return;
      text = text.slice(end + 4 + length);
      callback(head);
    }
  });
};

/** A service on loopback whose `/held` answers when the test says so; `/big?bytes=N` answers at once, `/to?url=…` redirects. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '../support/until.ts';

export interface HeldServer {
  url: string;
  /** Paths that were asked for, in order. */
  paths: string[];
  waiting(count: number): Promise<void>;
  /** Answers everybody who waits. */
  release(body: string): void;
  close(): Promise<void>;
}

export const startHeldServer = async (): Promise<HeldServer> => {
  const held: ServerResponse[] = [];
  const paths: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    paths.push(url.pathname);
    if (url.pathname === '/held') held.push(response);
    else if (url.pathname === '/big') response.end('x'.repeat(Number(url.searchParams.get('bytes'))));
    else if (url.pathname === '/to') response.writeHead(302, { location: url.searchParams.get('url') ?? '/' }).end();
    else response.end(`answer of ${url.pathname} with ${request.headers.authorization ?? 'nothing'}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    paths,
    async waiting(count) {
      await until(
        () => held.length,
        (length) => length >= count,
        `${count} requests wait`,
      );
    },
    release(body) {
      for (const response of held.splice(0)) response.end(body);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

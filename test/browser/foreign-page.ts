/** A page of somebody else's, on another port of this machine, that does what hostile pages do. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ForeignPage {
  /** The same site as the chat: only the port differs, so that the browser sends the chat's cookie along. */
  same_site: string;
  /** Another site. */
  cross_site: string;
  close(): Promise<void>;
}

export const startForeignPage = (html: string): Promise<ForeignPage> =>
  new Promise((resolve) => {
    const server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(html));
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        same_site: `http://127.0.0.1:${port}/`,
        cross_site: `http://localhost:${port}/`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });

/** A page of somebody else's, on another port of this machine, that does what hostile pages do. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Frame, Page } from 'playwright-core';

export interface ForeignPage {
  /** The same site as the chat: only the port differs, so that the browser sends the chat's cookie along. */
  same_site: string;
  /** Another site. */
  cross_site: string;
  close(): Promise<void>;
}

/** Puts an address into a frame of the page that a tab shows; resolves with the frame when it has loaded whatever it may. */
export const frameIn = async (tab: Page, url: string): Promise<Frame> => {
  await tab.evaluate(
    (address) =>
      new Promise<void>((resolve) => {
        const frame = document.createElement('iframe');
        frame.onload = () => resolve();
        frame.src = address;
        document.body.append(frame);
      }),
    url,
  );
  const [, frame, ...others] = tab.frames();
  if (frame === undefined || others.length > 0) throw new Error(`the page has ${tab.frames().length - 1} frames`);
  return frame;
};

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

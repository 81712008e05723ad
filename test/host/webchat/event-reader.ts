/** Reads a stream of server-sent events as a browser would, and lets a test wait for what must come. */
import { type IncomingHttpHeaders, request } from 'node:http';
import type { ChatMessage } from '../../../host/webchat/webchat-store.ts';

export interface ReadEvent {
  id: string | undefined;
  message: ChatMessage;
}

export interface EventReader {
  status: number;
  headers: IncomingHttpHeaders;
  events: ReadEvent[];
  comments: string[];
  /** Resolves when so many events came; rejects when the stream ends before. */
  received(count: number): Promise<ReadEvent[]>;
  commented(count: number): Promise<void>;
  /** Resolves when the server ended or cut the stream. */
  ended: Promise<void>;
  close(): void;
}

const parseBlock = (block: string): ReadEvent | string | null => {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    if (line.startsWith(':')) return line.slice(1).trim();
    const colon = line.indexOf(':');
    fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const data = fields.get('data');
  return data === undefined || fields.get('event') !== 'message' ? null : { id: fields.get('id'), message: JSON.parse(data) };
};

export const openEventReader = (port: number, headers: Record<string, string>, query = ''): Promise<EventReader> =>
  new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: `/chat/stream${query}`, headers, agent: false }, (response) => {
      const events: ReadEvent[] = [];
      const comments: string[] = [];
      const waiting = new Set<() => void>();
      const wake = () => {
        for (const look of [...waiting]) look();
      };
      let over = false;
      let rest = '';
      const until = (isThere: () => boolean): Promise<void> =>
        new Promise((done, fail) => {
          const look = () => {
            if (!isThere() && !over) return;
            waiting.delete(look);
            if (isThere()) done();
            else fail(new Error(`the stream ended after ${events.length} events`));
          };
          waiting.add(look);
          look();
        });
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        const blocks = (rest + chunk).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          const parsed = parseBlock(block);
          if (typeof parsed === 'string') comments.push(parsed);
          else if (parsed) events.push(parsed);
        }
        wake();
      });
      response.on('error', () => {});
      const ended = new Promise<void>((done) =>
        response.on('close', () => {
          over = true;
          wake();
          done();
        }),
      );
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        events,
        comments,
        received: async (count) => {
          await until(() => events.length >= count);
          return events;
        },
        commented: (count) => until(() => comments.length >= count),
        ended,
        close: () => sent.destroy(),
      });
    });
    sent.on('error', reject);
    sent.end();
  });

/** One response as a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Clock } from '../lib/clock.ts';

export const HEARTBEAT_MS = 15_000;
/** What may wait for a reader beyond the kernel's own buffers. */
export const MAX_BUFFERED_BYTES = 1_048_576;
const RECONNECT_MS = 1000;

export interface SseEvent {
  /** Absent when the reader's place is not to move. */
  id?: number | string | undefined;
  event: string;
  /** One line. */
  data: string;
}

export interface SseWriter {
  readonly closed: boolean;
  send(event: SseEvent): void;
  /** Resolves when the reader keeps up again, or is gone. */
  drained(): Promise<void>;
  close(): void;
}

export interface SseWriterOptions {
  /** Asked at each heartbeat; false ends the stream. */
  mayGoOn(): boolean;
  /** Called once, however the stream ends. */
  onClosed(): void;
}

/** The response's head is written already. */
export const createSseWriter = (response: ServerResponse, clock: Clock, { mayGoOn, onClosed }: SseWriterOptions): SseWriter => {
  let closed = false;
  let cancelHeartbeat = () => {};
  let waitingBefore = 0;

  const end = (how: () => void) => {
    if (closed) return;
    closed = true;
    cancelHeartbeat();
    onClosed();
    how();
  };
  const cut = () => end(() => response.destroy());
  // An orderly end waits for the reader to take what is left; one that does not read would hold it open.
  const close = () => (response.writableNeedDrain ? cut() : end(() => response.end()));

  const write = (chunk: string) => {
    if (closed) return;
    response.write(chunk);
    // A reader this far behind resumes by its last event id; keeping more for it would let it fill the memory.
    if (response.writableLength > MAX_BUFFERED_BYTES) cut();
  };

  const beat = () => {
    if (!mayGoOn()) return close();
    // Behind, and no nearer than at the last beat: the other end is gone without a word, or does not read.
    const waiting = response.writableLength;
    if (waitingBefore > 0 && waiting >= waitingBefore) return cut();
    waitingBefore = waiting;
    write(': still here\n\n');
    cancelHeartbeat = clock.after(HEARTBEAT_MS, beat);
  };

  response.on('close', () => end(() => {}));
  response.on('error', cut);
  write(`retry: ${RECONNECT_MS}\n\n`);
  cancelHeartbeat = clock.after(HEARTBEAT_MS, beat);

  return {
    get closed() {
      return closed;
    },
    send: ({ id, event, data }) => write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`),
    async drained() {
      if (closed || !response.writableNeedDrain) return;
      const stop = new AbortController();
      const signal = stop.signal;
      await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]).catch(() => {});
      stop.abort();
    },
    close,
  };
};

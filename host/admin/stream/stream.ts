/** `GET /api/stream`: the feed as server-sent events. Nobody who reads slowly holds up anybody else. */
import type { FastifyReply } from 'fastify';
import { AppError } from '../../errors.ts';
import { createSseWriter } from '../../http/sse-writer.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Access } from '../access/access.ts';
import type { Caller } from '../access/roles.ts';
import type { Numbered, Recent } from './recent.ts';

const FULL_RETRY_SECONDS = '5';

export interface StreamDeps {
  recent: Recent;
  clock: Clock;
  access: Pick<Access, 'streams' | 'stands'>;
}

const HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // nginx would collect the events before it passes them on.
  'x-accel-buffering': 'no',
};

export const createStream = ({ recent, clock, access }: StreamDeps) => ({
  /** Goes on after `last_event_id`; when that is too long ago it says `reset` first. */
  open(caller: Caller, last_event_id: string | string[] | undefined, reply: FastifyReply): void {
    let close = (): void => {};
    const release = access.streams.take(caller.credential, () => close());
    if (release === null) {
      reply.header('retry-after', FULL_RETRY_SECONDS);
      throw new AppError('RATE_LIMITED', 'Too many streams are open.', 'Close others, or wait a moment.');
    }
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...HEAD });
    let stop = (): void => {};
    const writer = createSseWriter(response, clock, {
      mayGoOn: () => access.stands(caller),
      onClosed() {
        release();
        stop();
      },
    });
    close = writer.close;
    const send = ({ id, entry }: Numbered): void => writer.send({ id, event: entry.kind, data: JSON.stringify(entry) });
    const missed = typeof last_event_id === 'string' ? recent.since(last_event_id) : [];
    if (missed === null) writer.send({ id: recent.place(), event: 'reset', data: '{}' });
    for (const numbered of missed ?? []) send(numbered);
    stop = recent.subscribe(send);
    if (writer.closed) stop();
  },
  /** Ends every stream. */
  close(): void {
    access.streams.closeAll();
    recent.close();
  },
});

export type Stream = ReturnType<typeof createStream>;

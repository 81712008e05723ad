/** `GET /chat/stream`: a visitor's messages as server-sent events. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors.ts';
import type { OpenStreams } from '../http/open-streams.ts';
import { createSseWriter } from '../http/sse-writer.ts';
import { followMessages } from './follow.ts';
import { parseLastEventId } from './new-message.ts';
import type { WebchatDeps } from './webchat-store.ts';

/** Long enough for another tab of the same visitor to be closed. */
const FULL_RETRY_SECONDS = '5';

export const createStreamRoute =
  (deps: WebchatDeps, streams: OpenStreams, mayGoOn: (request: FastifyRequest) => boolean) =>
  (request: FastifyRequest, reply: FastifyReply, user_key: string): void => {
    const last_event_id = parseLastEventId(request.headers['last-event-id'], request.query);
    let close = () => {};
    const release = streams.take(user_key, () => close());
    if (release === null) {
      reply.header('retry-after', FULL_RETRY_SECONDS);
      throw new AppError('RATE_LIMITED', 'Too many chats are open at once.', 'Close the chat in other tabs, or wait a moment.');
    }
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      // nginx would collect the events before it passes them on.
      'x-accel-buffering': 'no',
    });
    let stop = () => {};
    const writer = createSseWriter(response, deps.clock, {
      mayGoOn: () => mayGoOn(request),
      onClosed() {
        release();
        stop();
      },
    });
    close = writer.close;
    const following = followMessages(deps.store, writer, { user_key, last_event_id });
    stop = following.stop;
    if (writer.closed) stop();
    following.live.catch((error: unknown) => {
      deps.on_error(error, 'read the chat of a visitor');
      writer.close();
    });
  };

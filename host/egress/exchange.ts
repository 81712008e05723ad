/** One request and its answer on a pool, without redirects: bounded, never sent twice, exact about what left. */
import type { IncomingHttpHeaders } from 'node:http';
import { type Dispatcher, errors, type Pool } from 'undici';
import type { Cancellation } from './cancellation.ts';
import { ConnectError } from './connector.ts';
import type { Fault, Target } from './target.ts';
import { nameTarget } from './target.ts';

export interface Exchange {
  target: Target;
  method: string;
  headers: ReadonlyMap<string, string>;
  body: Buffer | undefined;
  /** Bound on the bytes as they come, before decoding. */
  maxWireBytes: number;
  cancellation: Cancellation;
  /** The body of a 2xx as it comes, when it is not encoded; true ends the exchange with what has come. */
  onData?: ((chunk: Buffer) => boolean) | undefined;
  /** The head of the request is about to be written to a connected socket. */
  onLeft: () => void;
  /** Asked once more in that moment: why it may not. */
  refused?: () => Fault | null;
}

export type ExchangeResult = { ok: true; status: number; headers: IncomingHttpHeaders; body: Buffer } | { ok: false; fault: Fault };

const describeFailure = (error: Error, target: Target, left: boolean): Fault => {
  const name = nameTarget(target);
  if (error instanceof ConnectError) {
    return error.code === 'TLS_FAILED'
      ? { code: 'TLS_FAILED', message: `No trusted TLS connection to ${name}. Check its certificate and that it speaks https.` }
      : { code: 'CONNECT_FAILED', message: `No connection to ${name}. Check that it is up and reachable from here.` };
  }
  if (error instanceof errors.HeadersOverflowError)
    return { code: 'TOO_LARGE', message: `The header of the answer of ${name} is too large.` };
  if (error instanceof errors.InvalidArgumentError)
    return { code: 'INVALID_PARAMS', message: 'The request cannot be written as HTTP/1.1.' };
  if (error instanceof errors.ClientDestroyedError && !left) return { code: 'ABORTED', message: 'The host is stopping.' };
  return left
    ? {
        code: 'RESET',
        message: `The connection to ${name} ended before a complete answer came. Whether the request was carried out is unknown.`,
      }
    : { code: 'CONNECT_FAILED', message: `No connection to ${name}. Check that it is up and reachable from here.` };
};

export const exchange = (pool: Pool, request: Exchange): Promise<ExchangeResult> =>
  new Promise((resolve) => {
    const { target, cancellation } = request;
    const chunks: Buffer[] = [];
    let size = 0;
    let left = false;
    let settled = false;
    let status = 0;
    let answerHeaders: IncomingHttpHeaders = {};
    let controller: Dispatcher.DispatchController | null = null;

    const settle = (result: ExchangeResult) => {
      if (settled) return;
      settled = true;
      cancellation.listen(null);
      resolve(result);
    };
    /** Settles first: what the abort makes undici report is then no news. */
    const giveUp = (fault: Fault) => {
      settle({ ok: false, fault });
      controller?.abort(new Error('given up'));
    };
    const complete = () => {
      const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size);
      settle({ ok: true, status, headers: answerHeaders, body });
    };
    const tooLarge = () =>
      giveUp({ code: 'TOO_LARGE', message: `The answer of ${nameTarget(target)} is larger than the permission allows.` });

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(given) {
        controller = given;
        // A request cancelled while it waited for a socket must not leave; nor may undici write one a second time.
        if (settled) return given.abort(new Error('given up'));
        const refused = left ? null : (request.refused?.() ?? null);
        if (refused !== null) return giveUp(refused);
        if (left) return giveUp(describeFailure(new Error('written before'), target, true));
        left = true;
        request.onLeft();
      },
      onResponseStart(_controller, statusCode, headers) {
        if (settled || statusCode < 200) return;
        status = statusCode;
        answerHeaders = headers;
        const hasBody = request.method !== 'HEAD' && statusCode !== 304;
        if (hasBody && Number(headers['content-length'] ?? 0) > request.maxWireBytes) tooLarge();
      },
      onResponseData(_controller, chunk) {
        if (settled) return;
        size += chunk.length;
        if (size > request.maxWireBytes) return tooLarge();
        chunks.push(chunk);
        const plain = status < 300 && answerHeaders['content-encoding'] === undefined;
        if (!plain || request.onData?.(chunk) !== true) return;
        complete();
        controller?.abort(new Error('enough'));
      },
      onResponseEnd: () => complete(),
      onResponseError(_controller, error) {
        settle({ ok: false, fault: describeFailure(error, target, left) });
      },
    };

    cancellation.listen(giveUp);
    if (cancellation.fault !== null) return giveUp(cancellation.fault);
    pool.dispatch(
      {
        path: target.path,
        method: request.method,
        headers: request.headers as unknown as Iterable<[string, string]>,
        body: request.body ?? null,
      },
      handler,
    );
  });

/**
 * What the simulated providers share: a real HTTP server on loopback that records every call and
 * misbehaves on request. Not modelled: TLS, HTTP/2, connection limits.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordedCall {
  /** Milliseconds of the monotonic clock. */
  at: number;
  http_method: string;
  /** Path and query as received. */
  path: string;
  /** The provider's name of the operation: `sendMessage`, `Messages.json`. */
  method: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** The body as it came. */
  bytes: Buffer;
}

/** One answer out of the ordinary, used up by one call. */
export type Behaviour =
  /** Refuses for a while. `retry_after` in seconds; without it no delay is given. */
  | { kind: 'rate_limited'; retry_after?: number }
  /** An error page of a proxy in front of the provider, in HTML. */
  | { kind: 'html'; status: number }
  /** The account's token does not count any more. */
  | { kind: 'unauthorized' }
  /** This recipient refuses us. */
  | { kind: 'blocked' }
  /** Takes the request and never answers. `effective`: it was carried out all the same. */
  | { kind: 'no_answer'; effective?: boolean }
  /** Breaks the connection after the request was read. */
  | { kind: 'reset'; effective?: boolean }
  /** Carries the request out, sends half of the answer, the rest after `ms`. */
  | { kind: 'slow_body'; ms: number }
  /** Carries the request out and answers 200 with something that is no JSON. */
  | { kind: 'invalid_json' }
  /** Exactly this. */
  | { kind: 'answer'; status: number; body: unknown; headers?: Record<string, string> };

export interface Reply {
  status: number;
  body: string | Buffer;
  headers?: Record<string, string>;
}

export const jsonReply = (status: number, body: unknown, headers: Record<string, string> = {}): Reply => ({
  status,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
});

export interface Script {
  /** Queues behaviours for the next calls of `method`, in order; `*` is any method. */
  next(method: string, ...behaviours: Behaviour[]): void;
  clear(): void;
}

export interface Provider {
  url: string;
  calls: RecordedCall[];
  script: Script;
  /** Ends open connections too, so that a call left without an answer does not hold it up. */
  close(): Promise<void>;
}

export interface ProviderRules {
  operationOf(path: string, http_method: string): string;
  /** What the provider does and answers when nothing is scripted. */
  carryOut(call: RecordedCall): Reply;
  /** How this provider words a scripted refusal. */
  refuse(behaviour: Extract<Behaviour, { kind: 'rate_limited' | 'unauthorized' | 'blocked' }>): Reply;
}

const createScript = () => {
  const queues = new Map<string, Behaviour[]>();
  const key = (method: string) => method.toLowerCase();
  const script: Script = {
    next: (method, ...behaviours) => queues.set(key(method), [...(queues.get(key(method)) ?? []), ...behaviours]),
    clear: () => queues.clear(),
  };
  const take = (method: string): Behaviour | undefined => queues.get(key(method))?.shift() ?? queues.get('*')?.shift();
  return { script, take };
};

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const write = (response: ServerResponse, { status, body, headers }: Reply) => response.writeHead(status, headers).end(body);

const writeSlowly = (response: ServerResponse, { status, body, headers }: Reply, ms: number) => {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)));
  setTimeout(() => response.end(bytes.subarray(Math.floor(bytes.length / 2))), ms).unref();
};

const misbehave = (behaviour: Behaviour, call: RecordedCall, response: ServerResponse, rules: ProviderRules) => {
  switch (behaviour.kind) {
    case 'html':
      return write(response, {
        status: behaviour.status,
        body: `<html><body><h1>${behaviour.status}</h1></body></html>`,
        headers: { 'content-type': 'text/html' },
      });
    case 'no_answer':
      if (behaviour.effective) rules.carryOut(call);
      return;
    case 'reset':
      if (behaviour.effective) rules.carryOut(call);
      return response.socket?.resetAndDestroy();
    case 'slow_body':
      return writeSlowly(response, rules.carryOut(call), behaviour.ms);
    case 'invalid_json':
      rules.carryOut(call);
      return write(response, { status: 200, body: '{"ok":tru', headers: { 'content-type': 'application/json' } });
    case 'answer':
      return write(response, jsonReply(behaviour.status, behaviour.body, behaviour.headers));
    default:
      return write(response, rules.refuse(behaviour));
  }
};

const listen = (server: Server): Promise<void> => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

export const startProvider = async (rules: ProviderRules): Promise<Provider> => {
  const calls: RecordedCall[] = [];
  const { script, take } = createScript();
  const server = createServer(async (request, response) => {
    const at = performance.now();
    const path = request.url ?? '/';
    const http_method = request.method ?? 'GET';
    const method = rules.operationOf(path, http_method);
    const bytes = await readBody(request);
    const call = { at, http_method, path, method, headers: request.headers, body: bytes.toString('utf8'), bytes };
    calls.push(call);
    const behaviour = take(method);
    if (behaviour === undefined) write(response, rules.carryOut(call));
    else misbehave(behaviour, call, response, rules);
  });
  await listen(server);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    script,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

export interface Delivered {
  status: number;
  content_type: string;
  body: string;
}

/** Posts a webhook as a provider does: no redirects followed, the whole answer read. */
export const post = async (url: string, headers: Record<string, string>, body: string): Promise<Delivered> => {
  const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual' });
  return { status: response.status, content_type: response.headers.get('content-type') ?? '', body: await response.text() };
};

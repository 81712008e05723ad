/** An agent of somebody's own on loopback: keeps what it was asked and answers as the test says. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AgentCall {
  headers: IncomingHttpHeaders;
  body: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into every part of the payload
  json: any;
  text: string;
  /** Milliseconds of the monotonic clock. */
  at: number;
  /** Whether the host hung up before it had an answer. */
  aborted: boolean;
}

export interface AgentReply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface AgentServer {
  url: string;
  calls: AgentCall[];
  /** Calls about messages with this text. */
  about(text: string): AgentCall[];
  /** Decides every answer; the default says `re: <text>`. A promise that stays open is a slow agent. */
  answer(decide: (call: AgentCall) => AgentReply | Promise<AgentReply>): void;
  close(): Promise<void>;
}

const write = (response: ServerResponse, { status, body, headers }: AgentReply): void => {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
};

const echo = ({ text }: AgentCall): AgentReply => ({ status: 200, body: { text: `re: ${text}` } });

export const startAgentServer = async (): Promise<AgentServer> => {
  const calls: AgentCall[] = [];
  let decide: (call: AgentCall) => AgentReply | Promise<AgentReply> = echo;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const json = JSON.parse(body);
    const call: AgentCall = { headers: request.headers, body, json, text: json.message.text ?? '', at: performance.now(), aborted: false };
    calls.push(call);
    response.on('close', () => {
      call.aborted = !response.writableEnded;
    });
    const reply = await decide(call);
    if (!response.destroyed) write(response, reply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/agent`,
    calls,
    about: (text) => calls.filter((call) => call.text === text),
    answer(next) {
      decide = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** The receiver's side of Standard Webhooks 1.0.0, written apart from the code that signs. */
export const isSignedBy = (secret: string, { headers, body }: AgentCall): boolean => {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const expected = createHmac('sha256', key).update(content).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .some((part) => {
      const given = Buffer.from(part.replace(/^v1,/, ''), 'base64');
      return part.startsWith('v1,') && given.length === expected.length && timingSafeEqual(given, expected);
    });
};

/** A promise that the test settles. */
export const gate = (): { opened: Promise<void>; open(): void } => {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
};

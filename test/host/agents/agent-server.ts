/** A real agent on the loopback address that answers as it is told and keeps what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

export type Answer = { status?: number; body?: string; headers?: Record<string, string> } | 'never' | 'reset';

export interface AgentServer {
  url: string;
  asked: Asked[];
  /** What the next calls are answered; the last one stays. */
  answers: Answer[];
  close(): Promise<void>;
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

const give = (answer: Answer, response: ServerResponse): void => {
  if (answer === 'never') return;
  if (answer === 'reset') return void response.socket?.destroy();
  response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers }).end(answer.body ?? '');
};

export const startAgentServer = async (...answers: Answer[]): Promise<AgentServer> => {
  const made: AgentServer = { url: '', asked: [], answers, close: async () => undefined };
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      made.asked.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers as Record<string, string>, body });
      give((made.answers.length > 1 ? made.answers.shift() : made.answers[0]) ?? 'never', response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  made.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/agent`;
  made.close = async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return made;
};

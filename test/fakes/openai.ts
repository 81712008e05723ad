/**
 * A simulated server of chat completions: it streams what the provider's own streams (platform.openai.com/docs, "Chat
 * completion chunk"), refuses what the provider refuses, and misbehaves on request.
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SentMessage {
  role: string;
  content: string | null;
  tool_calls?: { id: string; type: string; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
}

export interface CompletionCall {
  path: string;
  headers: IncomingHttpHeaders;
  json: {
    model: string;
    messages: SentMessage[];
    stream?: boolean;
    tools?: { type: string; function: { name: string } }[];
    tool_choice?: string;
  };
  /** Whether the client hung up before the answer had ended. */
  aborted: boolean;
}

export interface CalledTool {
  id?: string;
  name: string;
  arguments: string;
}

export type Scripted =
  | { say: string; finish_reason?: string; usage?: { prompt_tokens: number; completion_tokens: number } }
  | { call: CalledTool[]; say?: string }
  /** A refusal before the stream. */
  | { status: number; body?: unknown; headers?: Record<string, string> }
  /** These bytes, and then its end, a broken connection, or nothing more. `forever` repeats the last piece. */
  | { raw: (string | Buffer)[]; ends?: 'end' | 'reset' | 'open' | 'forever'; content_type?: string; headers?: Record<string, string> }
  | 'never';

export interface FakeOpenAi {
  /** The base: `…/v1`. */
  url: string;
  calls: CompletionCall[];
  /** What the next calls are answered; without it `re: <what was said last>`. */
  script(...answers: Scripted[]): void;
  close(): Promise<void>;
}

export const API_KEY = 'sk-test-of-nobody-0123456789';

const chunk = (delta: object, finish_reason: string | null = null): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_767_225_600,
    model: 'a-model',
    service_tier: 'default',
    system_fingerprint: 'fp_1',
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  })}\n\n`;

const usageChunk = ({ prompt_tokens, completion_tokens }: { prompt_tokens: number; completion_tokens: number }): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_767_225_600,
    model: 'a-model',
    choices: [],
    usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
  })}\n\n`;

const DONE = 'data: [DONE]\n\n';
const USAGE = { prompt_tokens: 11, completion_tokens: 7 };

/** Text comes in pieces of a few characters, which do not end where words do. */
const textChunks = (text: string): string[] => [...(text.match(/.{1,3}/gsu) ?? [])].map((content) => chunk({ content }));

/** The first piece of a call has its id and name, the others parts of its arguments; several calls follow each other. */
const callChunks = (calls: readonly CalledTool[]): string[] =>
  calls.flatMap(({ id, name, arguments: given }, index) => [
    chunk({ tool_calls: [{ index, id: id ?? `call_${index}`, type: 'function', function: { name, arguments: '' } }] }),
    ...(given.match(/.{1,5}/gsu) ?? []).map((piece) => chunk({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ]);

const opening = chunk({ role: 'assistant', content: '', refusal: null });
export const streamOf = (answer: Extract<Scripted, { say: string } | { call: CalledTool[] }>): string[] => {
  if ('call' in answer)
    return [opening, ...textChunks(answer.say ?? ''), ...callChunks(answer.call), chunk({}, 'tool_calls'), usageChunk(USAGE), DONE];
  const { say, finish_reason = 'stop', usage = USAGE } = answer;
  return [opening, ...textChunks(say), chunk({}, finish_reason), usageChunk(usage), DONE];
};

/** What the provider refuses with 400. */
const problemOf = ({ model, messages }: CompletionCall['json']): string | null => {
  if (typeof model !== 'string' || model === '') return 'you must provide a model parameter';
  if (!Array.isArray(messages) || messages.length === 0) return "[] is too short - 'messages'";
  let open = new Set<string>();
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') {
      if (!open.delete(message.tool_call_id ?? '')) return `messages[${index}]: a tool message must follow its tool_calls`;
    } else if (open.size > 0) return "An assistant message with 'tool_calls' must be followed by tool messages";
    if (!['system', 'user', 'assistant', 'tool'].includes(message.role)) return `messages[${index}].role is not known`;
    if (typeof message.content !== 'string' && !message.tool_calls) return `messages[${index}].content is missing`;
    if (message.tool_calls) open = new Set(message.tool_calls.map(({ id }) => id));
  }
  return open.size > 0 ? "An assistant message with 'tool_calls' must be followed by tool messages" : null;
};

const refuse = (response: ServerResponse, status: number, message: string, headers: Record<string, string> = {}): void =>
  void response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code: null } }));

const writable = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });

const write = async (response: ServerResponse, pieces: readonly (string | Buffer)[]): Promise<void> => {
  for (const piece of pieces) {
    if (response.destroyed) return;
    if (!response.write(piece)) await writable(response);
    // Each piece is a packet of its own for the reader.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
};

const carryOut = async (response: ServerResponse, answer: Scripted): Promise<void> => {
  if (answer === 'never') return;
  if ('status' in answer) {
    if (typeof answer.body === 'string' || answer.body === undefined)
      return refuse(response, answer.status, answer.body ?? 'no', answer.headers);
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers }).end(JSON.stringify(answer.body));
    return;
  }
  if (!('raw' in answer)) {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    await write(response, streamOf(answer));
    return void response.end();
  }
  response.writeHead(200, { 'content-type': answer.content_type ?? 'text/event-stream; charset=utf-8', ...answer.headers });
  await write(response, answer.raw);
  if (answer.ends === 'reset') return void response.socket?.destroy();
  const last = answer.raw.at(-1) as string | Buffer;
  while (answer.ends === 'forever' && !response.destroyed) await write(response, [last]);
  if ((answer.ends ?? 'end') === 'end') response.end();
};

export const startFakeOpenAi = async (): Promise<FakeOpenAi> => {
  const calls: CompletionCall[] = [];
  const scripted: Scripted[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const each of request) chunks.push(each as Buffer);
    const call: CompletionCall = {
      path: request.url ?? '',
      headers: request.headers,
      json: JSON.parse(Buffer.concat(chunks).toString('utf8')),
      aborted: false,
    };
    calls.push(call);
    response.on('close', () => {
      call.aborted = !response.writableEnded;
    });
    const problem = problemOf(call.json);
    if (call.path !== '/v1/chat/completions') return refuse(response, 404, `Invalid URL (POST ${call.path})`);
    if (problem !== null) return refuse(response, 400, problem);
    const said = call.json.messages.findLast(({ role }) => role === 'user')?.content ?? '';
    await carryOut(response, scripted.shift() ?? { say: `re: ${said}` });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls,
    script: (...answers) => void scripted.push(...answers),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/**
 * Any OpenAI-compatible API: `POST <AGENT_URL>/chat/completions`, streamed. A run is a few requests: as long as the model
 * calls tools, it is told their results and asked again. What a run has done is kept from one attempt to the next, so
 * that a request that is repeated repeats no call.
 */
import type { InboundMessage } from '../../../schemas/message.ts';
import type { Egress, EgressResult } from '../../egress/egress.ts';
import type { Clock } from '../../lib/clock.ts';
import { type Agent, type AgentOutcome, type AgentRequest, textReply } from '../agent.ts';
import { faultOf, refusedWith } from '../faults.ts';
import { type Broken, type Completion, createCompletion, type Usage } from './completion.ts';
import { type ChatMessage, promptOf, saidBy, type Turn } from './prompt.ts';
import { createEventReader } from './sse.ts';
import { carryOut, MOST_TOOL_CALLS } from './tool-calls.ts';
import { type AgentTools, TOOLS_RULE } from './tools.ts';

export interface OpenAiOptions {
  /** The base, such as `https://api.openai.com/v1`, or the address of the completions itself. */
  url: string;
  api_key: string | null;
  model: string;
  system_prompt: string | null;
  timeout_ms: number;
}

export interface OpenAiDeps {
  egress: Egress;
  clock: Clock;
  /** What was said in the session before this message, oldest first. */
  history(message: InboundMessage, said: (message: InboundMessage) => string): Promise<readonly Turn[]>;
  tools?: AgentTools | undefined;
  on_usage?: ((usage: Usage) => void) | undefined;
}

type Failure = Extract<AgentOutcome, { ok: false }>;

/** A run as far as it has come. */
interface Run {
  messages: ChatMessage[];
  calls: number;
}

/** A token is a chunk of about 250 bytes. */
const MOST_BYTES = 32 * 1024 * 1024;
const SAID_CHARACTERS = 300;

const endpointOf = (url: string): string => {
  const base = url.replace(/\/+$/, '');
  return base.endsWith('/chat/completions') ? base : `${base}/chat/completions`;
};

const badAnswer = (message: string, retryable = false): Failure => ({ ok: false, code: 'AGENT_BAD_ANSWER', message, retryable });

const brokenOff = ({ message, status }: Broken): Failure =>
  status === null
    ? badAnswer(`the agent's answer cannot be read: ${message}`)
    : { ok: false, code: 'AGENT_REFUSED', message: `the agent broke off: ${message}`, retryable: status === 429 || status >= 500 };

/** The provider's own words about a refusal. */
const wordsOf = (body: Buffer): string => {
  try {
    const { error } = JSON.parse(body.toString('utf8')) as { error?: { message?: unknown } | string };
    const message = typeof error === 'string' ? error : error?.message;
    return typeof message === 'string' ? message.slice(0, SAID_CHARACTERS) : '';
  } catch {
    return '';
  }
};

/** Reads the stream as it comes; `take` says when nothing more is needed. */
const createReading = () => {
  const completion = createCompletion();
  let done = false;
  let read = 0;
  const events = createEventReader((data) => {
    if (done) return;
    if (data === '[DONE]') done = true;
    else completion.addJson(data);
  });
  const take = (chunk: Buffer): boolean => {
    read += chunk.length;
    if (!events.push(chunk)) completion.fail('it is no stream of events');
    return done || completion.broken() !== null;
  };
  return {
    take,
    /** The whole of it, once the answer has ended. */
    end({ headers, body }: Extract<EgressResult, { ok: true }>): Completion | Failure {
      const streamed = !/^application\/json\b/i.test(headers['content-type'] ?? '');
      // An encoded answer was not seen as it came.
      if (streamed && read === 0) take(body);
      if (streamed) events.end();
      else completion.addJson(body.toString('utf8'));
      const broken = completion.broken();
      if (broken !== null) return brokenOff(broken);
      const made = completion.made();
      if (!done && made.finish_reason === null) return badAnswer('the stream ended before the answer did', true);
      return made;
    },
  };
};

export const createOpenAiAgent = (deps: OpenAiDeps, options: OpenAiOptions): Agent => {
  const { egress, tools } = deps;
  const url = endpointOf(options.url);
  const runs = new WeakMap<InboundMessage, Run>();
  const hidden = (text: string): string => (options.api_key === null ? text : text.replaceAll(options.api_key, '…'));
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'text/event-stream',
    ...(options.api_key === null ? {} : { authorization: `Bearer ${options.api_key}` }),
  };

  const begin = async (message: InboundMessage): Promise<Run> => {
    const known = runs.get(message);
    if (known) return known;
    const rules = [options.system_prompt, tools && tools.list().length > 0 ? TOOLS_RULE : null].filter((rule) => rule != null);
    const system = rules.length > 0 ? rules.join('\n\n') : null;
    const run = { messages: promptOf(system, await deps.history(message, saidBy), saidBy(message)), calls: 0 };
    runs.set(message, run);
    return run;
  };

  const bodyOf = ({ messages, calls }: Run): string => {
    const offered = tools?.list() ?? [];
    const described = offered.map((tool) => ({ type: 'function', function: tool }));
    return JSON.stringify({
      model: options.model,
      messages,
      stream: true,
      stream_options: { include_usage: true },
      ...(offered.length === 0 ? {} : { tools: described, ...(calls < MOST_TOOL_CALLS ? {} : { tool_choice: 'none' }) }),
    });
  };

  const ask = async (run: Run, signal: AbortSignal): Promise<Completion | Failure> => {
    const reading = createReading();
    const result = await egress.request({
      url,
      method: 'POST',
      headers,
      body: bodyOf(run),
      timeout_ms: options.timeout_ms,
      max_response_bytes: MOST_BYTES,
      redirect_origins: [new URL(url).origin],
      on_data: reading.take,
      signal,
    });
    if (!result.ok) return faultOf(result);
    if (result.status < 200 || result.status > 299) return refusedWith(result, deps.clock.now(), hidden(wordsOf(result.body)));
    const made = reading.end(result);
    if (!('ok' in made) && made.usage !== null) deps.on_usage?.(made.usage);
    return made;
  };

  const answer = async ({ message, session, channel }: AgentRequest, signal: AbortSignal): Promise<AgentOutcome> => {
    const run = await begin(message);
    for (;;) {
      const made = await ask(run, signal);
      // The next attempt goes on from here: what the run has done stands in it.
      if ('ok' in made) return made;
      if (made.tool_calls.length === 0 || !tools) {
        if (made.text.trim() === '' && made.finish_reason === 'content_filter')
          return badAnswer("the provider's filter held the answer back");
        return { ok: true, replies: made.text.trim() === '' ? [] : [textReply(made.text)] };
      }
      if (run.calls >= MOST_TOOL_CALLS && made.text.trim() === '') return badAnswer('the agent calls tools without an end');
      if (run.calls >= MOST_TOOL_CALLS) return { ok: true, replies: [textReply(made.text)] };
      const { conversation_key, user_key } = message;
      const caller = { session_id: session.id, channel_id: channel.id, conversation_key, user_key, message_id: message.id };
      const done = await carryOut({ tools, caller, signal }, made, run);
      if (done !== null) return { ok: true, replies: [textReply(done)] };
    }
  };

  return {
    name: 'openai',
    timeout_ms: options.timeout_ms,
    call: (request, signal) =>
      answer(request, signal).catch((error: unknown) => badAnswer(`the agent failed inside the host: ${(error as Error).message}`)),
    close: () => egress.close(),
  };
};

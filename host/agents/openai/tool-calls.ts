/** The calls that one answer of a model asks for: carried out in order, each answered, and bounded over the run. */
import type { Completion, ToolCall } from './completion.ts';
import type { ChatMessage } from './prompt.ts';
import { type AgentTools, parseArguments, shownResult, type ToolCaller, type ToolResult } from './tools.ts';

/** In one run. */
export const MOST_TOOL_CALLS = 8;

export interface CallsDeps {
  tools: AgentTools;
  caller: ToolCaller;
  signal: AbortSignal;
}

const told = (text: string): ToolResult => ({ kind: 'result', text, source: null });

const STOPPED = told('error: the run was stopped before there was a result');

/** A tool that does not listen must not hold up the conversation. */
const orStopped = (work: Promise<ToolResult>, signal: AbortSignal): Promise<ToolResult> =>
  new Promise((resolve) => {
    const stop = (): void => resolve(STOPPED);
    signal.addEventListener('abort', stop);
    void work.then((result) => {
      signal.removeEventListener('abort', stop);
      resolve(result);
    });
  });

const carryOutOne = async ({ tools, caller, signal }: CallsDeps, { name, arguments: given }: ToolCall): Promise<ToolResult> => {
  if (!tools.list().some((tool) => tool.name === name)) return told(`error: there is no tool ${JSON.stringify(name.slice(0, 64))}`);
  const args = parseArguments(given);
  if (args === null) return told('error: the arguments are not the JSON of an object');
  if (signal.aborted) return STOPPED;
  const calling = Promise.resolve().then(() => tools.call(name, args, caller, signal));
  return orStopped(
    calling.catch((error: unknown) => told(`error: ${(error as Error).message}`)),
    signal,
  );
};

const wordsFor = (text: string, code: string): string =>
  [text.trim(), `This needs a person's approval: ${code}`].filter((part) => part !== '').join('\n\n');

/**
 * Adds the answer and the results to the run, after each call, so that none is repeated. Returns what to say when the
 * run ends here, because a call waits for a person's consent: it never waits for that itself.
 */
export const carryOut = async (
  deps: CallsDeps,
  { text, tool_calls }: Completion,
  run: { messages: ChatMessage[]; calls: number },
): Promise<string | null> => {
  const calls = tool_calls.map((call, index) => ({ ...call, id: call.id || `call_${run.calls + index}` }));
  run.messages.push({
    role: 'assistant',
    content: text === '' ? null : text,
    // Some servers read the arguments of former calls again: what is no JSON would end the run there.
    tool_calls: calls.map(({ id, name, arguments: given }) => ({
      id,
      type: 'function',
      function: { name, arguments: parseArguments(given) === null ? '{}' : given },
    })),
  });
  const results = calls.map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: 'error: it was not called' }));
  run.messages.push(...results);
  for (const [index, call] of calls.entries()) {
    const shown = results[index] as (typeof results)[number];
    if (run.calls >= MOST_TOOL_CALLS) {
      shown.content = `error: no more than ${MOST_TOOL_CALLS} calls in one turn`;
      continue;
    }
    run.calls++;
    const result = await carryOutOne(deps, call);
    if (result.kind === 'requires_approval') return wordsFor(text, result.code);
    shown.content = shownResult(result);
  }
  return null;
};

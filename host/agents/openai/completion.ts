/** The chunks of a streamed chat completion, put together: text, calls of tools, how it ended, what it cost. */

export interface ToolCall {
  id: string;
  name: string;
  /** As the model wrote them: JSON, or what it took for it. */
  arguments: string;
}

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
}

export interface Completion {
  text: string;
  tool_calls: ToolCall[];
  finish_reason: string | null;
  usage: Usage | null;
}

/** What cannot be a completion; `status` when the provider named one in the middle of its stream. */
export interface Broken {
  message: string;
  status: number | null;
}

/** Of text, and of the arguments of all calls together. */
const MOST_CHARACTERS = 100_000;
const MOST_CALLS = 64;

type Fields = Record<string, unknown>;
const asFields = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
const asText = (value: unknown): string => (typeof value === 'string' ? value : '');
const asCount = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0);

export const createCompletion = () => {
  const made: Completion = { text: '', tool_calls: [], finish_reason: null, usage: null };
  let broken: Broken | null = null;
  let argument_characters = 0;

  const fail = (message: string, status: number | null = null): void => {
    broken ??= { message, status };
  };

  /** Some providers give no index: each such call is whole then. */
  const callAt = (index: unknown): ToolCall | null => {
    const at = typeof index === 'number' ? index : made.tool_calls.length;
    if (!Number.isInteger(at) || at < 0 || at > made.tool_calls.length || at >= MOST_CALLS) return null;
    return (made.tool_calls[at] ??= { id: '', name: '', arguments: '' });
  };

  const addCall = (value: unknown): void => {
    const given = asFields(value);
    const call = given && callAt(given.index);
    if (!given || !call) {
      fail('a call of a tool has no place');
      return;
    }
    const named = asFields(given.function);
    call.id ||= asText(given.id);
    call.name ||= asText(named?.name);
    const more = asText(named?.arguments);
    argument_characters += more.length;
    if (argument_characters > MOST_CHARACTERS) fail('the arguments of its calls are too long');
    else call.arguments += more;
  };

  const addMessage = (message: Fields): void => {
    made.text += asText(message.content) || asText(message.refusal);
    if (made.text.length > MOST_CHARACTERS) fail(`the answer has more than ${MOST_CHARACTERS} characters`);
    if (Array.isArray(message.tool_calls)) for (const call of message.tool_calls) addCall(call);
  };

  const addChunk = (chunk: Fields): void => {
    const usage = asFields(chunk.usage);
    if (usage) made.usage = { prompt_tokens: asCount(usage.prompt_tokens), completion_tokens: asCount(usage.completion_tokens) };
    const choice = Array.isArray(chunk.choices) ? asFields(chunk.choices[0]) : null;
    const message = choice && (asFields(choice.delta) ?? asFields(choice.message));
    if (message) addMessage(message);
    if (typeof choice?.finish_reason === 'string') made.finish_reason = choice.finish_reason;
  };

  /** A chunk of the stream, or a whole completion of a server that does not stream. */
  const add = (value: unknown): void => {
    const chunk = asFields(value);
    const error = asFields(chunk?.error);
    if (!chunk) fail('a chunk is no object');
    else if (error) fail(asText(error.message).slice(0, 300) || 'an error without words', asCount(error.code) || null);
    else addChunk(chunk);
  };

  return {
    add,
    addJson(text: string): void {
      try {
        add(JSON.parse(text));
      } catch {
        fail('a chunk is no JSON');
      }
    },
    fail,
    broken: (): Broken | null => broken,
    made: (): Completion => made,
  };
};

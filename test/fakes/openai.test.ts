/** The provider's own client reads what the simulated provider streams: what holds here holds there. */
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { API_KEY, type FakeOpenAi, startFakeOpenAi } from './openai.ts';

let provider: FakeOpenAi;
let client: OpenAI;
beforeAll(async () => {
  provider = await startFakeOpenAi();
  client = new OpenAI({ apiKey: API_KEY, baseURL: provider.url, maxRetries: 0 });
});
afterAll(() => provider.close());

const user = (content: string) => ({ role: 'user' as const, content });
const TOOLS = ['a__read', 'b__write'].map((name) => ({ type: 'function' as const, function: { name, parameters: { type: 'object' } } }));

it('a text comes in chunks that add up to it, with what it cost at the end', async () => {
  provider.script({ say: 'Grüße, 世界 🌍!', usage: { prompt_tokens: 3, completion_tokens: 9 } });
  const stream = client.chat.completions.stream({
    model: 'a-model',
    messages: [{ role: 'system', content: 'Be kind.' }, user('hello')],
    stream_options: { include_usage: true },
  });
  const deltas: string[] = [];
  stream.on('content', (delta) => void deltas.push(delta));
  const completion = await stream.finalChatCompletion();
  expect(deltas.length).toBeGreaterThan(3);
  expect(completion.choices[0]).toMatchObject({ finish_reason: 'stop', message: { role: 'assistant', content: 'Grüße, 世界 🌍!' } });
  expect(completion.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 9, total_tokens: 12 });
  expect(provider.calls.at(-1)?.headers.authorization).toBe(`Bearer ${API_KEY}`);
});

it('calls of tools come in pieces that add up to their names and arguments, and their results are taken', async () => {
  const call = [
    { name: 'a__read', arguments: '{"url":"https://a.example/?q=1&r=\\"x\\""}' },
    { name: 'b__write', arguments: '{"text":"line\\nline"}' },
  ];
  provider.script({ call, say: 'One moment.' });
  const first = await client.chat.completions.stream({ model: 'a-model', messages: [user('go')], tools: TOOLS }).finalChatCompletion();
  const message = first.choices[0]?.message;
  expect(first.choices[0]?.finish_reason).toBe('tool_calls');
  expect(message?.content).toBe('One moment.');
  const called = (message?.tool_calls ?? []).map((each) => (each.type === 'function' ? each.function : null));
  expect(called.map((each) => ({ name: each?.name, arguments: each?.arguments }))).toEqual(call);
  const results = (message?.tool_calls ?? []).map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: 'fine' }));
  provider.script({ say: 'Done.' });
  const messages = [user('go'), message as NonNullable<typeof message>, ...results];
  const second = await client.chat.completions.stream({ model: 'a-model', messages, tools: TOOLS }).finalChatCompletion();
  expect(second.choices[0]?.message.content).toBe('Done.');
});

it('refuses what the provider refuses, in its form', async () => {
  const refused = (messages: OpenAI.ChatCompletionMessageParam[]) =>
    client.chat.completions.create({ model: 'a-model', messages }).catch((error: unknown) => error);
  const unanswered = { id: 'call_1', type: 'function' as const, function: { name: 'a__read', arguments: '{}' } };
  for (const messages of [[], [user('x'), { role: 'assistant' as const, content: null, tool_calls: [unanswered] }]]) {
    const error = await refused(messages);
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error' });
  }
  provider.script({ status: 429, headers: { 'retry-after': '7' } });
  const limited = await refused([user('x')]);
  expect(limited).toBeInstanceOf(OpenAI.RateLimitError);
  expect((limited as InstanceType<typeof OpenAI.RateLimitError>).headers.get('retry-after')).toBe('7');
});

/** The agent `openai` on the built host: a conversation over restarts, beside commands, failures, stops and modes. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { API_KEY, type FakeOpenAi, startFakeOpenAi } from '../fakes/openai.ts';
import { ADMIN_TOKEN, adminApi, deliveriesIn, inboundThat } from '../support/admin-api.ts';
import { agentos, type RunningHost, startHost } from '../support/home.ts';
import { textsTo } from '../support/telegram-chats.ts';
import { makeTelegramHome, SECRET, type TelegramHome, textUpdate } from '../support/telegram-home.ts';
import { until } from '../support/until.ts';

let room: TelegramHome;
let provider: FakeOpenAi;
let host: RunningHost;
let update_id = 0;

const env = () => ({
  ...room.env,
  AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN,
  AGENT_BACKEND: 'openai',
  AGENT_URL: provider.url,
  AGENT_API_KEY: API_KEY,
  AGENT_MODEL: 'a-model',
  AGENT_SYSTEM_PROMPT: 'You are kind.',
});
const start = () => startHost(room.home, { env: env(), running: ['telegram'] });

beforeAll(async () => {
  provider = await startFakeOpenAi();
  room = await makeTelegramHome({ channels: { telegram: { error_reply: 'I am not well.' } } });
  host = await start();
});
afterAll(async () => {
  await host.stop();
  await Promise.all([provider.close(), room.telegram.close()]);
  room.home.remove();
});
beforeEach(() => {
  provider.calls.length = 0;
});

const say = async (chat: number, text: string): Promise<void> => {
  const { status } = await room.telegram.deliver(room.webhook(host), textUpdate(++update_id, text, chat), { secret: SECRET });
  expect(status).toBe(200);
};
const answers = (chat: number, texts: readonly string[]) =>
  until(
    () => textsTo(room.telegram, chat),
    (all) => JSON.stringify(all) === JSON.stringify(texts),
    `${texts.length} answers in ${chat}`,
  );
const asked = (index = provider.calls.length - 1) => provider.calls[index]?.json.messages.map(({ role, content }) => `${role}: ${content}`);

describe('a conversation', () => {
  it('is known to the model: what was said and answered, without commands, also after a restart, until a new session begins', async () => {
    await say(1, 'my name is Ada');
    await say(1, '/help');
    await say(1, 'who am I?');
    const helped = await until(
      () => textsTo(room.telegram, 1),
      (all) => all.length === 3,
      'three answers',
    );
    expect([helped[0], helped[2]]).toEqual(['re: my name is Ada', 're: who am I?']);
    expect(asked(0)).toEqual(['system: You are kind.', 'user: my name is Ada']);
    const known = ['system: You are kind.', 'user: my name is Ada', 'assistant: re: my name is Ada'];
    expect(asked(1)).toEqual([...known, 'user: who am I?']);
    await host.stop();
    host = await start();
    await say(1, 'still here?');
    await until(
      () => provider.calls.length,
      (count) => count === 3,
      'it is asked',
    );
    expect(asked()).toEqual([...known, 'user: who am I?', 'assistant: re: who am I?', 'user: still here?']);
    await say(1, '/new');
    await say(1, 'and now?');
    await until(
      () => provider.calls.length,
      (count) => count === 4,
      'it is asked',
    );
    expect(asked()).toEqual(['system: You are kind.', 'user: and now?']);
  });

  it('is nobody else’s: another person in the same minute has one of their own', async () => {
    await say(2, 'I am Bob');
    await answers(2, ['re: I am Bob']);
    expect(asked()).toEqual(['system: You are kind.', 'user: I am Bob']);
  });

  it('holds a long answer once, whatever the parts it was sent in', async () => {
    const long = Array.from({ length: 900 }, (_, index) => `w${index}`).join(' ');
    provider.script({ say: long });
    await say(3, 'tell me a lot');
    await until(
      () => textsTo(room.telegram, 3),
      (all) => all.length === 2,
      'two parts',
    );
    await say(3, 'thanks');
    await until(
      () => provider.calls.length,
      (count) => count === 2,
      'it is asked',
    );
    const answer = asked()?.find((line) => line.startsWith('assistant'));
    expect(answer?.replace(/\s+/g, ' ')).toBe(`assistant: ${long}`);
  });
});

it('a refusal is not repeated, the person is told what the channel says, and the failed message is no part of the conversation', async () => {
  provider.script({ status: 400, body: { error: { message: 'no such model' } } });
  await say(4, 'first');
  await answers(4, ['I am not well.']);
  const failed = await inboundThat(host, '4', ({ state }) => state === 'failed');
  expect(failed).toMatchObject({ reason: 'AGENT_REFUSED', attempts: 1, error: 'the agent answered 400: no such model' });
  await say(4, 'second');
  await answers(4, ['I am not well.', 're: second']);
  expect(asked()).toEqual(['system: You are kind.', 'user: second']);
});

it('a stream that is cut is asked for again, and answered once', async () => {
  provider.script({ raw: [': nothing yet\n\n'], ends: 'reset' });
  await say(5, 'hello');
  await answers(5, ['re: hello']);
  expect(provider.calls).toHaveLength(2);
});

it('/stop ends the call, and the next message is answered', async () => {
  provider.script('never');
  await say(6, 'think for long');
  await until(
    () => provider.calls.length,
    (count) => count === 1,
    'it is asked',
  );
  await say(6, '/stop');
  await until(
    () => provider.calls[0]?.aborted,
    (aborted) => aborted === true,
    'the call is ended',
  );
  expect(await inboundThat(host, '6', ({ state }) => state === 'failed')).toMatchObject({ reason: 'STOPPED' });
  await say(6, 'and now');
  await until(
    () => textsTo(room.telegram, 6),
    (all) => all.at(-1) === 're: and now',
    'the answer',
  );
});

it('in off nobody is asked; in readonly the model is, and the answer is held', async () => {
  const api = adminApi(host);
  const mode = (to: string) => api.post('/api/network-mode', { mode: to, reason: 'a test' });
  await mode('off');
  await say(7, 'one');
  await inboundThat(host, '7', ({ state }) => state === 'received');
  expect(provider.calls).toEqual([]);
  await mode('readonly');
  await deliveriesIn(host, '7', ['held']);
  expect(provider.calls).toHaveLength(1);
  await mode('on');
  await answers(7, ['re: one']);
});

it('what it cost is counted, and the key is nowhere to be seen', async () => {
  const { body } = await adminApi(host).get('/metrics');
  expect(body).toMatch(/communicationos_agent_tokens_total\{kind="prompt"\} [1-9]/);
  expect(body).toMatch(/communicationos_agent_tokens_total\{kind="completion"\} [1-9]/);
  expect(JSON.stringify(host.log) + (await adminApi(host).get('/api/config')).body).not.toContain(API_KEY);
});

it('without a model, or without a key for the provider’s own address, the host does not start and says what to set', async () => {
  const refused = async (settings: Record<string, string>) => {
    const { code, stderr } = await agentos(room.home, ['serve', '--port', '0'], { AGENT_BACKEND: 'openai', ...settings });
    return { code, stderr };
  };
  expect(await refused({ AGENT_URL: provider.url })).toMatchObject({ code: 1, stderr: expect.stringContaining('AGENT_MODEL') });
  expect(await refused({ AGENT_MODEL: 'a-model' })).toMatchObject({ code: 1, stderr: expect.stringContaining('AGENT_API_KEY') });
});

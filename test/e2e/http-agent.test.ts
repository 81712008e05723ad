/** An agent behind an address: what it is asked, what becomes of its answers, its silences and its faults. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, inboundThat } from '../support/admin-api.ts';
import { type AgentServer, gate, isSignedBy, startAgentServer } from '../support/agent-server.ts';
import { type RunningHost, startHost } from '../support/home.ts';
import { BOT, groupUpdate, saidTo, sentTo, textsTo } from '../support/telegram-chats.ts';
import { makeTelegramHome, SECRET, type TelegramHome, textUpdate } from '../support/telegram-home.ts';
import { until } from '../support/until.ts';

const AGENT_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

let room: TelegramHome;
let agent: AgentServer;
let host: RunningHost;
let update_id = 0;

const start = () =>
  startHost(room.home, {
    env: { ...room.env, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN, AGENT_BACKEND: 'http', AGENT_URL: agent.url, AGENT_SECRET },
    running: ['telegram'],
  });
beforeAll(async () => {
  agent = await startAgentServer();
  room = await makeTelegramHome({ channels: { telegram: { error_reply: 'Sorry, I cannot answer now.' } } });
  host = await start();
});
beforeEach(() => agent.answer(({ text }) => ({ status: 200, body: { text: `re: ${text}` } })));
afterAll(async () => {
  await host.stop();
  await agent.close();
  await room.telegram.close();
  room.home.remove();
});

const deliver = async (update: object): Promise<void> => {
  const { status } = await room.telegram.deliver(room.webhook(host), update, { secret: SECRET });
  expect(status).toBe(200);
};
const say = (chat: number, text: string) => deliver(textUpdate(++update_id, text, chat));
const asked = (text: string, times = 1) =>
  until(
    () => agent.about(text).length,
    (count) => count >= times,
    `the agent is asked ${times} times about "${text}"`,
  );

describe('what the agent is told', () => {
  it('is the message, its session and its channel, signed, with the message id as webhook-id', async () => {
    await deliver(groupUpdate(++update_id, `@${BOT} what time is it?`, { chat: -1, user: 500 }));
    await saidTo(room.telegram, -1, 1);
    const [call] = agent.about(`@${BOT} what time is it?`);
    const inbound = await inboundThat(host, '-1', () => true);
    expect(call?.json).toMatchObject({
      message: {
        id: inbound.id,
        message_id: `-1:${update_id}`,
        channel_id: 'telegram',
        type: 'text',
        text: `@${BOT} what time is it?`,
        user_key: '500',
        user_name: 'Grace',
        conversation_key: '-1',
        conversation_type: 'group',
        mentions_bot: true,
        attachments: [],
      },
      session: { id: inbound.session_id, created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
      channel: { id: 'telegram', name: 'Telegram' },
    });
    expect(call?.headers).toMatchObject({ 'webhook-id': inbound.id, 'content-type': 'application/json' });
    expect(Math.abs(Number(call?.headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(60);
    expect(isSignedBy(AGENT_SECRET, call as NonNullable<typeof call>)).toBe(true);
    expect(call?.body).not.toContain(SECRET);
  });

  it('is nothing of commands, of other bots, or of talk that is not addressed', async () => {
    const before = agent.calls.length;
    await say(2, '/help');
    await saidTo(room.telegram, 2, 1);
    await deliver(groupUpdate(++update_id, 'among ourselves', { chat: -2 }));
    await say(2, 'hello');
    await saidTo(room.telegram, 2, 2);
    expect(agent.calls.slice(before).map(({ text }) => text)).toEqual(['hello']);
  });
});

describe('what the agent answers', () => {
  it('may be several replies, with buttons, sent in order', async () => {
    const buttons = [[{ id: 'yes', label: 'Yes' }]];
    agent.answer(() => ({ status: 200, body: { replies: [{ text: 'first' }, { text: 'second', buttons }, { text: '  ' }] } }));
    await say(3, 'two things');
    expect(await saidTo(room.telegram, 3, 2)).toEqual(['first', 'second']);
    expect(sentTo(room.telegram, 3)[1]?.params.reply_markup).toEqual({ inline_keyboard: [[{ text: 'Yes', callback_data: 'yes' }]] });
  });

  it('may be nothing: 204, or no replies', async () => {
    agent.answer(({ text }) => (text === 'be silent' ? { status: 204 } : { status: 200, body: { replies: [] } }));
    await say(4, 'be silent');
    await say(4, 'this too');
    expect(await inboundThat(host, '4', ({ text, state }) => text === 'this too' && state === 'answered')).toBeDefined();
    expect(await inboundThat(host, '4', ({ text }) => text === 'be silent')).toMatchObject({ state: 'answered' });
    expect(textsTo(room.telegram, 4)).toEqual([]);
  });

  it('that has no right shape fails the message, without a second call', async () => {
    const answers = ['<html>', '{"replies":"no"}', '{"text":7}', '[]'];
    for (const [index, body] of answers.entries()) {
      agent.answer(() => ({ status: 200, body }));
      await say(50 + index, `shape ${index}`);
      expect(await saidTo(room.telegram, 50 + index, 1)).toEqual(['Sorry, I cannot answer now.']);
      expect(agent.about(`shape ${index}`)).toHaveLength(1);
      expect(await inboundThat(host, String(50 + index), () => true)).toMatchObject({ state: 'failed', reason: 'AGENT_BAD_ANSWER' });
    }
  });
});

describe('an agent in trouble', () => {
  it('5xx is asked again a second later under the same id, and the person is answered once', async () => {
    let first = true;
    agent.answer(({ text }) => {
      if (!first) return { status: 200, body: { text: `re: ${text}` } };
      first = false;
      return { status: 503, body: 'busy' };
    });
    await say(6, 'try again');
    expect(await saidTo(room.telegram, 6, 1)).toEqual(['re: try again']);
    const [one, two, ...others] = agent.about('try again');
    expect(others).toEqual([]);
    expect(two?.headers['webhook-id']).toBe(one?.headers['webhook-id']);
    expect((two?.at ?? 0) - (one?.at ?? 0)).toBeGreaterThanOrEqual(990);
    expect(isSignedBy(AGENT_SECRET, two as NonNullable<typeof two>)).toBe(true);
  });

  it("4xx is not asked again: the message is failed and the person reads the channel's error_reply", async () => {
    agent.answer(() => ({ status: 422, body: { error: 'no' } }));
    await say(7, 'impossible');
    expect(await saidTo(room.telegram, 7, 1)).toEqual(['Sorry, I cannot answer now.']);
    expect(agent.about('impossible')).toHaveLength(1);
    expect(await inboundThat(host, '7', () => true)).toMatchObject({
      state: 'failed',
      reason: 'AGENT_REFUSED',
      error: expect.stringContaining('422'),
      attempts: 1,
    });
    agent.answer(({ text }) => ({ status: 200, body: { text: `re: ${text}` } }));
    await say(7, 'possible');
    expect((await saidTo(room.telegram, 7, 2))[1]).toBe('re: possible');
  });

  it('a slow call holds its own conversation in order and nobody else', async () => {
    const { opened, open } = gate();
    agent.answer(async ({ text }) => {
      if (text === 'slow') await opened;
      return { status: 200, body: { text: `re: ${text}` } };
    });
    await say(8, 'slow');
    await asked('slow');
    await say(8, 'behind');
    for (let chat = 800; chat < 820; chat++) await say(chat, 'quick');
    for (let chat = 800; chat < 820; chat++) expect(await saidTo(room.telegram, chat, 1)).toEqual(['re: quick']);
    expect(textsTo(room.telegram, 8)).toEqual([]);
    expect(agent.about('behind')).toEqual([]);
    open();
    expect(await saidTo(room.telegram, 8, 2)).toEqual(['re: slow', 're: behind']);
  });

  it('/stop ends the running call at once, says so, and the conversation goes on', async () => {
    const { opened, open } = gate();
    agent.answer(async ({ text }) => {
      if (text === 'think long') await opened;
      return { status: 200, body: { text: `re: ${text}` } };
    });
    await say(9, 'think long');
    await asked('think long');
    await say(9, '/stop');
    expect(await saidTo(room.telegram, 9, 1)).toEqual(['Stopped.']);
    expect(agent.about('think long')).toMatchObject([{ aborted: true }]);
    expect(await inboundThat(host, '9', ({ text }) => text === 'think long')).toMatchObject({ state: 'failed', reason: 'STOPPED' });
    open();
    await say(9, 'and now?');
    expect(await saidTo(room.telegram, 9, 2)).toEqual(['Stopped.', 're: and now?']);
  });

  it("/stop of one person does not end another's call", async () => {
    const { opened, open } = gate();
    agent.answer(async ({ text }) => {
      await opened;
      return { status: 200, body: { text: `re: ${text}` } };
    });
    await say(10, 'mine');
    await asked('mine');
    await say(11, '/stop');
    await saidTo(room.telegram, 11, 1);
    expect(agent.about('mine')).toMatchObject([{ aborted: false }]);
    open();
    expect(await saidTo(room.telegram, 10, 1)).toEqual(['re: mine']);
  });
});

describe('/stop in a group, or written again', () => {
  const hold = () => {
    const { opened, open } = gate();
    agent.answer(async ({ text }) => {
      if (text.endsWith('think')) await opened;
      return { status: 200, body: { text: `re: ${text}` } };
    });
    return open;
  };
  const stopped = async (chat: number) => (await inboundThat(host, String(chat), ({ text }) => text?.endsWith('think') ?? false)).reason;

  it('ends nothing when it is not addressed to the bot, comes from another topic, or is an edit', async () => {
    const open = hold();
    const topic = (message_thread_id: number) => ({ is_topic_message: true, message_thread_id });
    await deliver(groupUpdate(++update_id, `@${BOT} think`, { chat: -20, message: topic(1) }));
    await asked(`@${BOT} think`);
    await deliver(groupUpdate(++update_id, '/stop', { chat: -20, user: 501, message: topic(1) }));
    await deliver(groupUpdate(++update_id, `/stop@${BOT}`, { chat: -20, user: 502, message: topic(2) }));
    const { message } = groupUpdate(update_id, `/stop@${BOT}`, { chat: -20, message: topic(1) });
    await deliver({ update_id: ++update_id, edited_message: { ...message, edit_date: message.date + 1 } });
    await inboundThat(host, '-20', ({ message_id }) => message_id?.endsWith(`#edited:${update_id}`) ?? false);
    open();
    expect(await saidTo(room.telegram, -20, 2)).toEqual([`re: @${BOT} think`, 'Stopped.']);
    expect(agent.about(`@${BOT} think`)).toMatchObject([{ aborted: false }]);
  });

  it('ends the call when it is addressed, in the same topic', async () => {
    const open = hold();
    await deliver(groupUpdate(++update_id, `@${BOT} you think`, { chat: -21 }));
    await asked(`@${BOT} you think`);
    await deliver(groupUpdate(++update_id, `/stop@${BOT}`, { chat: -21 }));
    expect(await saidTo(room.telegram, -21, 1)).toEqual(['Stopped.']);
    expect(await stopped(-21)).toBe('STOPPED');
    open();
  });

  it('repeated by the platform later it does not end the next call', async () => {
    const stop = textUpdate(++update_id, '/stop', 22);
    await deliver(stop);
    await saidTo(room.telegram, 22, 1);
    const open = hold();
    await say(22, 'please think');
    await asked('please think');
    await deliver(stop);
    // Events of a channel are taken in order: when this one is answered, the repetition is through.
    await say(23, '/help');
    await saidTo(room.telegram, 23, 1);
    open();
    expect(await saidTo(room.telegram, 22, 2)).toEqual(['Stopped.', 're: please think']);
  });
});

it('SIGTERM during a call: it is ended, asked again after the restart under the same id, and answered once', async () => {
  let held = true;
  const { opened, open } = gate();
  agent.answer(async ({ text }) => {
    if (held && text !== 'finished') await opened;
    return { status: 200, body: { text: `re: ${text}` } };
  });
  await say(12, 'finished');
  await saidTo(room.telegram, 12, 1);
  await say(12, 'interrupted');
  await asked('interrupted');
  await say(12, 'waiting behind');
  expect(await host.stop()).toBe(0);
  expect(agent.about('interrupted')).toHaveLength(1);
  held = false;
  host = await start();
  expect(await saidTo(room.telegram, 12, 3)).toEqual(['re: finished', 're: interrupted', 're: waiting behind']);
  const [before, after, ...more] = agent.about('interrupted');
  expect(more).toEqual([]);
  expect(after?.headers['webhook-id']).toBe(before?.headers['webhook-id']);
  // The token ends with its call: each has one of its own.
  const { token: first, ...session } = before?.json.session ?? {};
  expect(after?.json.session).toEqual({ ...session, token: expect.not.stringMatching(`^${first}$`) });
  expect(agent.about('finished')).toHaveLength(1);
  open();
  await say(12, 'after all');
  expect(await saidTo(room.telegram, 12, 4)).toHaveLength(4);
});

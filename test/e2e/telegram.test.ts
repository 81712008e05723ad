/** A Telegram bot on the built host, beside a simulated Telegram: what is said, where, and in what form. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, inboundThat } from '../support/admin-api.ts';
import { type RunningHost, startHost } from '../support/home.ts';
import { BOT, groupUpdate, saidTo, sentTo, textsTo } from '../support/telegram-chats.ts';
import { makeTelegramHome, SECRET, type TelegramHome, textUpdate } from '../support/telegram-home.ts';

let room: TelegramHome;
let host: RunningHost;

beforeAll(async () => {
  room = await makeTelegramHome();
  host = await startHost(room.home, { env: { ...room.env, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN }, running: ['telegram'] });
});
afterAll(async () => {
  await host.stop();
  await room.telegram.close();
  room.home.remove();
});

const post = async (update: object): Promise<void> => {
  const answer = await room.telegram.deliver(room.webhook(host), update, { secret: SECRET });
  expect(answer).toMatchObject({ status: 200, content_type: 'application/json', body: '{"status":"ok"}' });
};

describe('in a direct chat', () => {
  it('a message is answered where it was written, quoting nothing', async () => {
    await post(textUpdate(1, 'hello', 1000));
    await saidTo(room.telegram, 1000, 1);
    expect(sentTo(room.telegram, 1000).map(({ method, params }) => ({ method, params }))).toEqual([
      { method: 'sendMessage', params: { chat_id: 1000, text: 'hello' } },
    ]);
  });

  it('a text of 10,000 characters comes back whole, in order, in parts of at most 4,096', async () => {
    const words = Array.from({ length: 1429 }, (_, index) => `w${String(index).padStart(5, '0')}`);
    const text = words.join(' ').slice(0, 10_000);
    expect(text).toHaveLength(10_000);
    await post(textUpdate(2, text, 1001));
    const parts = await saidTo(room.telegram, 1001, 3);
    expect(parts).toHaveLength(3);
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(4096);
    expect(parts.join(' ')).toBe(text);
  });

  it('an emoji made of many characters is never cut in two', async () => {
    const family = '👩‍👩‍👧‍👦';
    await post(textUpdate(3, family.repeat(800), 1002));
    const parts = await saidTo(room.telegram, 1002, 3);
    expect(parts.every((part) => part.length <= 4096 && part.replaceAll(family, '') === '')).toBe(true);
    expect(parts.join('')).toBe(family.repeat(800));
  });

  it('other bots are never answered, nor what a person carried here from one', async () => {
    await post(textUpdate(10, 'beep', 1003, { from: { id: 77, is_bot: true, first_name: 'Robot' } }));
    await post(textUpdate(11, 'inline result', 1003, { via_bot: { id: 78, is_bot: true, first_name: 'Gif', username: 'gif' } }));
    await post(textUpdate(12, 'a person', 1003));
    expect(await saidTo(room.telegram, 1003, 1)).toEqual(['a person']);
    expect(await inboundThat(host, '1003', ({ text }) => text === 'beep')).toMatchObject({ state: 'ignored', reason: 'FROM_BOT' });
  });

  it("an edit, a reaction and a broadcast channel's post are recorded and not answered", async () => {
    const written = textUpdate(20, 'first', 1004).message;
    await post({ update_id: 20, message: written });
    await post({ update_id: 21, edited_message: { ...written, edit_date: written.date + 1, text: 'better' } });
    await post({
      update_id: 22,
      message_reaction: {
        chat: written.chat,
        message_id: 20,
        user: written.from,
        date: written.date,
        old_reaction: [],
        new_reaction: [{ type: 'emoji', emoji: '👍' }],
      },
    });
    const channel = { id: -100_500, type: 'channel', title: 'News' };
    await post({ update_id: 23, channel_post: { message_id: 1, date: written.date, chat: channel, sender_chat: channel, text: 'news' } });
    await post(textUpdate(24, 'last', 1004));
    expect(await saidTo(room.telegram, 1004, 2)).toEqual(['first', 'last']);
    expect(await inboundThat(host, '1004', ({ message_id }) => message_id === '1004:20#edited:21')).toMatchObject({ reason: 'RECORDED' });
    expect(await inboundThat(host, '1004', ({ message_id }) => message_id === '1004:20#reaction:22')).toMatchObject({ text: '👍' });
    expect(await inboundThat(host, '-100500', () => true)).toMatchObject({ state: 'ignored', reason: 'BROADCAST' });
    expect(textsTo(room.telegram, -100_500)).toEqual([]);
  });

  it('a caption is answered as text, and the file is kept as a reference to the largest size', async () => {
    const photo = [
      { file_id: 'small', file_unique_id: 'a', width: 90, height: 60, file_size: 900 },
      { file_id: 'large', file_unique_id: 'b', width: 1280, height: 853, file_size: 90_000 },
      { file_id: 'middle', file_unique_id: 'c', width: 320, height: 213, file_size: 9000 },
    ];
    await post(textUpdate(30, '', 1005, { text: undefined, photo, caption: 'our cat' }));
    await post(textUpdate(31, '', 1005, { text: undefined, photo }));
    await post(
      textUpdate(32, '', 1005, {
        text: undefined,
        caption: 'the plan',
        document: { file_id: 'doc', file_unique_id: 'd', file_name: 'plan.pdf', mime_type: 'application/pdf', file_size: 12 },
      }),
    );
    expect(await saidTo(room.telegram, 1005, 3)).toEqual(['our cat', '(image)', 'the plan']);
    expect((await inboundThat(host, '1005', ({ text }) => text === 'our cat')).attachments).toMatchObject([
      { type: 'image', ref: 'large', mime_type: 'image/jpeg' },
    ]);
    expect((await inboundThat(host, '1005', ({ text }) => text === 'the plan')).attachments).toMatchObject([
      { type: 'document', ref: 'doc', file_name: 'plan.pdf', mime_type: 'application/pdf', size_bytes: 12 },
    ]);
  });

  it('the photos of one album are one message', async () => {
    const photo = (file_id: string) => [{ file_id, file_unique_id: file_id, width: 10, height: 10 }];
    const album = { text: undefined, media_group_id: 'g1' };
    await post(textUpdate(40, '', 1006, { ...album, photo: photo('one'), caption: 'three of them' }));
    await post(textUpdate(41, '', 1006, { ...album, photo: photo('two') }));
    await post(textUpdate(42, '', 1006, { ...album, photo: photo('three') }));
    await post(textUpdate(43, 'after', 1006));
    expect(await saidTo(room.telegram, 1006, 2)).toEqual(['three of them', 'after']);
    expect(await inboundThat(host, '1006', ({ message_id }) => message_id === '1006:42')).toMatchObject({
      state: 'ignored',
      reason: 'JOINED',
    });
  });

  it('a pressed button starts a run, and its spinner is stopped', async () => {
    const message = {
      message_id: 50,
      date: 1,
      chat: { id: 1007, type: 'private' },
      from: { id: 123456, is_bot: true, first_name: 'Test' },
    };
    await post({
      update_id: 50,
      callback_query: { id: 'q1', from: { id: 1007, is_bot: false, first_name: 'Ada' }, message, chat_instance: 'x', data: 'yes' },
    });
    expect(await saidTo(room.telegram, 1007, 1)).toEqual(['(action)']);
    expect(room.telegram.calls.some(({ method, body }) => method === 'answerCallbackQuery' && body.includes('q1'))).toBe(true);
  });

  it('an update of a kind nobody knows is acknowledged and forgotten', async () => {
    await post({ update_id: 60, something_new: { chat: { id: 1008 } } });
    await post(textUpdate(61, 'still here', 1008));
    expect(await saidTo(room.telegram, 1008, 1)).toEqual(['still here']);
  });
});

describe('in a group', () => {
  it('the bot answers in the topic in which it was addressed and quotes the message once', async () => {
    const text = `@${BOT} ${'word '.repeat(1000)}end`;
    await post(groupUpdate(100, text, { message: { is_topic_message: true, message_thread_id: 9 } }));
    await saidTo(room.telegram, -1001, 2);
    const [first, second] = sentTo(room.telegram, -1001).map(({ params }) => params);
    expect(first).toMatchObject({ message_thread_id: 9, reply_parameters: { message_id: 100, allow_sending_without_reply: true } });
    expect(second).toMatchObject({ message_thread_id: 9 });
    expect(second).not.toHaveProperty('reply_parameters');
  });

  it('a reply outside a forum is quoted without a topic', async () => {
    const earlier = { message_id: 7, date: 1, chat: { id: -1002, type: 'supergroup' }, from: { id: 123456, is_bot: true }, text: 'mine' };
    await post(groupUpdate(110, 'and then?', { chat: -1002, message: { reply_to_message: earlier, message_thread_id: 7 } }));
    await saidTo(room.telegram, -1002, 1);
    const [answer] = sentTo(room.telegram, -1002).map(({ params }) => params);
    expect(answer).toMatchObject({ text: 'and then?', reply_parameters: { message_id: 110 } });
    expect(answer).not.toHaveProperty('message_thread_id');
  });

  it('what is not addressed to it is left alone: talk, other names, replies to others, commands for another bot', async () => {
    const chat = -1003;
    await post(groupUpdate(120, 'just talking', { chat }));
    await post(groupUpdate(121, '@somebody_else look', { chat }));
    await post(groupUpdate(122, `mail me at x@${BOT}`, { chat }));
    await post(groupUpdate(123, '/help@another_bot', { chat }));
    const others = { message_id: 9, date: 1, chat: { id: chat, type: 'supergroup' }, from: { id: 501, is_bot: false }, text: 'mine' };
    await post(groupUpdate(124, 'I agree', { chat, message: { reply_to_message: others } }));
    await post(groupUpdate(125, `@${BOT} hi`, { chat }));
    expect(await saidTo(room.telegram, chat, 1)).toEqual([`@${BOT} hi`]);
    expect(await inboundThat(host, String(chat), ({ text }) => text === 'just talking')).toMatchObject({ reason: 'NOT_ADDRESSED' });
  });

  it('a group that became a supergroup is answered under its new id', async () => {
    room.telegram.moved.set('-5', -1009);
    await post(groupUpdate(130, `@${BOT} moved`, { chat: -5 }));
    expect(await saidTo(room.telegram, -1009, 1)).toEqual([`@${BOT} moved`]);
  });
});

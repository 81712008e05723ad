import fc from 'fast-check';
import type { Update } from 'grammy/types';
import { describe, expect, it } from 'vitest';
import { parseUpdate } from '../../../plugins/channels/telegram/parse.ts';
import { problemsOf } from '../conforms.ts';
import { RECEIVED_AT } from '../granted-context.ts';
import * as updates from './fixtures/updates.ts';

const parse = (update: unknown, identity: typeof updates.BOT | null = updates.BOT) => parseUpdate(update, RECEIVED_AT, identity);
const one = (update: unknown) => {
  const messages = parse(update);
  expect(messages).toHaveLength(1);
  return messages[0]!;
};
const fixtures = Object.entries(updates).filter((entry): entry is [string, Update] => Object.hasOwn(entry[1] as object, 'update_id'));

describe('every fixture', () => {
  it.each(fixtures)('%s gives valid messages, and the same ones when it is parsed again', (_name, update) => {
    const first = parse(structuredClone(update));
    expect(problemsOf(first)).toEqual([]);
    expect(parse(structuredClone(update))).toEqual(first);
  });
});

describe('content', () => {
  it('reads a text with its sender, place and time', () => {
    expect(one(updates.text)).toEqual({
      message_id: '42:11',
      type: 'text',
      text: 'hello',
      conversation_key: '42',
      conversation_type: 'direct',
      user_key: '42',
      user_name: 'Ada Lovelace',
      user_is_bot: false,
      thread_key: null,
      reply_to_message_id: null,
      mentions_bot: false,
      album_key: null,
      attachments: [],
      timestamp: updates.ISO_DATE,
      metadata: { username: 'ada' },
    });
  });

  it('takes the largest size of a photo, wherever it stands in the list, and its caption as text', () => {
    const message = one(updates.photo);
    expect(message).toMatchObject({ type: 'image', text: 'look', attachments: [{ type: 'image', ref: 'large' }] });
    expect(message.attachments).toHaveLength(1);
  });

  it.each([
    ['document', updates.document, { type: 'document', ref: 'doc', file_name: 'plan.pdf', mime_type: 'application/pdf', size_bytes: 1000 }],
    ['voice', updates.voice, { type: 'voice', ref: 'voice' }],
    ['audio', updates.audio, { type: 'audio', ref: 'song', file_name: 'song.mp3' }],
    ['video', updates.video, { type: 'video', ref: 'film' }],
    ['video', updates.videoNote, { type: 'video', ref: 'note' }],
    ['sticker', updates.sticker, { type: 'sticker', ref: 'stick', mime_type: 'image/webp' }],
  ])('reads %s as a reference', (type, update, attachment) => {
    expect(one(update)).toMatchObject({ type, text: '', attachments: [attachment] });
  });

  it('reads an animation once, although Telegram repeats it as a document', () => {
    const message = one(updates.animation);
    expect(message.type).toBe('video');
    expect(message.attachments).toEqual([expect.objectContaining({ type: 'video', ref: 'gif' })]);
  });

  it('reads a venue once, with the name of its place', () => {
    expect(one(updates.venue)).toMatchObject({
      type: 'location',
      location: { latitude: 48.2, longitude: 16.37, name: 'Café Central', address: 'Herrengasse 14' },
    });
    expect(one(updates.location)).toMatchObject({ location: { latitude: 51.5, name: null } });
  });

  it('reads a contact with its number', () => {
    expect(one(updates.contact)).toMatchObject({
      type: 'contact',
      attachments: [{ type: 'contact', file_name: 'Grace Hopper' }],
      metadata: { contact: { phone_number: '+4366012345', user_key: '77' } },
    });
  });

  it('gives the parts of an album one key', () => expect(one(updates.albumPart).album_key).toBe('13579'));
});

describe('what speaks about another message', () => {
  it('names an edit after the message and the update, and points at the message', () => {
    expect(one(updates.edited)).toMatchObject({
      message_id: `42:11#edited:${updates.edited.update_id}`,
      type: 'edited',
      text: 'hello again',
      reply_to_message_id: '42:11',
      timestamp: '2026-01-02T03:01:00.000Z',
    });
  });

  it('reads a pressed button as an action without text, in the topic of its message', () => {
    expect(one(updates.callback)).toMatchObject({
      message_id: `-1001234567890:15#action:${updates.callback.update_id}`,
      type: 'action',
      text: '',
      action: { id: 'yes', value: null },
      thread_key: '5',
      user_key: '42',
      reply_to_message_id: '-1001234567890:15',
    });
  });

  it('gives an action on a message that can no longer be seen the time it was received', () => {
    expect(one(updates.callbackOfOldMessage)).toMatchObject({ conversation_key: '42', timestamp: RECEIVED_AT });
  });

  it('ignores a button of inline mode, which belongs to no conversation', () => expect(parse(updates.callbackInline)).toEqual([]));

  it('reads a reaction', () => {
    expect(one(updates.reaction)).toMatchObject({ type: 'reaction', text: '❤', user_key: '42', reply_to_message_id: '42:11' });
  });
});

describe('notices', () => {
  it('tells that a person blocked the bot', () => {
    expect(one(updates.blocked)).toMatchObject({
      type: 'system',
      conversation_key: '42',
      metadata: { event: 'membership', after: 'kicked' },
    });
  });

  it('names the supergroup that a group became, as text and exactly', () => {
    expect(one(updates.migrated)).toMatchObject({ type: 'system', metadata: { migrate_to_chat_id: '-1001111111111' } });
  });

  it('reads joined members as a notice, not as a message', () => {
    expect(one(updates.joined)).toMatchObject({ type: 'system', metadata: { event: 'joined', user_keys: ['43'] } });
  });

  it.each([
    ['dice', updates.dice],
    ['an inline query', updates.inlineQuery],
    ['a kind that does not exist yet', { update_id: 1, telepathy: {} }],
  ])('ignores %s', (_name, update) => expect(parse(update)).toEqual([]));
});

describe('addressing', () => {
  it.each([
    ['its name in any case', updates.mention],
    ['its name after an emoji of several units', updates.emojiBeforeMention],
    ['its id in a text mention', updates.textMention],
    ['its name in a caption', updates.captionMention],
    ['a reply to its own message', updates.replyToBot],
    ['a command with its name', updates.commandForUs],
  ])('knows that it is spoken to by %s', (_name, update) => expect(one(update).mentions_bot).toBe(true));

  it.each([
    ["somebody else's name", updates.mentionOfOther],
    ['a command to whoever listens', updates.plainCommand],
    ['a topic that it opened itself', updates.topicMessage],
  ])('is not spoken to by %s', (_name, update) => expect(one(update).mentions_bot).toBe(false));

  it('ignores a command for another bot, in a group and in a direct chat', () => {
    expect(parse(updates.commandForOther)).toEqual([]);
    expect(parse(updates.commandForOtherDirect)).toEqual([]);
  });

  it('drops nothing and claims nothing while it does not know its own name', () => {
    expect(parse(updates.commandForOther, null)).toMatchObject([{ mentions_bot: false }]);
    expect(parse(updates.mention, null)).toMatchObject([{ mentions_bot: false }]);
  });

  it('quotes the message that was replied to, and the opening notice of a topic never', () => {
    expect(one(updates.replyToBot).reply_to_message_id).toBe('-1001234567890:9');
    expect(one(updates.topicMessage).reply_to_message_id).toBeNull();
  });

  it('takes a thread number for a topic only where there are topics', () => {
    expect(one(updates.topicMessage).thread_key).toBe('5');
    expect(one(updates.replyWithThreadNumber).thread_key).toBeNull();
  });
});

describe('who speaks', () => {
  it('holds an anonymous admin for a person', () => {
    expect(one(updates.anonymousAdmin)).toMatchObject({ user_is_bot: false, user_key: '1087968824' });
  });

  it.each([
    ['another bot', updates.otherBot],
    ['the result of an inline bot', updates.viaBot],
    ['a channel post copied into the linked group', updates.automaticForward],
  ])('marks %s as written by a bot', (_name, update) => expect(one(update).user_is_bot).toBe(true));

  it('reads a channel post as a broadcast without a user', () => {
    expect(one(updates.channelPost)).toMatchObject({ conversation_type: 'channel', user_key: null, user_name: 'Editor' });
  });
});

describe('hostile updates', () => {
  const withChat = (id: unknown) => ({
    update_id: 1,
    message: { message_id: 1, date: 1, chat: { id, type: 'private' }, from: { id: 1 }, text: 'x' },
  });

  it('keeps a 52-bit chat id digit by digit and refuses one that JSON has already rounded', () => {
    expect(one(withChat(-4_503_599_627_370_495)).conversation_key).toBe('-4503599627370495');
    expect(parse(JSON.parse(JSON.stringify(withChat(0)).replace('"id":0', '"id":9007199254740993')))).toEqual([]);
  });

  it('does not take a chat type for a property of every object', () => {
    expect(
      parse({ update_id: 1, message: { message_id: 1, date: 1, chat: { id: 1, type: 'constructor' }, from: { id: 1 }, text: 'x' } }),
    ).toEqual([]);
  });

  it('survives dates beyond the calendar', () => {
    const update = { update_id: 1, message: { message_id: 1, date: 9e15, chat: { id: 1, type: 'private' }, from: { id: 1 }, text: 'x' } };
    expect(one(update).timestamp).toBe(RECEIVED_AT);
  });

  it('never throws and never gives an invalid message, whatever one value of an update becomes', () => {
    const junk = fc.oneof(fc.constantFrom(null, true, -1, 1e300, '', [], {}, [null], 'x'.repeat(5000)), fc.jsonValue());
    fc.assert(
      fc.property(fc.constantFrom(...fixtures.map(([, update]) => update)), fc.nat(), junk, (update, position, value) => {
        const broken = structuredClone(update) as unknown as Record<string, unknown>;
        const places: [Record<string, unknown>, string][] = [];
        const walk = (node: unknown) => {
          if (typeof node !== 'object' || node === null) return;
          for (const key of Object.keys(node)) {
            places.push([node as Record<string, unknown>, key]);
            walk((node as Record<string, unknown>)[key]);
          }
        };
        walk(broken);
        const [owner, key] = places[position % places.length]!;
        owner[key] = value;
        expect(problemsOf(parse(broken))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives nothing for what is no update', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => parse(value).length === 0));
  });
});

/** What people write to a simulated Telegram's bot in groups, and what it answered in each chat. */
import type { FakeTelegram, SentMessage } from '../fakes/telegram.ts';
import { until } from './until.ts';

/** The simulated bot's name. */
export const BOT = 'comm_test_bot';

export interface GroupOptions {
  chat?: number;
  user?: number;
  message?: object;
}

/** A message in a supergroup; mentions and commands carry the entities that Telegram adds. */
export const groupUpdate = (update_id: number, text: string, { chat = -1001, user = 500, message = {} }: GroupOptions = {}) => ({
  update_id,
  message: {
    message_id: update_id,
    date: 1_767_225_600,
    from: { id: user, is_bot: false, first_name: 'Grace' },
    chat: { id: chat, type: 'supergroup', title: 'Engineers' },
    text,
    entities: entitiesOf(text),
    ...message,
  },
});

const entitiesOf = (text: string): object[] => {
  const found = (type: string, pattern: RegExp) =>
    [...text.matchAll(pattern)].map((match) => ({ type, offset: match.index, length: match[0].length }));
  const commands = found('bot_command', /(?<=^|\s)\/\w+(?:@\w+)?/g);
  return [...commands, ...found('mention', /(?<=^|\s)@\w+/g)];
};

export const sentTo = (telegram: FakeTelegram, chat: number): SentMessage[] =>
  telegram.sent.filter(({ params }) => params.chat_id === chat);

export const textsTo = (telegram: FakeTelegram, chat: number): string[] => sentTo(telegram, chat).map(({ params }) => String(params.text));

/** Every request that asked Telegram to say something in a chat, refused ones included. */
export const attemptsTo = (telegram: FakeTelegram, chat: number) =>
  telegram.calls.filter(({ method, body }) => method === 'sendMessage' && (JSON.parse(body) as { chat_id: number }).chat_id === chat);

/** Waits until the bot has said so many things in a chat; the texts. */
export const saidTo = (telegram: FakeTelegram, chat: number, count: number): Promise<string[]> =>
  until(
    () => textsTo(telegram, chat),
    (texts) => texts.length >= count,
    `${count} messages to chat ${chat}`,
  );

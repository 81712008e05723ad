/** Slash commands and sessions, as people meet them in direct chats and groups. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, inboundThat } from '../support/admin-api.ts';
import { type RunningHost, startHost } from '../support/home.ts';
import { BOT, groupUpdate, saidTo, textsTo } from '../support/telegram-chats.ts';
import { makeTelegramHome, SECRET, type TelegramHome, textUpdate } from '../support/telegram-home.ts';

let room: TelegramHome;
let host: RunningHost;
let update_id = 0;

const start = () => startHost(room.home, { env: { ...room.env, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN }, running: ['telegram'] });
beforeAll(async () => {
  room = await makeTelegramHome({ blocked_operations: ['execute', 'shell', 'system'] });
  host = await start();
});
afterAll(async () => {
  await host.stop();
  await room.telegram.close();
  room.home.remove();
});

const deliver = async (update: object): Promise<void> => {
  const { status } = await room.telegram.deliver(room.webhook(host), update, { secret: SECRET });
  expect(status).toBe(200);
};

/** Writes to the bot and returns its next answer in that chat. */
const ask = async (chat: number, text: string): Promise<string> => {
  const before = textsTo(room.telegram, chat).length;
  await deliver(textUpdate(++update_id, text, chat));
  return (await saidTo(room.telegram, chat, before + 1))[before] as string;
};
const askInGroup = async (chat: number, user: number, text: string, message: object = {}): Promise<string> => {
  const before = textsTo(room.telegram, chat).length;
  await deliver(groupUpdate(++update_id, text, { chat, user, message }));
  return (await saidTo(room.telegram, chat, before + 1))[before] as string;
};

const ULID = /[0-9A-HJKMNP-TV-Z]{26}/;
const idIn = (text: string): string => ULID.exec(text)?.[0] ?? `no id in: ${text}`;

describe('a command', () => {
  it('/help names every command, /start says hello', async () => {
    const help = await ask(1, '/help');
    for (const name of ['/help', '/start', '/new', '/session', '/stop']) expect(help).toContain(`${name}:`);
    expect(await ask(1, '/start')).toMatch(/^Hello/);
    expect(await ask(1, '/start deep-link-payload')).toMatch(/^Hello/);
  });

  it("is known in any case, by the bot's name, and with words behind it on the next line", async () => {
    const help = await ask(2, '/help');
    expect(await ask(2, '/HELP')).toBe(help);
    expect(await ask(2, `/help@${BOT}`)).toBe(help);
    expect(await ask(2, '/help\nplease')).toBe(help);
  });

  it('inside a sentence, or as part of another word, is no command', async () => {
    for (const text of ['please /help me', ' /help', '//help', 'help', 'see https://a.example/help', '/', '/ help', '/help.', '/123']) {
      expect(await ask(3, text)).toBe(text);
    }
  });

  it('that nobody knows gets a hint in a direct chat', async () => {
    expect(await ask(4, '/dance')).toBe('I do not know /dance. /help shows what I understand.');
    expect(await ask(4, '/helpme')).toContain('/helpme');
    expect(await ask(4, '/toString')).toContain('/tostring');
    expect(await ask(4, '/session __proto__')).toMatch(/^Use \/session new/);
  });

  it('that an operator blocked is refused in silence, in any spelling; longer words and plain words are not it', async () => {
    for (const text of ['/execute rm -rf', '/EXECUTE', `/shell@${BOT}`, '/system\nhalt']) await deliver(textUpdate(++update_id, text, 5));
    expect(await ask(5, 'execute the plan')).toBe('execute the plan');
    expect(await ask(5, '/executed')).toContain('I do not know /executed');
    expect(textsTo(room.telegram, 5)).toHaveLength(2);
    for (const text of ['/execute rm -rf', '/EXECUTE', `/shell@${BOT}`, '/system\nhalt']) {
      expect(await inboundThat(host, '5', (message) => message.text === text)).toMatchObject({
        state: 'rejected',
        reason: 'BLOCKED_OPERATION',
      });
    }
  });

  it('written into an old message by an edit does nothing', async () => {
    const before = idIn(await ask(6, '/session id'));
    const { message } = textUpdate(update_id, '/session new', 6);
    await deliver({ update_id: ++update_id, edited_message: { ...message, edit_date: message.date + 5 } });
    expect(idIn(await ask(6, '/session id'))).toBe(before);
  });
});

describe('in a group', () => {
  it("a command with the bot's name is answered there, in its topic", async () => {
    const answer = await askInGroup(-10, 500, `/help@${BOT}`, { is_topic_message: true, message_thread_id: 4 });
    expect(answer).toContain('/session:');
    expect(room.telegram.sent.at(-1)?.params).toMatchObject({ chat_id: -10, message_thread_id: 4 });
  });

  it('an unknown command is ignored, even with its name: it may be meant for another bot', async () => {
    await deliver(groupUpdate(++update_id, `/dance@${BOT}`, { chat: -11 }));
    await deliver(groupUpdate(++update_id, '/dance@another_bot', { chat: -11 }));
    expect(await askInGroup(-11, 500, `@${BOT} hello`)).toBe(`@${BOT} hello`);
    expect(await inboundThat(host, '-11', ({ text }) => text === `/dance@${BOT}`)).toMatchObject({
      state: 'ignored',
      reason: 'UNKNOWN_COMMAND',
    });
  });
});

describe('a session', () => {
  it('begins with the first message, and id, new, list, use, resume and close do what they say', async () => {
    const first = idIn(await ask(20, '/session id'));
    expect(idIn(await ask(20, '/session id'))).toBe(first);
    const second = idIn(await ask(20, '/session new'));
    expect(second).not.toBe(first);
    expect(idIn(await ask(20, '/session id'))).toBe(second);
    const lines = (await ask(20, '/session list')).split('\n');
    expect(lines.map(idIn)).toEqual([second, first]);
    expect(lines[0]).toMatch(/\(this one\)$/);
    expect(await ask(20, '/session use 2')).toBe(`Now in session ${first}.`);
    expect(idIn(await ask(20, '/session id'))).toBe(first);
    expect(await ask(20, '/session resume')).toBe(`Back in session ${second}.`);
    expect(await ask(20, `/session use ${first}`)).toBe(`Now in session ${first}.`);
    expect(await ask(20, '/session close')).toMatch(/closed/);
    const third = idIn(await ask(20, '/session id'));
    expect([first, second]).not.toContain(third);
    expect(await ask(20, '/session list')).toMatch(new RegExp(`${first}.*closed`));
    expect(await ask(20, '/session use 99')).toMatch(/no session 99/);
    expect(await ask(20, '/session')).toMatch(/^Use \/session new/);
  });

  it('/new begins one too, and the messages that follow belong to it', async () => {
    const fresh = idIn(await ask(21, '/new'));
    await ask(21, 'what follows');
    expect(await inboundThat(host, '21', ({ text }) => text === 'what follows')).toMatchObject({ session_id: fresh });
  });

  it('is found again when the commands follow each other faster than they are written', async () => {
    await Promise.all(
      ['/session id', '/session new', '/session id', '/session new', '/session id'].map((text) =>
        deliver(textUpdate(++update_id, text, 22)),
      ),
    );
    await saidTo(room.telegram, 22, 5);
    const lines = (await ask(22, '/session list')).split('\n');
    expect(new Set(lines.map(idIn)).size).toBe(lines.length);
    expect(lines.filter((line) => line.endsWith('(this one)'))).toHaveLength(1);
  });

  it('of one user is never shown to another, by number, by id or by resuming; not even in the same group', async () => {
    const theirs = idIn(await ask(30, '/session id'));
    await ask(30, '/session new');
    expect(await ask(31, `/session use ${theirs}`)).toMatch(/no session/);
    expect(await ask(31, '/session list')).not.toContain(theirs);
    expect(await ask(31, '/session resume')).toBe('There is no earlier session here.');

    const ada = idIn(await askInGroup(-30, 501, `/session@${BOT} id`));
    const bob = idIn(await askInGroup(-30, 502, `/session@${BOT} id`));
    expect(ada).not.toBe(bob);
    expect(await askInGroup(-30, 502, `/session@${BOT} use ${ada}`)).toMatch(/no session/);
    expect(await askInGroup(-30, 502, `/session@${BOT} list`)).not.toContain(ada);
  });

  it('is another one in a group than in the direct chat, and in another topic', async () => {
    const direct = idIn(await ask(503, '/session id'));
    const group = idIn(await askInGroup(-31, 503, `/session@${BOT} id`));
    const topic = idIn(await askInGroup(-31, 503, `/session@${BOT} id`, { is_topic_message: true, message_thread_id: 2 }));
    expect(new Set([direct, group, topic]).size).toBe(3);
  });

  it('survives a restart, with the choice that was made', async () => {
    const first = idIn(await ask(40, '/session id'));
    await ask(40, '/session new');
    await ask(40, '/session use 2');
    await ask(41, '/session close');
    await host.stop();
    host = await start();
    expect(idIn(await ask(40, '/session id'))).toBe(first);
    expect((await ask(41, '/session list')).split('\n')).toHaveLength(2);
  });
});

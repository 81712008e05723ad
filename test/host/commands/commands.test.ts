import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMANDS, commandNamed } from '../../../host/commands/commands.ts';
import type { SessionRow } from '../../../host/db/unit.ts';
import { createSessions, type Sessions } from '../../../host/sessions/sessions.ts';
import type { InboundMessage } from '../../../schemas/message.ts';
import { openTestLedger, someInbound, type TestLedger } from '../ledger/fixture.ts';

let home: TestLedger;
let sessions: Sessions;
beforeEach(async () => {
  home = await openTestLedger();
  sessions = createSessions({ ledger: home.ledger, clock: home.clock, newId: home.newId });
});
afterEach(() => home.close());

const current = async (message: InboundMessage): Promise<SessionRow> => {
  const { session, changed } = await sessions.resolve(message, 'user_conversation');
  await home.ledger.commit({ sessions: changed });
  return session;
};

/** What a person is told who writes `text`; what the command changed is written as the bus does. */
const say = async (text: string, fields: Partial<InboundMessage> = {}): Promise<string> => {
  home.clock.advance(1000);
  const message = someInbound('m', { text, ...fields });
  const [name = '', ...words] = text.slice(1).split(' ');
  const command = commandNamed(name);
  if (!command) throw new Error(`no command ${name}`);
  const answer = await command.run({
    message,
    session: await current(message),
    words,
    person_id: null,
    blocked_operations: [],
    sessions,
    commands: COMMANDS,
    channel_name: 'Telegram',
  });
  await home.ledger.commit({ sessions: answer.sessions ?? [] });
  return answer.text;
};

const here = (fields: Partial<InboundMessage> = {}): Promise<string> => say('/session id', fields);

describe('commands', () => {
  it('are found by their whole name only', () => {
    expect(commandNamed('help')?.name).toBe('help');
    expect([commandNamed('hel'), commandNamed('helpme'), commandNamed(''), commandNamed('constructor')]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('are all listed by /help', async () => {
    const text = await say('/help');
    expect(COMMANDS.filter(({ name }) => !text.includes(`/${name}: `))).toEqual([]);
  });

  it('answer /start and /stop', async () => {
    expect(await say('/start')).toContain('/help');
    expect(await say('/stop')).toBe('Stopped.');
  });
});

describe('/new and /session new', () => {
  it.each(['/new', '/session new', '/session NEW'])('%s begins a session, and the next message is in it', async (text) => {
    const before = await here();
    const answer = await say(text);
    expect(await here()).not.toBe(before);
    expect(answer).toContain(await here());
  });
});

describe('/session', () => {
  it.each(['/session', '/session what', '/session constructor', '/session __proto__'])('%s says what it understands', async (text) => {
    expect(await say(text)).toMatch(/^Use \/session new/);
  });

  it('lists the sessions newest first, says which one this is and which are closed', async () => {
    const first = await here();
    await say('/session close');
    const second = await here();
    expect((await say('/session list')).split('\n')).toEqual([
      expect.stringMatching(new RegExp(`^1\\. ${second}, begun 2026-01-01 00:00 \\(this one\\)$`)),
      expect.stringMatching(new RegExp(`^2\\. ${first}, begun 2026-01-01 00:00, closed$`)),
    ]);
  });

  it('takes up a session by its number or its id', async () => {
    const first = await here();
    await say('/new');
    const second = await here();
    expect(await say('/session use 2')).toBe(`Now in session ${first}.`);
    expect(await here()).toBe(first);
    expect(await say(`/session use ${second}`)).toBe(`Now in session ${second}.`);
    expect(await here()).toBe(second);
  });

  it.each(['', '0', '3', '-1', '1.5', '1e0', '99999', 'toString'])('does not take up the session %j', async (which) => {
    await here();
    await say('/new');
    const before = await here();
    expect(await say(`/session use ${which}`)).toMatch(/^There is no session/);
    expect(await here()).toBe(before);
  });

  it('does not take up the session of another user, nor of another conversation, by its id', async () => {
    const bobs = await here({ user_key: 'bob' });
    const elsewhere = await here({ conversation_key: 'group' });
    for (const id of [bobs, elsewhere]) expect(await say(`/session use ${id}`)).toMatch(/^There is no session/);
    expect(await say('/session list')).not.toContain(bobs);
    expect(await here({ user_key: 'bob' })).toBe(bobs);
  });

  it('goes back to the session before, also when this one has just begun after a close', async () => {
    expect(await say('/session resume')).toBe('There is no earlier session here.');
    const first = await here();
    await say('/session close');
    expect(await say('/session resume')).toBe(`Back in session ${first}.`);
    expect(await here()).toBe(first);
  });

  it('closes the session: the next message begins a new one', async () => {
    const first = await here();
    expect(await say('/session close')).toContain('closed');
    expect(await here()).not.toBe(first);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionRow } from '../../../host/db/unit.ts';
import { createSessions, LISTED, type SessionScope, type Sessions, sessionKey } from '../../../host/sessions/sessions.ts';
import type { InboundMessage } from '../../../schemas/message.ts';
import { openTestLedger, sessionRow, someInbound, type TestLedger } from '../ledger/fixture.ts';

let home: TestLedger;
let sessions: Sessions;
const restart = async (): Promise<void> => {
  await home.reopen();
  sessions = createSessions({ ledger: home.ledger, clock: home.clock, newId: home.newId });
};
beforeEach(async () => {
  home = await openTestLedger();
  sessions = createSessions({ ledger: home.ledger, clock: home.clock, newId: home.newId });
});
afterEach(() => home.close());

const write = (rows: readonly SessionRow[]) => home.ledger.commit({ sessions: rows });
const ids = (rows: readonly SessionRow[]): string[] => rows.map(({ id }) => id);

/** Resolves a message's session and, unless told otherwise, writes what that changed. */
const come = async (message: InboundMessage = someInbound('m'), scope: SessionScope = 'user_conversation', writes = true) => {
  const { session, changed } = await sessions.resolve(message, scope);
  if (writes) await write(changed);
  return session;
};

describe('the key of a session', () => {
  const ada = someInbound('m');
  it.each<[string, Partial<InboundMessage>]>([
    ['channel', { channel_id: 'slack' }],
    ['user', { user_key: 'bob' }],
    ['conversation', { conversation_key: 'group' }],
    ['thread', { thread_key: 't' }],
    ['user, when there is none', { user_key: null }],
  ])('is another one for another %s', (_what, fields) => {
    expect(sessionKey({ ...ada, ...fields }, 'user_conversation')).not.toBe(sessionKey(ada, 'user_conversation'));
  });

  it('with the scope of a user is the same in all of their conversations, and nobody else has it', () => {
    const key = sessionKey(ada, 'user');
    expect(sessionKey({ ...ada, conversation_key: 'group', thread_key: 't' }, 'user')).toBe(key);
    expect(sessionKey({ ...ada, user_key: 'bob' }, 'user')).not.toBe(key);
    expect(sessionKey({ ...ada, channel_id: 'slack' }, 'user')).not.toBe(key);
  });

  it('cannot be made to look like another by what a platform puts into its ids', () => {
    const forged = { ...ada, user_key: 'ada","ada-chat",null]', conversation_key: 'x' };
    expect(sessionKey(forged, 'user_conversation')).not.toBe(sessionKey(ada, 'user_conversation'));
    const split = (user_key: string, conversation_key: string) => sessionKey({ ...ada, user_key, conversation_key }, 'user_conversation');
    expect(split('a', 'b\nc')).not.toBe(split('a\nb', 'c'));
    // Of a message that nobody sent, in the scope of a user: it must not fall to the user named "null".
    expect(sessionKey({ ...ada, user_key: null }, 'user')).not.toBe(sessionKey({ ...ada, user_key: 'null' }, 'user'));
  });
});

describe('a session', () => {
  it('begins with the first message, goes on with the next, and survives a restart', async () => {
    const first = await come();
    const second = await come();
    await restart();
    const third = await come();
    expect([second.id, third.id]).toEqual([first.id, first.id]);
  });

  it('goes on before its row is written', async () => {
    const [first, second] = [await come(undefined, undefined, false), await come(undefined, undefined, false)];
    expect(second.id).toBe(first.id);
  });

  it('is written when it begins, and then once a minute at most', async () => {
    const changes = async () => (await sessions.resolve(someInbound('m'), 'user_conversation')).changed.length;
    expect([await changes(), await changes()]).toEqual([1, 0]);
    home.clock.advance(59_999);
    expect(await changes()).toBe(0);
    home.clock.advance(1);
    expect([await changes(), await changes()]).toEqual([1, 0]);
  });

  it('of a user is one when two conversations begin it at the same moment', async () => {
    const [a, b] = await Promise.all([
      sessions.resolve(someInbound('m1'), 'user'),
      sessions.resolve(someInbound('m2', { conversation_key: 'group' }), 'user'),
    ]);
    expect(a.session.id).toBe(b.session.id);
    expect([...a.changed, ...b.changed]).toHaveLength(1);
  });

  it('that begins while another conversation asks who holds it is not forgotten', async () => {
    const message = someInbound('m');
    const asked = sessions.holderOf(message, 'user');
    const { session } = await sessions.resolve(message, 'user');
    expect(await asked).toBeNull();
    expect((await sessions.resolve(message, 'user')).session.id).toBe(session.id);
  });

  it('that another conversation leaves while this one is read from the database is not taken up again', async () => {
    const old = await come(undefined, 'user');
    await restart();
    const reading = sessions.resolve(someInbound('m'), 'user');
    const { session: fresh } = await sessions.renew(someInbound('m'), old.session_key);
    await reading;
    expect((await sessions.resolve(someInbound('m'), 'user')).session.id).toBe(fresh.id);
  });
});

describe('take-over', () => {
  it('is read from the database, and from memory afterwards, until it is forgotten', async () => {
    const key = sessionKey(someInbound('m'), 'user_conversation');
    await write([sessionRow('held', { session_key: key, held_by: 'operator' })]);
    expect(await sessions.holderOf(someInbound('m'), 'user_conversation')).toBe('operator');
    await home.ledger.commit({ session_holds: [{ id: 'held', held_by: null }] });
    expect(sessions.holderOf(someInbound('m'), 'user_conversation')).toBe('operator');
    sessions.forget(key);
    expect(await sessions.holderOf(someInbound('m'), 'user_conversation')).toBeNull();
  });

  it('holds at once, whatever rows of the session are still on their way to the disk', async () => {
    const session = await come();
    home.clock.advance(60_001);
    const { changed } = await sessions.resolve(someInbound('m'), 'user_conversation');
    await sessions.hold(
      session,
      'cli:ada',
      async () => void (await home.ledger.commit({ session_holds: [{ id: session.id, held_by: 'cli:ada' }] })),
    );
    expect(sessions.holderOf(someInbound('m'), 'user_conversation')).toBe('cli:ada');
    await write(changed);
    await restart();
    expect(await sessions.holderOf(someInbound('m'), 'user_conversation')).toBe('cli:ada');
  });

  it('that could not be written does not hold', async () => {
    const session = await come();
    const failed = sessions.hold(session, 'cli:ada', () => Promise.reject(new Error('disk full')));
    await expect(failed).rejects.toThrow('disk full');
    expect(await sessions.holderOf(someInbound('m'), 'user_conversation')).toBeNull();
  });
});

describe.each([
  ['with its rows written', true],
  ['with no row written yet', false],
])('changing the session, %s', (_how, writes) => {
  const put = async (rows: readonly SessionRow[]): Promise<void> => {
    if (writes) await write(rows);
  };
  const renew = async (session: SessionRow): Promise<SessionRow> => {
    home.clock.advance(10);
    const { session: fresh, changed } = await sessions.renew(someInbound('m'), session.session_key);
    await put(changed);
    return fresh;
  };

  it('a new one takes the place of the old, which stays on the list', async () => {
    const first = await come(undefined, undefined, writes);
    const second = await renew(first);
    const third = await renew(second);
    expect((await come(undefined, undefined, writes)).id).toBe(third.id);
    expect(ids(await sessions.list(third))).toEqual([third.id, second.id, first.id]);
    expect((await sessions.list(third)).map(({ active }) => active)).toEqual([1, 0, 0]);
  });

  it('an earlier one is taken up again, and the next message joins it', async () => {
    const first = await come(undefined, undefined, writes);
    await renew(first);
    await put(await sessions.activate(first));
    expect((await come(undefined, undefined, writes)).id).toBe(first.id);
  });

  it('a closed one is followed by a new one, and can be opened again', async () => {
    const first = await come(undefined, undefined, writes);
    await put(sessions.close(first));
    const second = await come(undefined, undefined, writes);
    expect(second.id).not.toBe(first.id);
    expect((await sessions.list(second)).find(({ id }) => id === first.id)).toMatchObject({ state: 'closed', active: 0 });
    await put(await sessions.activate(first));
    expect(await come(undefined, undefined, writes)).toMatchObject({ id: first.id, state: 'open', active: 1 });
  });

  it('closing one that was left already closes it alone', async () => {
    const first = await come(undefined, undefined, writes);
    const second = await renew(first);
    await put(sessions.close(first));
    expect((await come(undefined, undefined, writes)).id).toBe(second.id);
  });

  it('all rows together, in order, leave one active session in the database', async () => {
    const rows: SessionRow[] = [];
    const take = (changed: readonly SessionRow[]) => void rows.push(...changed);
    const first = await sessions.resolve(someInbound('m'), 'user_conversation');
    take(first.changed);
    const second = await sessions.renew(someInbound('m'), first.session.session_key);
    take(second.changed);
    take(await sessions.activate(first.session));
    take(sessions.close(first.session));
    const last = await sessions.resolve(someInbound('m'), 'user_conversation');
    take(last.changed);
    if (writes) for (const row of rows) await write([row]);
    else await write(rows);
    await restart();
    expect((await come()).id).toBe(last.session.id);
  });
});

describe('the list of sessions', () => {
  it('never shows those of another user, conversation or channel', async () => {
    const mine = await come();
    await come(someInbound('m', { user_key: 'bob' }));
    await come(someInbound('m', { conversation_key: 'group' }));
    await come(someInbound('m', { channel_id: 'slack' }));
    expect(ids(await sessions.list(mine))).toEqual([mine.id]);
  });

  it('has an end, and the session that is asked from is on it', async () => {
    const first = await come();
    for (let index = 0; index < 30; index++) {
      home.clock.advance(10);
      await write((await sessions.renew(someInbound('m'), first.session_key)).changed);
    }
    await write(await sessions.activate(first));
    const listed = await sessions.list(await come());
    expect(listed.length).toBeLessThanOrEqual(LISTED + 1);
    expect(ids(listed)).toContain(first.id);
  });
});

/**
 * Sessions: our context of a conversation, found by its key. A key belongs to one user of one channel
 * (and, by default, one conversation and thread), so nobody ever sees another user's session.
 */
import type { InboundMessage } from '../../schemas/message.ts';
import type { SessionRow } from '../db/unit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Clock } from '../lib/clock.ts';
import type { NewId } from '../lib/ids.ts';

export type SessionScope = 'user_conversation' | 'user';

/** Sessions kept in memory; the rest is read again from the database. */
const REMEMBERED = 20_000;
/** `last_active_at` is written when it is older than this: a write per message would cost a row each. */
const TOUCH_EVERY_MS = 60_000;

/** How many sessions of a key are listed at most. */
export const LISTED = 20;

export const sessionKey = (message: InboundMessage, scope: SessionScope): string =>
  JSON.stringify(
    scope === 'user' && message.user_key !== null
      ? [message.channel_id, message.user_key]
      : [message.channel_id, message.user_key, message.conversation_key, message.thread_key],
  );

export interface ResolvedSession {
  session: SessionRow;
  /** Rows to be written with the message: the session is new, or was touched. */
  changed: SessionRow[];
}

export const createSessions = ({ ledger, clock, newId }: { ledger: Ledger; clock: Clock; newId: NewId }) => {
  /** What holds now, whatever the database still says until the commit. null: the key has no open session. */
  const active = new Map<string, SessionRow | null>();
  /** When a session was last handed out to be written. */
  const written = new Map<string, number>();
  /** The newest rows of each key that were handed out, oldest first: their commit may still be under way. */
  const handed = new Map<string, Map<string, SessionRow>>();

  const drop = (session_key: string): void => {
    written.delete(active.get(session_key)?.id ?? '');
    handed.delete(session_key);
    active.delete(session_key);
  };

  const remember = (session_key: string, session: SessionRow | null): void => {
    active.delete(session_key);
    active.set(session_key, session);
    if (active.size > REMEMBERED) drop(active.keys().next().value as string);
  };

  const handOut = (...rows: SessionRow[]): SessionRow[] => {
    for (const row of rows) {
      const rowsOfKey = handed.get(row.session_key) ?? new Map<string, SessionRow>();
      rowsOfKey.set(row.id, row);
      if (rowsOfKey.size > LISTED) rowsOfKey.delete(rowsOfKey.keys().next().value as string);
      handed.set(row.session_key, rowsOfKey);
    }
    return rows;
  };

  /** The memory answers before the database, also when it learnt something while the database was asked. */
  const find = async (session_key: string): Promise<SessionRow | null> => {
    if (!active.has(session_key)) {
      const stored = (await ledger.activeSession(session_key)) ?? null;
      if (!active.has(session_key)) remember(session_key, stored);
    }
    return active.get(session_key) ?? null;
  };

  const open = (message: InboundMessage, session_key: string): SessionRow => {
    const now = clock.now();
    return {
      id: newId(),
      session_key,
      channel_id: message.channel_id,
      user_key: message.user_key,
      conversation_key: message.conversation_key,
      thread_key: message.thread_key,
      state: 'open',
      active: 1,
      held_by: null,
      created_at: now,
      last_active_at: now,
    };
  };

  const touch = (session: SessionRow): SessionRow[] => {
    const now = clock.now();
    session.last_active_at = now;
    if (now - (written.get(session.id) ?? 0) < TOUCH_EVERY_MS) return [];
    written.set(session.id, now);
    return handOut({ ...session });
  };

  /** Makes `session` the active one of its key; returns the rows to be written, the one that stops first. */
  const activate = async (session: SessionRow): Promise<SessionRow[]> => {
    await find(session.session_key);
    // Read after the wait: another conversation of the same user may have changed it meanwhile.
    const before = active.get(session.session_key);
    const now: SessionRow = { ...session, state: 'open', active: 1, last_active_at: clock.now() };
    remember(now.session_key, now);
    written.set(now.id, now.last_active_at);
    if (!before || before.id === now.id) return handOut({ ...now });
    written.delete(before.id);
    return handOut({ ...before, active: 0 }, { ...now });
  };

  return {
    /** The person who took this conversation over; null when nobody did. Costs nothing for a session in memory. */
    holderOf(message: InboundMessage, scope: SessionScope): string | null | Promise<string | null> {
      const session_key = sessionKey(message, scope);
      const known = active.get(session_key);
      return known === undefined ? find(session_key).then((session) => session?.held_by ?? null) : (known?.held_by ?? null);
    },
    async resolve(message: InboundMessage, scope: SessionScope): Promise<ResolvedSession> {
      const session_key = sessionKey(message, scope);
      await find(session_key);
      // Read after the wait: another conversation of the same user may have begun the session meanwhile.
      const found = active.get(session_key);
      if (found) {
        remember(session_key, found);
        return { session: found, changed: touch(found) };
      }
      const session = open(message, session_key);
      remember(session_key, session);
      written.set(session.id, session.created_at);
      return { session, changed: handOut({ ...session }) };
    },
    /** A new, empty session for the same key. */
    async renew(message: InboundMessage, session_key: string): Promise<{ session: SessionRow; changed: SessionRow[] }> {
      const session = open(message, session_key);
      return { session, changed: await activate(session) };
    },
    activate,
    /** Closes the active session: the next message begins a new one. */
    close(session: SessionRow): SessionRow[] {
      // Unless another conversation of the same user has gone on to another session.
      const now = active.get(session.session_key);
      if (!now || now.id === session.id) remember(session.session_key, null);
      written.delete(session.id);
      return handOut({ ...session, state: 'closed', active: 0 });
    },
    /** A person takes the session over, or gives it back (null). It counts once `write` has made it durable. */
    async hold(session: SessionRow, held_by: string | null, write: () => Promise<void>): Promise<void> {
      // In memory before it is written: a look into the database that began earlier would remember what was there before.
      await find(session.session_key);
      await write();
      const now = active.get(session.session_key);
      if (now?.id === session.id) now.held_by = held_by;
    },
    /** The sessions of one key, newest first. What is not written yet is included. */
    async list(session: SessionRow): Promise<SessionRow[]> {
      const stored = await ledger.sessionsOfKey(session.session_key, LISTED);
      const ours = new Map(handed.get(session.session_key));
      if (!ours.has(session.id) && !stored.some((row) => row.id === session.id)) ours.set(session.id, session);
      const unwritten = [...ours.values()]
        .filter((row) => !stored.some(({ id }) => id === row.id))
        .sort((a, b) => b.created_at - a.created_at || (b.id < a.id ? -1 : 1));
      return [...unwritten, ...stored.map((row) => ours.get(row.id) ?? row)];
    },
    /** A change of a session from outside the bus, or a commit that failed, makes the memory stale. */
    forget: drop,
  };
};

export type Sessions = ReturnType<typeof createSessions>;

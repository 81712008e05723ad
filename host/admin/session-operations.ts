/** What an operator does with sessions. */
import type { SessionFilter, StoredSession } from '../db/tables/sessions.ts';
import type { AuditEntry, SessionRow } from '../db/unit.ts';
import { AppError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type Clock, isoTime } from '../lib/clock.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Page } from './operations.ts';

export const sessionView = (row: SessionRow) => ({
  id: row.id,
  channel_id: row.channel_id,
  user_key: row.user_key,
  conversation_key: row.conversation_key,
  thread_key: row.thread_key,
  state: row.state,
  active: row.active === 1,
  held_by: row.held_by,
  created_at: isoTime(row.created_at),
  last_active_at: isoTime(row.last_active_at),
});
export type SessionView = ReturnType<typeof sessionView>;

export interface SessionOperationsDeps {
  ledger: Ledger;
  clock: Clock;
  sessions: Pick<Sessions, 'hold' | 'close' | 'forget'>;
  /** The random name of a user, for the audit trail. */
  person(channel_id: string, user_key: string | null): Promise<string | null>;
}

export const createSessionOperations = ({ ledger, clock, sessions, person }: SessionOperationsDeps) => {
  const find = async (id: string): Promise<SessionRow> => {
    const row = await ledger.sessionById(id);
    if (row) return row;
    throw new AppError('SESSION_NOT_FOUND', `There is no session ${id}.`, 'GET /api/sessions lists them.');
  };
  const conflict = (message: string, hint: string): AppError => new AppError('STATE_CONFLICT', message, hint);

  const audited = async (session: SessionRow, actor: string, action: string, decision: string): Promise<AuditEntry> => ({
    at: clock.now(),
    actor,
    action,
    person_id: await person(session.channel_id, session.user_key),
    subject: session.id,
    decision,
    detail: { channel_id: session.channel_id },
  });

  const hold = async (session: SessionRow, held_by: string | null, entry: AuditEntry): Promise<SessionView> => {
    await sessions.hold(session, held_by, async () => {
      await ledger.commit({ session_holds: [{ id: session.id, held_by }], audit: [entry] });
    });
    return sessionView({ ...session, held_by });
  };

  return {
    async list(filter: SessionFilter): Promise<Page<SessionView>> {
      const rows: StoredSession[] = await ledger.listSessions(filter);
      return { items: rows.map(sessionView), next_cursor: rows.length === filter.limit ? String(rows.at(-1)?.seq) : null };
    },
    show: async (id: string): Promise<SessionView> => sessionView(await find(id)),
    async close(id: string, actor: string): Promise<SessionView> {
      const session = await find(id);
      if (session.state === 'closed') throw conflict(`Session ${id} is closed already.`, 'The next message begins a new one.');
      const entry = await audited(session, actor, 'session.closed', 'closed');
      try {
        // It ends for everybody: who held it holds nothing any more.
        await ledger.commit({ sessions: sessions.close(session), session_holds: [{ id, held_by: null }], audit: [entry] });
      } catch (error) {
        sessions.forget(session.session_key);
        throw error;
      }
      return sessionView(await find(id));
    },
    async takeover(id: string, actor: string): Promise<SessionView> {
      const session = await find(id);
      if (session.state === 'closed') throw conflict(`Session ${id} is closed.`, 'Take over the session that its user has now.');
      if (session.held_by === actor) return sessionView(session);
      if (session.held_by !== null) throw conflict(`${session.held_by} has taken session ${id} over.`, 'Release it first.');
      return hold(session, actor, await audited(session, actor, 'session.taken_over', actor));
    },
    async release(id: string, actor: string): Promise<SessionView> {
      const session = await find(id);
      if (session.held_by === null) throw conflict(`Nobody holds session ${id}.`, 'There is nothing to release.');
      return hold(session, null, await audited(session, actor, 'session.released', 'released'));
    },
  };
};

export type SessionOperations = ReturnType<typeof createSessionOperations>;

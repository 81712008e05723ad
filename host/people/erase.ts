/**
 * Erases a person: the key first, so that from then on no copy of the content can be read, then what
 * stands in clear. A tombstone is written with the key's end; a crash in between is made good at the next
 * start, and a restored backup is erased again by it.
 */
import type { Tombstone } from '../db/key-store.ts';
import type { StoredMessage } from '../db/tables/messages.ts';
import type { Erasure } from '../db/unit.ts';
import { AppError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { PersonRecords } from '../ledger/person-records.ts';
import { type Clock, isoTime } from '../lib/clock.ts';
import type { NewId } from '../lib/ids.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { createMentions } from './mentions.ts';
import type { People } from './people.ts';

export interface EraseDeps {
  ledger: Ledger;
  records: PersonRecords;
  keyring: Keyring;
  clock: Clock;
  newId: NewId;
  people: Pick<People, 'drop'>;
  sessions: { forget(session_key: string): void };
  pairings: { forget(channel_id: string, user_key: string): void };
  /** A channel's outbox looks into the database again. */
  wake(channel_id: string): void;
  /** Empties the database's write-ahead log. */
  fold(): Promise<void>;
  /** Overwrites the keys' backups; answers with the folders that could not be reached. */
  copyKeys(): Promise<{ written: string[]; failed: string[] }>;
}

/** What an erasure did, as it is printed. */
export interface ErasureReport {
  person_id: string;
  channel_id: string;
  erased_at: string;
  keys_destroyed: number;
  messages_in: number;
  messages_out: number;
  deliveries_dropped: number;
  dead_letters_blanked: number;
  events_blanked: number;
  evidence_blanked: number;
  sessions_closed: number;
  keys_backups: string[];
  keys_backups_not_reached: string[];
  not_reached: readonly string[];
}

export const NOT_REACHED = [
  'what a plugin keeps in its own storage: only the plugin knows whom it speaks of',
  'what others wrote about or quoted of the person',
  'platform ids inside older backups of the database, until these are deleted',
  'events that wait to be parsed: what they bring counts as arrived after the erasure',
  'what the platform itself and the agent behind AGENT_URL keep',
] as const;

const PAGE = 500;
const WAITS: ReadonlySet<string> = new Set(['pending', 'held']);
const FAILED: ReadonlySet<string> = new Set(['unknown', 'expired', 'dead']);

type Counts = Pick<ErasureReport, 'messages_in' | 'messages_out' | 'deliveries_dropped' | 'dead_letters_blanked' | 'events_blanked'>;

const count = (counts: Counts, rows: readonly StoredMessage[], events: number): void => {
  for (const { direction, state } of rows) {
    if (direction === 'inbound') counts.messages_in++;
    else counts.messages_out++;
    if (direction === 'outbound' && WAITS.has(state)) counts.deliveries_dropped++;
    if (direction === 'outbound' && FAILED.has(state)) counts.dead_letters_blanked++;
  }
  counts.events_blanked += events;
};

export const createErase = (deps: EraseDeps) => {
  const { ledger, records, keyring, clock } = deps;
  const hashedOnce = (kind: 'event' | 'message', channel_id: string, key: string | null): string | null =>
    key === null || key.startsWith('erased.') ? key : keyring.hashed(kind, channel_id, key);

  const blankMessages = async (channel_id: string, user_key: string, direct: readonly string[], counts: Counts): Promise<void> => {
    const alone = new Set(direct);
    for (let after = 0; ; ) {
      const rows = await records.messages({ channel_id, user_key, direct }, after, PAGE);
      if (rows.length === 0) return;
      after = rows.at(-1)?.seq as number;
      const events = await records.events(
        channel_id,
        rows.flatMap(({ event_id }) => event_id ?? []),
      );
      const messages = rows.map((row) => ({
        id: row.id,
        message_id: hashedOnce('message', channel_id, row.message_id),
        event_id: hashedOnce('event', channel_id, row.event_id),
        conversation_key: alone.has(row.conversation_key) ? '' : row.conversation_key,
      }));
      const blanked = events.map(({ id, event_id }) => ({ id, event_id: hashedOnce('event', channel_id, event_id) as string }));
      await ledger.commit({ erasures: [{ at: clock.now(), messages, events: blanked }] });
      count(counts, rows, events.length);
    }
  };

  /** That something was asked stays, with its hash; by whom, what and what came back does not. */
  const blankEvidence = async (channel_id: string, user_key: string, direct: readonly string[]): Promise<number> => {
    let blanked = 0;
    for (let after = 0; ; ) {
      const rows = await records.evidence({ channel_id, user_key, direct }, after, PAGE);
      if (rows.length === 0) return blanked;
      after = rows.at(-1)?.seq as number;
      await ledger.commit({ erasures: [{ at: clock.now(), evidence: rows.map(({ id }) => id) }] });
      blanked += rows.length;
    }
  };

  /**
   * Raw bodies stand under keys of the day, which are everybody's: what is left of them goes under a new key,
   * and the former ones are destroyed, so that no backup shows what the person sent. Dead events that speak of
   * the person are blanked; waiting ones are somebody's message, which only their adapter can tell.
   */
  const changeDayKeys = async (channel_id: string, user_key: string, counts: Counts): Promise<number> => {
    const mentions = createMentions(user_key);
    const former = await keyring.changeDay();
    // Whoever sealed with the former key stands in the database once the writer has come to this.
    await ledger.commit({});
    for (let after = 0; ; ) {
      const rows = await records.sealedEvents(after, PAGE);
      if (rows.length === 0) break;
      after = rows.at(-1)?.seq as number;
      const theirs = rows.filter((row) => row.state === 'dead' && row.channel_id === channel_id && mentions(row.request));
      const events = theirs.map(({ id, event_id }) => ({ id, event_id: hashedOnce('event', channel_id, event_id) as string }));
      const resealed = rows.filter((row) => !theirs.includes(row)).map((row) => row.resealed());
      await ledger.commit({ erasures: [{ at: clock.now(), events, resealed }] });
      counts.events_blanked += events.length;
    }
    await keyring.destroyDays(former);
    return former.length;
  };

  const forgetInMemory = async (channel_id: string, user_key: string): Promise<string[]> => {
    const sessions = await records.sessions(channel_id, user_key);
    for (const { session_key } of sessions) deps.sessions.forget(session_key);
    deps.people.drop(channel_id, user_key);
    deps.pairings.forget(channel_id, user_key);
    return sessions.map(({ id }) => id);
  };

  const run = async (stone: Tombstone, user_key: string, actor: string): Promise<ErasureReport> => {
    const { channel_id, person_id } = stone;
    const direct = await records.directConversations(channel_id, user_key);
    const counts: Counts = { messages_in: 0, messages_out: 0, deliveries_dropped: 0, dead_letters_blanked: 0, events_blanked: 0 };
    let keys_destroyed = await keyring.destroy({ channel_id, user_key, conversation_keys: direct }, stone);
    await blankMessages(channel_id, user_key, direct, counts);
    const evidence_blanked = await blankEvidence(channel_id, user_key, direct);
    keys_destroyed += await changeDayKeys(channel_id, user_key, counts);
    const sessions = await forgetInMemory(channel_id, user_key);
    const last: Erasure = { at: clock.now(), sessions, pairing: { channel_id, user_key }, person_id };
    const detail = { channel_id, ...counts, evidence_blanked, sessions_closed: sessions.length };
    await ledger.commit({
      erasures: [last],
      audit: [{ at: clock.now(), actor, action: 'person.erased', person_id, decision: 'erased', detail }],
    });
    await keyring.finish(person_id);
    await deps.fold();
    deps.wake(channel_id);
    const copies = await deps.copyKeys();
    return {
      person_id,
      channel_id,
      erased_at: isoTime(stone.erased_at),
      keys_destroyed,
      ...counts,
      evidence_blanked,
      sessions_closed: sessions.length,
      keys_backups: copies.written,
      keys_backups_not_reached: copies.failed,
      not_reached: NOT_REACHED,
    };
  };

  const known = async (channel_id: string, user_key: string): Promise<boolean> => {
    if ((await records.personOf(channel_id, user_key)) !== undefined) return true;
    if ((await records.messages({ channel_id, user_key, direct: [] }, 0, 1)).length > 0) return true;
    if ((await records.pairing(channel_id, user_key)) !== undefined) return true;
    if ((await records.evidence({ channel_id, user_key, direct: [] }, 0, 1)).length > 0) return true;
    return (await records.sessions(channel_id, user_key)).length > 0;
  };

  return {
    async erase(channel_id: string, user_key: string, actor: string): Promise<ErasureReport> {
      if (!(await known(channel_id, user_key)))
        throw new AppError(
          'NOT_FOUND',
          `Nothing is stored of this user of ${channel_id}.`,
          'Channel and user key as GET /api/messages shows them.',
        );
      const person_id = (await records.personOf(channel_id, user_key)) ?? deps.newId();
      const user_hash = keyring.userHash(channel_id, user_key);
      return run({ person_id, channel_id, user_hash, erased_at: clock.now(), done: 0 }, user_key, actor);
    },
    /** Erases again what the tombstones name: all of them in a restored database, else those that were not done. */
    async applyTombstones(which: 'unfinished' | 'all', actor: string): Promise<ErasureReport[]> {
      const reports: ErasureReport[] = [];
      for (const stone of await keyring.tombstones()) {
        if (which === 'unfinished' && stone.done === 1) continue;
        for (const user_key of await records.users(stone.channel_id)) {
          if (keyring.userHash(stone.channel_id, user_key) !== stone.user_hash) continue;
          // The same user as a new person came after the erasure; in a backup from before it, there is no such row.
          const person_id = await records.personOf(stone.channel_id, user_key);
          if (person_id === undefined || person_id === stone.person_id) reports.push(await run(stone, user_key, actor));
        }
        await keyring.finish(stone.person_id);
      }
      return reports;
    },
  };
};

export type Erase = ReturnType<typeof createErase>;

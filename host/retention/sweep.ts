/**
 * One walk over what may be old, from the oldest row on. Each step reads a page beside the traffic and
 * removes what is due of it in a transaction that it shares with whatever else waits, then pauses.
 */
import type { AgedMessage, AgedRows } from '../db/tables/aged.ts';
import type { Retirement, UnitResult } from '../db/unit.ts';
import type { Ages } from './ages.ts';

export interface Counts {
  events: number;
  messages: number;
  message_contents: number;
  sessions: number;
  evidence: number;
  evidence_contents: number;
  audit: number;
}

export const noCounts = (): Counts => ({
  events: 0,
  messages: 0,
  message_contents: 0,
  sessions: 0,
  evidence: 0,
  evidence_contents: 0,
  audit: 0,
});

export interface SweepDeps {
  aged: AgedRows;
  commit(unit: { retire: Retirement[] }): Promise<UnitResult>;
  /** Lets the traffic through; false: the host stops, and the rest waits for another time. */
  pause(): Promise<boolean>;
}

/** Rows in one step. Removing 200 messages with their index entries takes a few milliseconds. */
export const STEP = 200;

/** Thrown inside a sweep to end it; nobody outside sees it. */
const STOPPED = Symbol('stopped');

/** Pages of rows from a place on, until one has nothing that is old; of each what is. */
async function* oldRows<Row extends { seq: number }>(
  page: (after_seq: number) => Promise<Row[]>,
  isOld: (row: Row) => boolean,
  from = 0,
): AsyncGenerator<Row[]> {
  for (let after = from; ; ) {
    const rows = await page(after);
    const old = rows.filter(isOld);
    if (old.length > 0) yield old;
    if (old.length === 0 || rows.length < STEP) return;
    after = rows.at(-1)?.seq as number;
  }
}

export const createSweep = ({ aged, commit, pause }: SweepDeps) => {
  /** By channel, where contents are blanked up to: rows that only wait for their end are not read every hour. */
  const blanked = new Map<string, number>();

  const retire = async (counts: Counts, retirement: Retirement): Promise<void> => {
    counts[retirement.what] += (await commit({ retire: [retirement] })).retired;
    if (!(await pause())) throw STOPPED;
  };

  const ids = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);

  const events = async (before: number, counts: Counts): Promise<void> => {
    const pages = oldRows(
      (after) => aged.events(after, STEP),
      (row) => row.received_at < before,
    );
    for await (const rows of pages) await retire(counts, { what: 'events', seqs: rows.map(({ seq }) => seq) });
  };

  const messages = async (channel_id: string, { blank, remove }: { blank: number; remove: number }, counts: Counts): Promise<void> => {
    const before = (time: number, from?: number): AsyncGenerator<AgedMessage[]> =>
      oldRows(
        (after) => aged.messages(channel_id, after, STEP),
        (row) => row.received_at < time,
        from,
      );
    for await (const rows of before(remove)) await retire(counts, { what: 'messages', ids: ids(rows) });
    if (blank <= remove) return;
    let settled = true;
    for await (const rows of before(blank, blanked.get(channel_id))) {
      await retire(counts, { what: 'message_contents', ids: ids(rows) });
      settled &&= rows.every(({ final }) => final === 1);
      if (settled) blanked.set(channel_id, rows.at(-1)?.seq as number);
    }
  };

  /** Sessions are not in the order of their last use: every one is looked at. */
  const sessions = async (ages: Ages, counts: Counts): Promise<void> => {
    for (let after = 0; ; ) {
      const rows = await aged.sessions(after, STEP);
      for (const channel_id of new Set(rows.map((row) => row.channel_id))) {
        const idle_since = ages.messages(channel_id).blank;
        const idle = rows.filter((row) => row.channel_id === channel_id && row.last_active_at < idle_since);
        if (idle.length > 0) await retire(counts, { what: 'sessions', ids: ids(idle), idle_since });
      }
      if (rows.length < STEP) return;
      after = rows.at(-1)?.seq as number;
    }
  };

  /** What was asked and answered goes with the messages; that it was asked, and how it was decided, with the trail. */
  const evidence = async (ages: Ages, counts: Counts): Promise<void> => {
    const blank = (channel_id: string): number => ages.messages(channel_id).blank;
    for (const channel_id of await aged.evidenceChannels()) {
      const kept = oldRows(
        (after) => aged.keptEvidence(channel_id, after, STEP),
        (row) => row.requested_at < blank(channel_id),
      );
      for await (const rows of kept) await retire(counts, { what: 'evidence_contents', ids: ids(rows) });
    }
    const over = oldRows(
      (after) => aged.evidence(after, STEP),
      (row) => row.requested_at < Math.min(ages.audit, blank(row.channel_id)),
    );
    for await (const rows of over) await retire(counts, { what: 'evidence', ids: ids(rows) });
  };

  /** Removes what is old and counts it. */
  return async (ages: Ages, counts: Counts): Promise<void> => {
    try {
      await events(ages.events, counts);
      for (const channel_id of await aged.channels()) await messages(channel_id, ages.messages(channel_id), counts);
      await sessions(ages, counts);
      await evidence(ages, counts);
    } catch (error) {
      if (error !== STOPPED) throw error;
    }
  };
};

/** `events`: one verified delivery of a platform each, refused by `(channel_id, event_id)` when repeated. */
import { inRounds, rowsFrom, tuples } from '../batch-statement.ts';
import type { Connection } from '../connection.ts';
import type { EventChange, EventRow, EventState } from '../unit.ts';
import { erasedOf } from './erasures.ts';

export interface StoredEvent {
  seq: number;
  id: string;
  channel_id: string;
  event_id: string;
  source: 'webhook' | 'emit';
  received_at: number;
  request: string | null;
  state: EventState;
  attempts: number;
  deliveries: number;
  finished_at: number | null;
  error_code: string | null;
  error: string | null;
}

/** What is written of a new event. One that is parsed already stands as such from the beginning, without its body. */
interface InsertedEvent extends Omit<EventRow, 'request' | 'erased_key'> {
  request: string | null;
  state: EventState;
  finished_at: number | null;
  error_code: string | null;
  error: string | null;
}
const INSERTED = [
  'id',
  'channel_id',
  'event_id',
  'source',
  'received_at',
  'request',
  'state',
  'finished_at',
  'error_code',
  'error',
] as const;
const INSERT = `INSERT INTO events (${INSERTED.join(', ')})
  SELECT ${INSERTED.join(', ')} FROM (${rowsFrom(INSERTED)}) WHERE true
  ON CONFLICT (channel_id, event_id) DO NOTHING RETURNING id, seq`;

const COUNT_REPEATS = `UPDATE events SET deliveries = deliveries + j.times
  FROM (SELECT channel_id, event_id, count(*) AS times FROM (${rowsFrom(['channel_id', 'event_id'])}) GROUP BY 1, 2) AS j
  WHERE events.channel_id = j.channel_id AND events.event_id = j.event_id`;

const NOTHING_PARSED: ReadonlyMap<string, EventChange> = new Map();

const insertedEvent = (row: EventRow, parsed: EventChange | undefined): InsertedEvent => ({
  ...row,
  request: parsed ? null : row.request(),
  state: parsed ? 'parsed' : 'received',
  finished_at: parsed?.finished_at ?? null,
  error_code: parsed?.error_code ?? null,
  error: parsed?.error ?? null,
});

/**
 * Returns the new rows' `seq` by id; the others are counted on the row that stands. `parsed`: changes of the
 * same batch by event, which spare a new event its seal, its body and a second statement.
 */
export const insertEvents = async (
  db: Connection,
  rows: readonly EventRow[],
  parsed: ReadonlyMap<string, EventChange> = NOTHING_PARSED,
): Promise<Map<string, number>> => {
  const erased = await erasedOf(db, 'events', rows);
  const isErased = (row: EventRow): boolean => row.erased_key != null && erased.has(row.erased_key);
  const written = rows.filter((row) => !isErased(row)).map((row) => insertedEvent(row, parsed.get(row.id)));
  const inserted = await db.all<{ id: string; seq: number }>(INSERT, [tuples<InsertedEvent>(INSERTED, written)]);
  const result = new Map(inserted.map((row) => [row.id, row.seq]));
  if (result.size < rows.length) {
    const repeats = rows
      .filter((row) => !result.has(row.id))
      .map((row) => (isErased(row) ? { ...row, event_id: row.erased_key as string } : row));
    await db.run(COUNT_REPEATS, [tuples<EventRow>(['channel_id', 'event_id'], repeats)]);
  }
  return result;
};

const CHANGED = ['id', 'state', 'attempts', 'finished_at', 'error_code', 'error'] as const;
const CHANGE = `UPDATE events SET
    state = j.state,
    attempts = coalesce(j.attempts, events.attempts),
    finished_at = j.finished_at,
    error_code = j.error_code,
    error = j.error,
    request = CASE j.state WHEN 'parsed' THEN NULL ELSE events.request END
  FROM (${rowsFrom(CHANGED)}) AS j
  WHERE events.id = j.id AND events.state = 'received'`;

/** Only an event that is still `received` changes; `parsed` empties its body. */
export const changeEvents = async (db: Connection, changes: readonly EventChange[]): Promise<void> => {
  for (const round of inRounds(changes)) await db.run(CHANGE, [tuples<EventChange>(CHANGED, round)]);
};

export const OPEN_EVENTS = `SELECT * FROM events WHERE channel_id = ? AND state = 'received' AND seq > ? ORDER BY seq LIMIT ?`;

export const openEvents = (db: Connection, channel_id: string, after_seq: number, limit: number): Promise<StoredEvent[]> =>
  db.all<StoredEvent>(OPEN_EVENTS, [channel_id, after_seq, limit]);

export const eventOfMessage = (db: Connection, channel_id: string, event_id: string): Promise<StoredEvent | undefined> =>
  db.get<StoredEvent>('SELECT * FROM events WHERE channel_id = ? AND event_id = ?', [channel_id, event_id]);

export const COUNT_OPEN_EVENTS = `SELECT channel_id, count(*) AS waiting FROM events WHERE state = 'received' GROUP BY channel_id`;

export const countOpenEvents = (db: Connection): Promise<{ channel_id: string; waiting: number }[]> => db.all(COUNT_OPEN_EVENTS);

/**
 * Which event is at fault when parsing fails. One that makes `receive` throw is tried once more, alone. When
 * a worker ends, everything it held is run again one event at a time, and the one that ends a worker twice
 * while nobody else is in it is dead.
 */
import type { InboundEvent } from '../../schemas/message.ts';
import type { SortedReceived } from './received.ts';

/** How one `receive` ended. */
export type Parsed =
  | { ok: true; received: SortedReceived }
  /** The adapter threw, or nothing of what it returned has the right shape. */
  | { ok: false; kind: 'threw'; message: string }
  /** Its worker ended, or was ended at the deadline, while it held this event. */
  | { ok: false; kind: 'died'; message: string }
  /** Its worker was ended by the host itself while it held this event: nobody is to blame, another worker takes it. */
  | { ok: false; kind: 'stopped' };

/** An event in memory, on its way to its messages. */
export interface Item {
  event: InboundEvent;
  /** False when the event's own commit failed or found a duplicate: what becomes of it does not count. */
  stands: boolean;
  throws: number;
  /** Workers that ended while this event was alone in them. */
  kills: number;
  /** Must not be with others in the worker. */
  alone: boolean;
  /** A worker, or the host before this one, ended while it held this event. */
  suspect: boolean;
  /** Nobody else was in the worker since it was handed over. */
  solo: boolean;
  /** Hand-overs that the database knows of. */
  attempts: number;
  /** Since when it has waited for something it speaks of; null when it never did. */
  waits_since: number | null;
  /** Which worker it was handed to. */
  generation: number;
  parsed: Parsed | null;
}

export const newItem = (event: InboundEvent, from: { stands: boolean; attempts: number; suspect: boolean }): Item => ({
  event,
  stands: from.stands,
  throws: 0,
  kills: 0,
  alone: from.suspect,
  suspect: from.suspect,
  solo: false,
  attempts: from.attempts,
  waits_since: null,
  generation: 0,
  parsed: null,
});

export const MAX_KILLS = 2;
const MAX_THROWS = 2;

export type Verdict = { next: 'last' | 'first' } | { dead: 'PARSE_FAILED' | 'POISON' };

/** Notes the failure on the item, and says whether it goes to the end of the queue, to its head, or nowhere. */
export const judge = (item: Item, kind: 'threw' | 'died'): Verdict => {
  item.alone = true;
  if (kind === 'threw') {
    item.suspect = false;
    item.throws++;
    return item.throws >= MAX_THROWS ? { dead: 'PARSE_FAILED' } : { next: 'last' };
  }
  item.suspect = true;
  if (item.solo) item.kills++;
  return item.kills >= MAX_KILLS ? { dead: 'POISON' } : { next: 'first' };
};

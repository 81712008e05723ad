/**
 * The events of one channel, in `seq` order, from their record to their messages. An event is handed to
 * the adapter while its own commit is still under way, many at a time, and the results are taken in
 * order. Memory holds a window; what does not fit waits in the database.
 */
import type { InboundEvent } from '../../schemas/message.ts';
import type { Unit } from '../db/unit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { createBacklog } from '../lib/backlog.ts';
import type { Clock } from '../lib/clock.ts';
import { type Item, judge, MAX_KILLS, newItem, type Parsed } from './blame.ts';
import type { SortedReceived } from './received.ts';

export interface IntakeDeps {
  ledger: Ledger;
  clock: Clock;
  /** Takes what an adapter made of an event; `later` when it speaks of something that is not there yet. Rejects when it could not be written. */
  accept(event: InboundEvent, received: SortedReceived): Promise<'done' | 'later'>;
  on_error(error: unknown, what: string): void;
  /** An event was given up. */
  on_dead(event: InboundEvent, code: string, message: string): void;
  probe?: ((point: 'event.handed', id: string) => void) | undefined;
}

export interface IntakeOptions {
  channel_id: string;
  /** Calls of `receive` under way at once. */
  concurrency: number;
  /** Events kept in memory at most. */
  window: number;
}

const PAGE = 100;
/** A delivery report of a message that is not known is tried again this long: it may overtake our own receipt. */
const LATER_FOR_MS = 60_000;
const LATER_EVERY_MS = 2_000;
/** A write that failed is tried again after this time. */
const AGAIN_MS = 1_000;

type Failed = Extract<Parsed, { ok: false; message: string }>;
const isStopped = (item: Item | undefined): boolean => item?.parsed?.ok === false && item.parsed.kind === 'stopped';

export const createIntake = (deps: IntakeDeps, options: IntakeOptions) => {
  const { ledger, clock } = deps;
  let parse: ((event: InboundEvent) => Promise<Parsed>) | null = null;
  /** Counts the workers, so that the end of an old one does not stop its successor. */
  let generation = 0;
  const waiting: Item[] = [];
  const flying: Item[] = [];
  /** By event id: what is read from the database meanwhile must not stand in memory twice. */
  const known = new Map<string, Item>();
  let unclean = false;
  let taking = false;
  let closed = false;

  const backlog = createBacklog({
    page: PAGE,
    ready: () => parse !== null && !closed,
    room: () => waiting.length <= options.window / 2,
    read: (after_seq, limit) => ledger.waitingEvents(options.channel_id, after_seq, limit),
    async take(rows) {
      for (const { event, attempts } of rows) {
        if (known.has(event.event_id)) continue;
        const item = newItem(event, { stands: true, attempts, suspect: unclean });
        known.set(event.event_id, item);
        if (attempts < MAX_KILLS) waiting.push(item);
        else await bury(item, 'POISON', 'the host ended each time this event was handed over');
      }
      pump();
    },
    on_caught_up() {
      unclean = false;
    },
    track: (work) => void work.catch((error) => deps.on_error(error, 'read waiting events')),
  });

  const forget = (item: Item): void => {
    if (known.get(item.event.event_id) === item) known.delete(item.event.event_id);
  };

  const suspected = (): boolean => (waiting[0]?.suspect ?? false) || flying.some((item) => item.suspect);

  const pump = (): void => {
    while (parse && !closed && waiting.length > 0 && flying.length < options.concurrency) {
      const item = waiting[0] as Item;
      // What the worker before this one holds is waited for: results of two workers would overtake each other.
      if (flying.length > 0 && flying[0]?.generation !== generation) return;
      if (flying.length > 0 && (item.alone || flying[0]?.alone || suspected())) return;
      waiting.shift();
      hand(item, parse);
    }
    backlog.refill();
  };

  const hand = (item: Item, call: (event: InboundEvent) => Promise<Parsed>): void => {
    for (const other of flying) other.solo = false;
    item.solo = flying.length === 0;
    item.parsed = null;
    item.generation = generation;
    flying.push(item);
    const run = async (): Promise<void> => {
      if (item.suspect) await noteAttempt(item);
      deps.probe?.('event.handed', item.event.id);
      item.parsed = await call(item.event);
    };
    run()
      .catch((error) => {
        deps.on_error(error, 'hand over an event');
        item.parsed = { ok: false, kind: 'threw', message: String(error) };
      })
      .then(take);
  };

  /** Written before the hand-over: when the whole host dies of this event, the next start knows. */
  const noteAttempt = async (item: Item): Promise<void> => {
    item.attempts++;
    const change = { id: item.event.id, state: 'received', attempts: item.attempts } as const;
    await ledger.commit({ event_changes: [change] }).catch((error) => deps.on_error(error, 'note an attempt'));
  };

  /** Takes results in the order of the events. */
  const take = (): void => {
    if (taking) return;
    taking = true;
    takeReady()
      .catch((error) => deps.on_error(error, 'take an event'))
      .finally(() => {
        taking = false;
        if (flying[0]?.parsed && !leaving()) take();
        else pump();
      });
  };

  /** The host ended the worker, and some of the calls that it held are not back yet. */
  const leaving = (): boolean => isStopped(flying[0]) && flying.some((item) => item.parsed === null);

  const takeReady = async (): Promise<void> => {
    for (let item = flying[0]; item?.parsed; item = flying[0]) {
      if (isStopped(item)) {
        if (leaving()) return;
        // All of them, in their order: what came after the first of them must not be taken before it.
        waiting.unshift(...flying.splice(0));
        return;
      }
      flying.shift();
      // What is accepted is not awaited: the next event is taken while this one is on its way to the disk.
      if (item.parsed.ok) finish(item, item.parsed.received);
      else if (item.parsed.kind !== 'stopped') await failed(item, item.parsed);
    }
  };

  const finish = (item: Item, received: SortedReceived): void => {
    item.suspect = false;
    deps.accept(item.event, received).then(
      (outcome) => {
        if (outcome === 'later') later(item);
        else forget(item);
      },
      (error) => {
        deps.on_error(error, 'accept an event');
        // It stands in the database as received; or it was never written, and then the platform repeats it.
        again(item, AGAIN_MS);
      },
    );
  };

  const again = (item: Item, after_ms: number): void => {
    clock.after(after_ms, () => {
      if (item.stands) waiting.push(item);
      else forget(item);
      pump();
    });
  };

  const later = (item: Item): void => {
    item.waits_since ??= clock.now();
    if (clock.now() - item.waits_since < LATER_FOR_MS) again(item, LATER_EVERY_MS);
    else {
      bury(item, 'UNKNOWN_DELIVERY', 'it reports on a message that was never sent from here').catch((error) =>
        deps.on_error(error, 'give up an event'),
      );
    }
  };

  const failed = async (item: Item, { kind, message }: Failed): Promise<void> => {
    // The worker is gone; until the next one is ready, nothing is handed over.
    if (kind === 'died' && item.generation === generation) parse = null;
    const verdict = judge(item, kind);
    if ('dead' in verdict) await bury(item, verdict.dead, message);
    else if (verdict.next === 'last') waiting.push(item);
    else {
      const at = waiting.findIndex((other) => !other.suspect);
      waiting.splice(at === -1 ? waiting.length : at, 0, item);
    }
  };

  const bury = async (item: Item, code: string, message: string): Promise<void> => {
    const { event } = item;
    deps.on_dead(event, code, message);
    const at = clock.now();
    const error = ledger.sealEventError(event.id, message);
    await commitFirmly({
      event_changes: [{ id: event.id, state: 'dead', finished_at: at, error_code: code, error }],
      audit: [
        {
          at,
          actor: 'host',
          action: 'event.dead',
          subject: event.id,
          decision: 'dead',
          detail: { channel_id: options.channel_id, event_id: event.event_id, reason: code },
        },
      ],
    });
    forget(item);
  };

  /** A full disk must not make the host forget that an event is dead: it would be neither handled nor shown. */
  const commitFirmly = async (unit: Unit): Promise<void> => {
    for (;;) {
      try {
        await ledger.commit(unit);
        return;
      } catch (error) {
        if (closed) return;
        deps.on_error(error, 'record that an event was given up');
        await new Promise<void>((resolve) => clock.after(AGAIN_MS, resolve));
      }
    }
  };

  /** Hands an event over before it is written, when nothing stands before it. */
  const speculate = (event: InboundEvent): Item | null => {
    if (closed || known.has(event.event_id)) return null;
    if (waiting.length >= options.window) backlog.fallBehind();
    if (backlog.behind()) return null;
    const item = newItem(event, { stands: false, attempts: 0, suspect: false });
    known.set(event.event_id, item);
    waiting.push(item);
    pump();
    return item;
  };

  /** The event's own commit has ended: what was begun on its behalf counts, or does not. */
  const settle = (item: Item, seq: number | undefined): void => {
    if (seq !== undefined) {
      item.stands = true;
      backlog.passed(seq);
      return;
    }
    // The platform repeats what could not be written: its repeat is another item, also while this one is still being parsed.
    forget(item);
    const at = waiting.indexOf(item);
    if (at !== -1) waiting.splice(at, 1);
  };

  return {
    /**
     * Records an event and hands it over. Resolves after the commit that holds it: only then may it be
     * acknowledged. `duplicate` when the platform has sent it before.
     */
    async record(event: InboundEvent): Promise<{ duplicate: boolean }> {
      const commit = ledger.commit({ events: [ledger.eventRow(event, Date.parse(event.received_at))] });
      const item = speculate(event);
      if (!item) backlog.expect();
      let seq: number | undefined;
      try {
        seq = (await commit).events.get(event.id);
      } finally {
        if (item) settle(item, seq);
        else {
          backlog.missed(seq);
          pump();
        }
      }
      return { duplicate: seq === undefined };
    },
    /** A worker is ready: what waits is handed to it, once the one before it has given back what it holds. */
    open(receive: (event: InboundEvent) => Promise<Parsed>): void {
      generation++;
      parse = receive;
      pump();
    },
    /** No worker: events wait. */
    pause(): void {
      parse = null;
    },
    /** The process before this one ended without closing: leftovers are tried one at a time. */
    markUnclean(): void {
      unclean = true;
    },
    counts: () => ({ waiting: waiting.length, in_flight: flying.length }),
    close(): void {
      closed = true;
    },
  };
};

export type Intake = ReturnType<typeof createIntake>;

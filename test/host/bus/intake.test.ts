/** Events between two workers: what the old one holds and what the new one takes. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Parsed } from '../../../host/bus/blame.ts';
import { createIntake, type Intake } from '../../../host/bus/intake.ts';
import type { InboundEvent } from '../../../schemas/message.ts';
import { until } from '../../support/until.ts';
import { openTestLedger, someEvent, type TestLedger } from '../ledger/fixture.ts';

const NOTHING: Parsed = { ok: true, received: { messages: [], reports: [], accounts: [], refused: [] } };
const STOPPED: Parsed = { ok: false, kind: 'stopped' };

/** A worker whose calls a test ends. */
const createWorker = () => {
  const open = new Map<string, (parsed: Parsed) => void>();
  const handed: string[] = [];
  return {
    handed,
    receive: (event: InboundEvent): Promise<Parsed> => {
      handed.push(event.id);
      return new Promise((resolve) => open.set(event.id, resolve));
    },
    end(id: string, parsed: Parsed = NOTHING): void {
      open.get(id)?.(parsed);
      open.delete(id);
    },
    endAll(parsed: Parsed): void {
      for (const id of [...open.keys()].reverse()) this.end(id, parsed);
    },
  };
};

let at: TestLedger;
let intake: Intake;
let accepted: string[];
let dead: string[];

beforeEach(async () => {
  at = await openTestLedger();
  accepted = [];
  dead = [];
  intake = createIntake(
    {
      ledger: at.ledger,
      clock: at.clock,
      async accept(event) {
        accepted.push(event.id);
        return 'done';
      },
      on_error: (error) => {
        throw error;
      },
      on_dead: (event) => dead.push(event.id),
    },
    { channel_id: 'telegram', concurrency: 8, window: 100 },
  );
});
afterEach(async () => {
  intake.close();
  await at.close();
});

const record = async (...ids: string[]): Promise<void> => {
  for (const id of ids) await intake.record(someEvent(id));
};
const handedTo = (worker: { handed: string[] }, ...ids: string[]) =>
  until(
    () => worker.handed,
    (handed) => handed.join() === ids.join(),
    `${ids} are handed over`,
  );
const acceptedAre = (...ids: string[]) =>
  until(
    () => accepted,
    (now) => now.join() === ids.join(),
    `${ids} are accepted`,
  );

describe('when the next worker takes over', () => {
  it('what the one before it holds ends there, and only then is anything handed to the next', async () => {
    const [old, next] = [createWorker(), createWorker()];
    intake.open(old.receive);
    await record('a', 'b');
    await handedTo(old, 'a', 'b');
    intake.open(next.receive);
    await record('c');
    old.end('b');
    old.end('a');
    await handedTo(next, 'c');
    next.end('c');
    await acceptedAre('a', 'b', 'c');
    expect(old.handed).toEqual(['a', 'b']);
  });

  it('what the host took away from the one before it goes to the next, in its order, and nobody is blamed', async () => {
    const [old, next] = [createWorker(), createWorker()];
    intake.open(old.receive);
    await record('a', 'b', 'c');
    await handedTo(old, 'a', 'b', 'c');
    // The second was parsed already; it must not be taken before the first, which was not.
    old.end('b');
    intake.open(next.receive);
    await record('d');
    old.endAll(STOPPED);
    await handedTo(next, 'a', 'b', 'c', 'd');
    expect(accepted).toEqual([]);
    next.endAll(NOTHING);
    await acceptedAre('a', 'b', 'c', 'd');
    expect(dead).toEqual([]);
  });

  it('what was taken away waits while there is none, however often', async () => {
    for (let round = 0; round < 5; round++) {
      const worker = createWorker();
      intake.open(worker.receive);
      if (round === 0) await record('a', 'b');
      await handedTo(worker, 'a', 'b');
      intake.pause();
      worker.endAll(STOPPED);
      await until(
        () => intake.counts(),
        ({ in_flight, waiting }) => in_flight === 0 && waiting === 2,
        'both wait again',
      );
    }
    const last = createWorker();
    intake.open(last.receive);
    await handedTo(last, 'a', 'b');
    last.endAll(NOTHING);
    await acceptedAre('a', 'b');
    expect(dead).toEqual([]);
  });
});

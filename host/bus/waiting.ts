/**
 * Messages that wait as `received` and are in no lane: what came while the network mode was off, or belongs to a
 * channel that was not there, and what an earlier process left. They are read in `seq` order when they may be handled;
 * until then nothing new of any conversation overtakes them.
 */
import type { StoredMessage } from '../db/tables/messages.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { createBacklog } from '../lib/backlog.ts';
import type { Gate } from '../lib/gate.ts';

export interface WaitingDeps {
  ledger: Pick<Ledger, 'openInbound'>;
  gate: Gate;
  /** Messages in all lanes. */
  inLanes(): number;
  /** Puts a message into its lane; not called for those that are in one. */
  enter(row: StoredMessage): void;
  on_error(error: unknown, what: string): void;
}

const PAGE = 500;
/** Messages in lanes up to which more are read. */
const WINDOW = 2_000;

export const createWaiting = ({ ledger, gate, inLanes, enter, on_error }: WaitingDeps) => {
  const present = new Set<string>();
  /** What left its lane while the database was read: the rows may still show it as open. */
  const left = new Set<string>();

  const backlog = createBacklog<StoredMessage>({
    page: PAGE,
    ready: () => gate.isOpen(),
    room: () => inLanes() < WINDOW,
    read(after_seq, limit) {
      left.clear();
      return ledger.openInbound(after_seq, limit);
    },
    take(rows) {
      for (const row of rows) if (!present.has(row.id) && !left.has(row.id)) enter(row);
    },
    track: (work) => void work.catch((error) => on_error(error, 'read waiting messages')),
  });

  return {
    /** Whether a new message may go into its lane; one that may not is announced with `expect`. */
    mayEnter: (): boolean => gate.isOpen() && !backlog.behind(),
    expect: (): void => backlog.expect(),
    entered: (id: string): void => void present.add(id),
    leaves(id: string): void {
      present.delete(id);
      if (!backlog.behind()) return;
      left.add(id);
      backlog.refill();
    },
    /** The commit of a message that is in its lane has ended. */
    stands(seq: number | undefined): void {
      if (seq !== undefined) backlog.passed(seq);
    },
    /** The commit of a message that was announced has ended. */
    missed(seq: number | undefined): void {
      backlog.missed(seq);
      backlog.refill();
    },
    /** Another channel is there: everything is looked through again. */
    restart(): void {
      backlog.restart();
      backlog.refill();
    },
    refill: (): void => backlog.refill(),
  };
};

/**
 * The part of a queue that waits in the database. Memory holds a window of a queue; what does not fit, or
 * came while nobody could take it, is read again in `seq` order when there is room.
 */
export interface Backlog {
  /** Rows may stand in the database only: what is new now must not overtake them. */
  behind(): boolean;
  /** From now on what is new stays in the database. */
  fallBehind(): void;
  /** A row of this `seq` is in memory: it need not be read. */
  passed(seq: number): void;
  /** A row is on its way to the database that will not be in memory: until `missed` says what became of it, what is new must not overtake it. */
  expect(): void;
  /** An expected row was written, or was not (`undefined`). Others may have moved the cursor past it. */
  missed(seq: number | undefined): void;
  /** Everything is read again from the beginning. */
  restart(): void;
  /** Reads on, when there is something to read, room for it and somebody to take it. */
  refill(): void;
}

export interface BacklogOptions<Row extends { seq: number }> {
  /** Rows a look. */
  page: number;
  /** Somebody takes what is read. */
  ready(): boolean;
  /** There is room for another page. */
  room(): boolean;
  read(after_seq: number, limit: number): Promise<readonly Row[]>;
  /** Puts rows into memory; rows that are there already must be recognised. */
  take(rows: readonly Row[]): void | Promise<void>;
  /** The database has no more. */
  on_caught_up?: () => void;
  /** Reads run outside any call: whoever closes waits for them. */
  track(work: Promise<void>): void;
}

export const createBacklog = <Row extends { seq: number }>(options: BacklogOptions<Row>): Backlog => {
  // At the start the database may hold what an earlier process left.
  let behind = true;
  let cursor = 0;
  let loading = false;
  /** Grows with each row that only a new look can find: a look that began before it does not count. */
  let unseen = 0;
  /** Rows that are being written now. */
  let expected = 0;

  const load = async (): Promise<void> => {
    try {
      while (options.ready() && options.room()) {
        const before = unseen;
        const rows = await options.read(cursor, options.page);
        for (const row of rows) cursor = Math.max(cursor, row.seq);
        await options.take(rows);
        if (rows.length < options.page && unseen === before) {
          // What is expected makes the next look when it is there.
          if (expected > 0) return;
          behind = false;
          options.on_caught_up?.();
          return;
        }
      }
    } finally {
      // In the turn that ends the loop: whoever asks for a refill right after it must not find it loading.
      loading = false;
    }
  };

  return {
    behind: () => behind,
    fallBehind() {
      behind = true;
    },
    passed(seq) {
      // Who is behind has rows before this one still to read.
      if (!behind) cursor = Math.max(cursor, seq);
    },
    expect() {
      expected++;
    },
    missed(seq) {
      expected--;
      if (seq === undefined) return;
      cursor = Math.min(cursor, seq - 1);
      behind = true;
      unseen++;
    },
    restart() {
      cursor = 0;
      behind = true;
      unseen++;
    },
    refill() {
      if (!behind || loading || !options.ready() || !options.room()) return;
      loading = true;
      options.track(load());
    },
  };
};

/** What is on its way to the database is not overtaken by what comes after it. */
import { describe, expect, it } from 'vitest';
import { createBacklog } from '../../host/lib/backlog.ts';
import { createDeliveryLanes } from '../../host/outbox/delivery-lanes.ts';

const makeBacklog = () => {
  const rows: { seq: number }[] = [];
  const taken: number[] = [];
  const work: Promise<void>[] = [];
  const backlog = createBacklog({
    page: 10,
    ready: () => true,
    room: () => true,
    read: async (after_seq) => rows.filter(({ seq }) => seq > after_seq),
    take(found) {
      taken.push(...found.map(({ seq }) => seq));
    },
    track: (each) => void work.push(each),
  });
  /** Looks into the database, until nobody looks any more. */
  const look = async (): Promise<void> => {
    backlog.refill();
    while (work.length > 0) await work.shift();
  };
  return { backlog, rows, taken, look };
};

describe('a backlog', () => {
  it('is behind while a row that it must read is still being written, and has caught up when that was read', async () => {
    const { backlog, rows, taken, look } = makeBacklog();
    backlog.expect();
    await look();
    expect(backlog.behind()).toBe(true);
    rows.push({ seq: 1 });
    backlog.missed(1);
    await look();
    expect(backlog.behind()).toBe(false);
    expect(taken).toEqual([1]);
  });

  it('does not wait for a row that could not be written', async () => {
    const { backlog, look } = makeBacklog();
    backlog.expect();
    await look();
    backlog.missed(undefined);
    await look();
    expect(backlog.behind()).toBe(false);
  });

  it('skips nothing when a later row passed in memory while it was behind', async () => {
    const { backlog, rows, taken, look } = makeBacklog();
    rows.push({ seq: 1 }, { seq: 2 });
    backlog.passed(7);
    await look();
    expect(taken).toEqual([1, 2]);
  });
});

describe('the lane of a conversation', () => {
  it('stands while a delivery of it is being written, although nothing waits and nothing is in flight', () => {
    const lanes = createDeliveryLanes();
    const lane = lanes.open('a');
    lane.planned++;
    lanes.leave('a', lane);
    lanes.clear();
    expect(lanes.get('a')).toBe(lane);
    lane.planned--;
    lanes.leave('a', lane);
    expect(lanes.get('a')).toBeUndefined();
  });
});

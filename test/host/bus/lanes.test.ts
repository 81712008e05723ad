import { describe, expect, it } from 'vitest';
import { createLanes } from '../../../host/bus/lanes.ts';
import { settled } from '../../support/fake-clock.ts';

/** Lanes whose turns end when the test says so. */
const setUp = () => {
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const lanes = createLanes<string>(
    (item, key) =>
      new Promise((resolve, reject) => {
        begun.push(`${key}:${item}`);
        ends.set(item, (error) => (error ? reject(error) : resolve()));
      }),
  );
  const end = async (item: string, error?: Error): Promise<void> => {
    ends.get(item)?.(error);
    await settled();
  };
  return { lanes, begun, end };
};

describe('lanes', () => {
  it('run one item of a conversation after the other, in order, and different conversations at once', async () => {
    const { lanes, begun, end } = setUp();
    for (const item of ['a1', 'a2', 'a3']) lanes.enter('a', item);
    lanes.enter('b', 'b1');
    expect(begun).toEqual(['a:a1', 'b:b1']);
    await end('a1');
    expect(begun).toEqual(['a:a1', 'b:b1', 'a:a2']);
    await end('b1');
    await end('a2');
    expect(begun).toEqual(['a:a1', 'b:b1', 'a:a2', 'a:a3']);
  });

  it('begin the turn within the call when the lane is free', () => {
    const { lanes, begun } = setUp();
    expect(lanes.free('a')).toBe(true);
    lanes.enter('a', 'a1');
    expect([begun.length, lanes.free('a')]).toEqual([1, false]);
  });

  it('move on when a turn fails', async () => {
    const { lanes, begun, end } = setUp();
    lanes.enter('a', 'a1');
    lanes.enter('a', 'a2');
    await end('a1', new Error('broken'));
    expect(begun).toEqual(['a:a1', 'a:a2']);
  });

  it('exist only while somebody is in them', async () => {
    const { lanes, end } = setUp();
    lanes.enter('a', 'a1');
    lanes.enter('a', 'a2');
    expect(lanes.size()).toBe(2);
    await end('a1');
    expect([lanes.size(), lanes.free('a')]).toEqual([1, false]);
    await end('a2');
    expect([lanes.size(), lanes.free('a')]).toEqual([0, true]);
  });

  it('give away the waiting items that fulfil a test, from the head until the first that does not', async () => {
    const { lanes, begun, end } = setUp();
    for (const item of ['now', 'x1', 'x2', 'y', 'x3']) lanes.enter('a', item);
    expect(lanes.next('a')).toBe('x1');
    expect(lanes.takeWhile('a', (item) => item.startsWith('x'))).toEqual(['x1', 'x2']);
    expect(lanes.takeWhile('a', (item) => item.startsWith('x'))).toEqual([]);
    expect(lanes.takeWhile('nobody', () => true)).toEqual([]);
    expect(lanes.size()).toBe(3);
    await end('now');
    await end('y');
    expect(begun).toEqual(['a:now', 'a:y', 'a:x3']);
  });

  it('can be entered again by the turn that runs, and by a long crowd without a deep stack', async () => {
    const done: number[] = [];
    const lanes = createLanes<number>(async (item, key) => {
      done.push(item);
      if (item < 20_000) lanes.enter(key, item + 1);
    });
    lanes.enter('a', 0);
    while (lanes.size() > 0) await settled();
    expect(done).toHaveLength(20_001);
  });
});

import { describe, expect, it } from 'vitest';
import { createCommitOrder } from '../../../host/bus/commit-order.ts';
import { deferred } from '../../../host/lib/deferred.ts';
import { settled } from '../../support/fake-clock.ts';

const watch = (promise: Promise<unknown>) => {
  const seen = { done: false };
  void promise.then(() => {
    seen.done = true;
  });
  return seen;
};

describe('the order in which messages are written', () => {
  it('lets the first of a lane go at once, and the next when the first is queued', async () => {
    const order = createCommitOrder();
    const first = deferred<void>();
    const second = deferred<void>();
    const one = watch(order.follow(['a'], first.promise));
    const two = watch(order.follow(['a'], second.promise));
    const three = watch(order.follow(['a'], Promise.resolve()));
    await settled();
    expect([one.done, two.done, three.done]).toEqual([true, false, false]);
    first.resolve();
    await settled();
    expect([two.done, three.done]).toEqual([true, false]);
    second.resolve();
    await settled();
    expect(three.done).toBe(true);
  });

  it('waits for every lane of an event, and holds up no other lane', async () => {
    const order = createCommitOrder();
    const [a, b] = [deferred<void>(), deferred<void>()];
    void order.follow(['a'], a.promise);
    void order.follow(['b'], b.promise);
    const both = watch(order.follow(['a', 'b', 'a'], Promise.resolve()));
    const other = watch(order.follow(['c'], Promise.resolve()));
    a.resolve();
    await settled();
    expect([both.done, other.done]).toEqual([false, true]);
    b.resolve();
    await settled();
    expect(both.done).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { createFaultHistory } from '../../../host/registry/fault-history.ts';

const MINUTE = 60_000;

describe('the faults of a plugin', () => {
  it('are waited for 1, 2, 4 and 8 s; the fifth within ten minutes ends it', () => {
    const history = createFaultHistory(() => 0.999999);
    const waits = [0, 10_000, 20_000, 30_000, 40_000].map((at) => history.fault(at));
    expect(waits).toEqual([1000, 2000, 4000, 8000, null]);
  });

  it('that lie minutes apart go on doubling, up to 5 min, and never end it', () => {
    const history = createFaultHistory(() => 0.999999);
    let now = 0;
    const waits = Array.from({ length: 12 }, () => {
      const wait = history.fault(now);
      now += 4 * MINUTE + (wait ?? 0);
      return wait;
    });
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300].map((seconds) => seconds * 1000));
  });

  it('are forgotten after ten healthy minutes, in which the wait does not count', () => {
    const history = createFaultHistory(() => 0.999999);
    expect(history.fault(0)).toBe(1000);
    expect(history.fault(1000 + 10 * MINUTE - 1)).toBe(2000);
    expect(history.fault(1000 + 10 * MINUTE - 1 + 2000 + 10 * MINUTE)).toBe(1000);
  });

  it('are waited for with jitter, at least half of the step', () => {
    for (const random of [0, 0.25, 0.5, 0.75]) {
      const history = createFaultHistory(() => random);
      expect([history.fault(0), history.fault(5000)]).toEqual([500 + 500 * random, 1000 + 1000 * random]);
    }
  });

  it('of an event are taken back, and a person forgets all of them', () => {
    const history = createFaultHistory(() => 0);
    for (const at of [0, 1, 2, 3]) history.fault(at);
    history.forgive(3);
    expect(history.fault(4)).toBe(1000);
    for (const at of [5, 6]) history.fault(at);
    expect(history.fault(7)).toBeNull();
    history.clear();
    expect(history.fault(8)).toBe(500);
  });
});

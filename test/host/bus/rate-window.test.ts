import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRateWindow } from '../../../host/bus/rate-window.ts';

const LIMIT = { max_requests: 3, window_ms: 1000 };

describe('the rate window', () => {
  it('lets as many through as the limit says, and again when the first of them is a window old', () => {
    const window = createRateWindow();
    const within = (at: number) => window.take('ada', at, LIMIT).within;
    expect([0, 10, 20, 30, 999, 1000, 1001, 1010].map(within)).toEqual([true, true, true, false, false, true, false, true]);
  });

  it('counts each user of each channel alone', () => {
    const window = createRateWindow();
    for (let message = 0; message < 3; message++) window.take('ada', 0, LIMIT);
    expect([window.take('ada', 0, LIMIT).within, window.take('bob', 0, LIMIT).within]).toEqual([false, true]);
  });

  it('tells when those within the window came', () => {
    const window = createRateWindow();
    for (const at of [0, 400, 800]) window.take('ada', at, LIMIT);
    expect(window.times('ada', 1000, 1000)).toEqual([400, 800]);
    expect(window.times('bob', 1000, 1000)).toEqual([]);
  });

  it('does not let refused messages prolong the refusal', () => {
    const window = createRateWindow();
    for (let at = 0; at < 1000; at++) window.take('ada', at, LIMIT);
    expect(window.take('ada', 1000, LIMIT).within).toBe(true);
  });

  it('says of one refusal in a window that it is the first', () => {
    const window = createRateWindow();
    const none = { max_requests: 0, window_ms: 1000 };
    expect([0, 1, 999, 1000, 1001, 2000].map((at) => window.take('ada', at, none).first_refusal)).toEqual([
      true,
      false,
      false,
      true,
      false,
      true,
    ]);
  });

  it('counts what came in before this process began', () => {
    const window = createRateWindow();
    for (const at of [-5000, -500, -400, -300]) window.remember('ada', at);
    expect([window.take('ada', 0, LIMIT).within, window.take('ada', 500, LIMIT).within]).toEqual([false, true]);
  });

  it('does not keep a user out until a clock that was set back has caught up', () => {
    const window = createRateWindow();
    for (let message = 0; message < 4; message++) window.take('ada', 3_600_000, LIMIT);
    expect(window.take('ada', 0, LIMIT)).toEqual({ within: true, first_refusal: false });
    for (let message = 0; message < 2; message++) window.take('ada', 1, LIMIT);
    expect(window.take('ada', 2, LIMIT)).toEqual({ within: false, first_refusal: true });
  });

  it('follows a limit that was changed', () => {
    const window = createRateWindow();
    for (let message = 0; message < 3; message++) window.take('ada', 0, LIMIT);
    expect(window.take('ada', 1, { ...LIMIT, max_requests: 4 }).within).toBe(true);
    expect(window.take('ada', 2, { ...LIMIT, max_requests: 2 }).within).toBe(false);
  });

  it('does not forget who is over the limit because a crowd of others came after', () => {
    const window = createRateWindow();
    for (let message = 0; message < 3; message++) window.take('ada', 0, LIMIT);
    for (let crowd = 0; crowd < 150_000; crowd++) {
      window.take(`user ${crowd}`, 1, LIMIT);
      if (crowd % 50_000 === 0) window.take('ada', 1, LIMIT);
    }
    expect(window.take('ada', 2, LIMIT).within).toBe(false);
  });

  it('never lets more than the limit through within any window', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 100 }), (steps) => {
        const window = createRateWindow();
        const passed: number[] = [];
        let at = 0;
        for (const step of steps) {
          at += step;
          if (window.take('ada', at, LIMIT).within) passed.push(at);
        }
        const crowded = passed.filter((time) => passed.filter((other) => other > time - 1000 && other <= time).length > 3);
        expect(crowded).toEqual([]);
      }),
    );
  });
});

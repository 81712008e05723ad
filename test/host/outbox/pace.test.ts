import { describe, expect, it } from 'vitest';
import { createPace } from '../../../host/outbox/pace.ts';

describe('the pace of a channel', () => {
  it('is none when the manifest asks for none', () => {
    for (const limits of [undefined, {}, { text: { max: 5 } }]) {
      const pace = createPace(limits);
      expect([pace.take('a', 0), pace.take('a', 0), pace.take('b', 0)]).toEqual([0, 0, 0]);
    }
  });

  it('spaces all messages of a channel', () => {
    const pace = createPace({ send_per_second: 2 });
    expect([pace.take('a', 0), pace.take('b', 0), pace.take('a', 499), pace.take('b', 500), pace.take('c', 600)]).toEqual([
      0, 500, 1, 0, 400,
    ]);
  });

  it('spaces the messages of one conversation and lets others pass', () => {
    const pace = createPace({ send_per_conversation_per_second: 1 });
    expect([pace.take('a', 0), pace.take('b', 0), pace.take('a', 250), pace.take('a', 1000)]).toEqual([0, 0, 750, 0]);
  });

  it('keeps the longer of both waits', () => {
    const pace = createPace({ send_per_second: 10, send_per_conversation_per_second: 1 });
    expect([pace.take('a', 0), pace.take('a', 50), pace.take('b', 50), pace.take('b', 100)]).toEqual([0, 950, 50, 0]);
  });

  it('costs nothing to ask: only who is let through takes a place', () => {
    const pace = createPace({ send_per_second: 1 });
    pace.take('a', 0);
    for (let asked = 0; asked < 50; asked++) pace.take('b', 10);
    expect(pace.take('b', 1000)).toBe(0);
  });
});

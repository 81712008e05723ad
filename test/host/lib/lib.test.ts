import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../host/lib/backoff.ts';
import { isoTime, systemClock } from '../../../host/lib/clock.ts';
import { createFeed, type FeedEntry } from '../../../host/lib/feed.ts';
import { createIds } from '../../../host/lib/ids.ts';
import { createLogger } from '../../../host/lib/logger.ts';
import { createSerial } from '../../../host/lib/serial.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

describe('backoff', () => {
  it('doubles up to the longest step, whatever the attempt, and always waits', () => {
    const most = (attempt: number) => backoffMs(attempt, { first_ms: 1000, longest_ms: 300_000, random: () => 0.999999 });
    expect([1, 2, 3, 9, 10, 1000].map(most)).toEqual([1000, 2000, 4000, 256_000, 300_000, 300_000]);
    expect(backoffMs(1, { first_ms: 1000, longest_ms: 300_000, random: () => 0 })).toBe(1);
  });

  it('spreads over the whole step', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, drawn) => {
        const wait = backoffMs(attempt, { first_ms: 1000, longest_ms: 300_000, random: () => drawn });
        expect(wait).toBeGreaterThanOrEqual(1);
        expect(wait).toBeLessThanOrEqual(Math.min(300_000, 1000 * 2 ** (attempt - 1)));
      }),
    );
  });
});

describe('ids', () => {
  it('are ULIDs that sort by the order they were drawn in, also within a millisecond and when the clock steps back', () => {
    const clock = createFakeClock();
    const newId = createIds(clock);
    const ids = Array.from({ length: 2000 }, (_, index) => {
      if (index === 1000) clock.setWall(clock.now() - 3_600_000);
      return newId();
    });
    expect(ids.every((id) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id))).toBe(true);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the feed', () => {
  const entry: FeedEntry = { kind: 'message', channel_id: 'c', id: 'm', direction: 'inbound', conversation_key: 'k', state: 'answered' };

  it('tells every listener, also when one of them throws, until it leaves', () => {
    const errors: unknown[] = [];
    const feed = createFeed((error) => errors.push(error));
    const heard: string[] = [];
    const leave = feed.subscribe(() => {
      heard.push('first');
      throw new Error('broken');
    });
    feed.subscribe(() => heard.push('second'));
    feed.publish(entry);
    leave();
    feed.publish(entry);
    expect(heard).toEqual(['first', 'second', 'second']);
    expect(errors).toHaveLength(1);
  });
});

describe('the system clock', () => {
  it('calls back once, and not at all when it was cancelled', async () => {
    const called: string[] = [];
    const cancel = systemClock.after(1, () => called.push('cancelled'));
    cancel();
    await new Promise<void>((resolve) => systemClock.after(2, () => resolve(void called.push('kept'))));
    expect(called).toEqual(['kept']);
  });

  it('waits longer than a timer of Node can, instead of calling back at once', async () => {
    let called = false;
    const cancel = systemClock.after(2 ** 40, () => (called = true));
    await new Promise<void>((resolve) => systemClock.after(5, resolve));
    cancel();
    expect(called).toBe(false);
  });

  it('shows times in ISO 8601, UTC', () => {
    expect(isoTime(0)).toBe('1970-01-01T00:00:00.000Z');
  });
});

describe('the log', () => {
  it('is a line of JSON per message with a word for the level, and leaves out what is below it', () => {
    const lines: string[] = [];
    const log = createLogger({ level: 'WARNING', pretty: false, destination: { write: (line) => void lines.push(line) } });
    log.info('not this');
    log.warn({ channel_id: 'telegram' }, 'this');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { level: 'warn', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/), channel_id: 'telegram', msg: 'this' },
    ]);
  });
});

describe('serial work', () => {
  it('on one key never overlaps and keeps its order, also after a failure; other keys do not wait', async () => {
    const serial = createSerial();
    const told: string[] = [];
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = serial('a', async () => {
      told.push('a begins');
      await gate;
      told.push('a fails');
      throw new Error('no');
    });
    const second = serial('a', async () => told.push('a again'));
    await serial('b', async () => told.push('b'));
    expect(told).toEqual(['a begins', 'b']);
    release();
    await expect(first).rejects.toThrow('no');
    await second;
    expect(told).toEqual(['a begins', 'b', 'a fails', 'a again']);
  });
});

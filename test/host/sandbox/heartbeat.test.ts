import { describe, expect, it } from 'vitest';
import { createHeartbeat } from '../../../host/sandbox/heartbeat.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const setUp = () => {
  const clock = createFakeClock();
  const heartbeat = createHeartbeat(clock, { every_ms: 100, stuck_after_ms: 1500 });
  let stuck = 0;
  let beat = 1;
  const unwatch = heartbeat.watch({ beat: () => beat, processorMs: () => null, onStuck: () => stuck++ });
  return { clock, heartbeat, unwatch, beat: () => beat++, stuck: () => stuck };
};

describe('a heartbeat', () => {
  it('that stands still for 1.5 s is reported, once', () => {
    const { clock, stuck } = setUp();
    clock.advance(1400);
    expect(stuck()).toBe(0);
    clock.advance(100);
    expect(stuck()).toBe(1);
    clock.advance(10_000);
    expect(stuck()).toBe(1);
  });

  it('that goes on, even slowly, is not', () => {
    const { clock, beat, stuck } = setUp();
    for (let i = 0; i < 20; i++) {
      clock.advance(1400);
      beat();
    }
    expect(stuck()).toBe(0);
  });

  it('that has not begun is not: the start has a deadline of its own', () => {
    const clock = createFakeClock();
    let stuck = 0;
    createHeartbeat(clock, { every_ms: 100, stuck_after_ms: 1500 }).watch({
      beat: () => 0,
      processorMs: () => null,
      onStuck: () => stuck++,
    });
    clock.advance(60_000);
    expect(stuck).toBe(0);
  });

  it('is not blamed for a host that stood still itself', () => {
    const { clock, stuck } = setUp();
    clock.advance(1400);
    clock.stall(60_000);
    clock.advance(0);
    expect(stuck()).toBe(0);
    clock.advance(100);
    expect(stuck()).toBe(1);
  });

  it('is not blamed when its process did not get the processor, until that lasts ten times as long', () => {
    const clock = createFakeClock();
    let stuck = 0;
    createHeartbeat(clock, { every_ms: 100, stuck_after_ms: 1500 }).watch({ beat: () => 1, processorMs: () => 5, onStuck: () => stuck++ });
    clock.advance(14_000);
    expect(stuck).toBe(0);
    clock.advance(2_000);
    expect(stuck).toBe(1);
  });

  it('is blamed for the time in which its process had the processor', () => {
    const clock = createFakeClock();
    let stuck = 0;
    let processor = 0;
    const processorMs = () => (processor += 50);
    createHeartbeat(clock, { every_ms: 100, stuck_after_ms: 1500 }).watch({ beat: () => 1, processorMs, onStuck: () => stuck++ });
    clock.advance(1_400);
    expect(stuck).toBe(0);
    clock.advance(100);
    expect(stuck).toBe(1);
  });

  it('is watched no more after the watch ended, and again when a new one begins', () => {
    const { clock, unwatch, heartbeat, stuck } = setUp();
    unwatch();
    clock.advance(5000);
    expect(stuck()).toBe(0);
    let other = 0;
    heartbeat.watch({ beat: () => 1, processorMs: () => null, onStuck: () => other++ });
    clock.advance(1500);
    expect(other).toBe(1);
  });
});

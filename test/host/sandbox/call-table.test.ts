import { describe, expect, it } from 'vitest';
import { createCallTable } from '../../../host/sandbox/call-table.ts';
import type { CallResult } from '../../../host/sandbox/confined.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const setUp = () => {
  const clock = createFakeClock();
  const results = new Map<string, CallResult[]>();
  const deadlines: string[] = [];
  const table = createCallTable(clock, (reason) => {
    deadlines.push(reason);
    table.drain(reason);
  });
  const open = (name: string, timeout_ms: number) => {
    results.set(name, []);
    return table.open('receive', `call-${name}`, timeout_ms, (result) => void results.get(name)?.push(result));
  };
  return { clock, table, open, results, deadlines };
};

describe('open calls', () => {
  it('settle once, whatever comes after', () => {
    const { clock, table, open, results } = setUp();
    const id = open('a', 100);
    expect(table.callId(id)).toBe('call-a');
    expect(table.close(id, { ok: true, value: 1 })).toBe(true);
    expect(table.close(id, { ok: true, value: 2 })).toBe(false);
    clock.advance(1000);
    table.drain('ended');
    expect(results.get('a')).toEqual([{ ok: true, value: 1 }]);
    expect(table.callId(id)).toBeNull();
  });

  it('past their deadline are "deadline", the others "died"', () => {
    const { clock, open, results, deadlines } = setUp();
    open('short', 100);
    open('long', 500);
    clock.advance(99);
    expect(deadlines).toEqual([]);
    clock.advance(1);
    expect(deadlines).toEqual(['the call receive passed its deadline of 100 ms']);
    expect(results.get('short')).toMatchObject([{ ok: false, fault: 'deadline' }]);
    expect(results.get('long')).toMatchObject([{ ok: false, fault: 'died' }]);
  });

  it('with a nearer deadline than those before are still met in time', () => {
    const { clock, open, results } = setUp();
    open('long', 500);
    clock.advance(100);
    open('short', 50);
    clock.advance(50);
    expect(results.get('short')).toMatchObject([{ fault: 'deadline' }]);
  });

  it('that ended in time never count as late, and a later call gets its whole time', () => {
    const { clock, table, open, results, deadlines } = setUp();
    const first = open('first', 100);
    clock.advance(50);
    table.close(first, { ok: true, value: null });
    open('second', 100);
    clock.advance(99);
    expect(deadlines).toEqual([]);
    clock.advance(1);
    expect(results.get('second')).toMatchObject([{ fault: 'deadline' }]);
  });
});

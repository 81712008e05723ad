import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLivePolicy, type LivePolicy } from '../../../host/config/live-policy.ts';
import type { SecurityPolicy } from '../../../schemas/security-policy.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';

let dir: string;
let file: string;
let clock: FakeClock;
let changes: SecurityPolicy[];
let problems: string[];
let objection: { message: string; hint: string } | null;
let live: LivePolicy;

const START: SecurityPolicy = { blocked_operations: ['shell'] };
const write = (content: object | string): void => {
  // As an editor does: a new file in the place of the old one.
  const fresh = `${file}.new`;
  writeFileSync(fresh, typeof content === 'string' ? content : JSON.stringify(content));
  renameSync(fresh, file);
};

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'aos-policy-'));
  file = path.join(dir, 'config', 'security_policy.json');
  mkdirSync(path.dirname(file));
  write(START);
  clock = createFakeClock();
  changes = [];
  problems = [];
  objection = null;
  live = createLivePolicy(
    {
      file,
      clock,
      objection: () => objection,
      on_change: (policy) => changes.push(policy),
      on_problem: (problem) => problems.push(problem),
    },
    { policy: START, found: true },
  );
});
afterEach(() => {
  live.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('the policy file while the host runs', () => {
  it('is taken up when it has stood still for a look', () => {
    live.watch();
    write({ blocked_operations: ['shell', 'rm'] });
    clock.advance(1000);
    expect(live.current()).toEqual(START);
    clock.advance(1000);
    expect(live.current()).toEqual({ blocked_operations: ['shell', 'rm'] });
    expect(changes).toHaveLength(1);
  });

  it('that changes again meanwhile is waited for', () => {
    live.watch();
    write('{"blocked_operations": [');
    clock.advance(1000);
    write('{"blocked_operations": ["a"]}');
    clock.advance(1000);
    expect([live.current(), problems]).toEqual([START, []]);
    clock.advance(1000);
    expect([live.current(), problems]).toEqual([{ blocked_operations: ['a'] }, []]);
  });

  it('that changed between its load and the first look is not missed', () => {
    write({ blocked_operations: [] });
    live.watch();
    expect(live.current()).toEqual({ blocked_operations: [] });
  });

  it.each<[string, string, string]>([
    ['broken JSON', '{"blocked_operations": [', 'config/security_policy.json:1:'],
    ['an unknown key', '{\n  "blocked_operation": []\n}', 'config/security_policy.json:2:'],
    ['a contradiction', '{"network_mode": {"default": "on", "allowed_modes": ["off"]}}', 'not among allowed_modes'],
  ])('with %s leaves the last good one in force, and says so once', (_what, content, said) => {
    live.watch();
    write(content);
    clock.advance(10_000);
    expect(live.current()).toEqual(START);
    expect(problems).toEqual([expect.stringContaining(said)]);
    expect(live.problem()).toBe(problems[0]);
    write(START);
    clock.advance(2000);
    expect(live.problem()).toBeNull();
  });

  it('that is gone loosens nothing', () => {
    live.watch();
    rmSync(file);
    clock.advance(2000);
    expect(live.current()).toEqual(START);
    expect(problems).toEqual([expect.stringContaining('gone')]);
  });

  it('that was never there is no problem, and is taken up when it comes', () => {
    rmSync(file);
    live = createLivePolicy(
      { file, clock, objection: () => null, on_change: () => undefined, on_problem: (problem) => problems.push(problem) },
      { policy: {}, found: false },
    );
    live.watch();
    clock.advance(5000);
    expect([live.found(), problems]).toEqual([false, []]);
    write({ blocked_operations: ['x'] });
    clock.advance(2000);
    expect([live.found(), live.current()]).toEqual([true, { blocked_operations: ['x'] }]);
  });

  it('that something speaks against stays out, until it is read again without it', () => {
    objection = { message: 'The network mode is on.', hint: 'Change it first.' };
    write({ network_mode: { default: 'off', allowed_modes: ['off'] } });
    live.reload();
    expect([live.current(), live.problem()]).toEqual([START, expect.stringContaining('The network mode is on.')]);
    objection = null;
    live.reload();
    expect(live.current().network_mode?.allowed_modes).toEqual(['off']);
  });

  it('cannot be changed by who reads it', () => {
    write({ blocked_operations: ['a'] });
    live.reload();
    expect(() => (live.current().blocked_operations as string[]).push('b')).toThrow();
  });
});

describe('a policy that is written', () => {
  it('stands in the file whole and holds at once', async () => {
    await live.write({ blocked_operations: ['new'] });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ blocked_operations: ['new'] });
    expect(live.current()).toEqual({ blocked_operations: ['new'] });
  });

  it('is checked like the file', () => {
    expect(() => live.check({ blocked_operation: [] })).toThrowError(expect.objectContaining({ code: 'INVALID_PARAMS' }));
    expect(() => live.check([])).toThrowError(expect.objectContaining({ code: 'INVALID_PARAMS' }));
    expect(live.check({})).toEqual({});
  });

  it('is refused when something speaks against it, and the file stays as it was', async () => {
    objection = { message: 'The network mode is on.', hint: 'Change it first.' };
    await expect(live.write({})).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(START);
  });

  it('that cannot be written says READ_ONLY and changes nothing', async () => {
    // Nobody, not even root, makes a file below a file; a mounted ConfigMap refuses in the same place.
    writeFileSync(path.join(dir, 'plain'), '');
    const mounted = createLivePolicy(
      {
        file: path.join(dir, 'plain/config/security_policy.json'),
        clock,
        objection: () => null,
        on_change: (policy) => changes.push(policy),
        on_problem: () => undefined,
      },
      { policy: START, found: true },
    );
    await expect(mounted.write({ blocked_operations: [] })).rejects.toMatchObject({
      code: 'READ_ONLY',
      hint: expect.stringContaining('where it comes from'),
    });
    expect([mounted.current(), changes]).toEqual([START, []]);
  });
});

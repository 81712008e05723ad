/** The limits as a program sees them that was started under them. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { limited } from '../../../../host/sandbox/runner/limits.ts';

/** `/proc/self/limits` of the limited program, by name; values in the kernel's units. */
const limitsOf = (data_mb: number | null, prlimits?: readonly string[]): Record<string, string> => {
  const [program, ...args] = limited(['/bin/cat', '/proc/self/limits'], { data_mb }, prlimits);
  const lines = execFileSync(program as string, args, { env: {}, encoding: 'utf8' })
    .split('\n')
    .slice(1);
  return Object.fromEntries(lines.map((line) => [line.slice(0, 26).trim(), line.slice(26).trim().split(/\s+/)[0] ?? '']));
};

describe.each([
  ['prlimit', undefined],
  ['a shell, where there is no prlimit', []],
] as const)('a runner limited by %s', (_, prlimits) => {
  it('dumps no core, writes no file, opens few and has so much data', () => {
    expect(limitsOf(500, prlimits)).toMatchObject({
      'Max core file size': '0',
      'Max file size': '0',
      'Max open files': '128',
      'Max data size': String(500 * 1_048_576),
    });
  });

  it('has its data unlimited when it is the one that is measured', () => {
    expect(limitsOf(null, prlimits)).toMatchObject({ 'Max core file size': '0', 'Max data size': 'unlimited' });
  });
});

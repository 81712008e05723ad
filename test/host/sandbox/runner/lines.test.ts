import { describe, expect, it } from 'vitest';
import { createLines } from '../../../../host/sandbox/runner/lines.ts';

const setUp = (max = 10) => {
  const got: string[] = [];
  const lines = createLines(max, (text) => got.push(text));
  return { got, lines };
};

describe('lines of a pipe', () => {
  it('come whole, however the pipe cut them, and several at once', () => {
    const { got, lines } = setUp(100);
    for (const chunk of ['a', 'b\ncd', '\n', 'e\nf\ng']) expect(lines.take(chunk)).toBe(true);
    expect(got).toEqual(['ab', 'cd', 'e\nf']);
    lines.take('\n');
    expect(got.at(-1)).toBe('g');
  });

  it('are over when one grows too long, and nothing is delivered after it', () => {
    const { got, lines } = setUp(10);
    expect(lines.take('x'.repeat(10))).toBe(true);
    expect(lines.take('x')).toBe(false);
    expect(lines.take('\nmore\n')).toBe(false);
    expect(got).toEqual([]);
  });

  it('may be long together: only the one without an end counts', () => {
    const { got, lines } = setUp(10);
    expect(lines.take(`${'y'.repeat(50)}\n${'z'.repeat(10)}`)).toBe(true);
    expect(got).toEqual(['y'.repeat(50)]);
  });
});

import { describe, expect, it } from 'vitest';
import { parseControl } from '../../../../host/sandbox/runner/protocol.ts';

describe('what a runner says of itself', () => {
  it.each([
    ['{"t":"beat","beat":3,"busy_ms":1.5}', { t: 'beat', beat: 3, busy_ms: 1.5 }],
    ['{"t":"output","text":"x"}', { t: 'output', text: 'x' }],
    ['{"t":"end","reason":"memory"}', { t: 'end', reason: 'memory' }],
  ])('is understood: %s', (line, message) => {
    expect(parseControl(line)).toEqual(message);
  });

  it.each([
    '',
    'null',
    '1',
    '"beat"',
    '[]',
    '{',
    '{}',
    '{"t":"grant"}',
    '{"t":"__proto__"}',
    '{"t":"beat"}',
    '{"t":"beat","beat":-1,"busy_ms":0}',
    '{"t":"beat","beat":"1","busy_ms":0}',
    '{"t":"beat","beat":1,"busy_ms":null}',
    '{"t":"beat","beat":1e999,"busy_ms":0}',
    '{"t":"output","text":{}}',
    '{"t":"end"}',
  ])('is refused when our own code would not say it: %s', (line) => {
    expect(parseControl(line)).toBeNull();
  });

  it('gives a reason of bounded length', () => {
    expect(parseControl(JSON.stringify({ t: 'end', reason: 'r'.repeat(5000) }))).toEqual({ t: 'end', reason: 'r'.repeat(200) });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFrame, valueProblem } from '../../../host/sandbox/frame-guard.ts';

describe('a frame', () => {
  it('is never worth an exception, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((value) => JSON.stringify(value)),
        ),
        (text) => typeof parseFrame(text).ok === 'boolean',
      ),
    );
  });

  it('of a known kind with fields of any kind is taken or refused, never half', () => {
    const kinds = fc.constantFrom('part', 'ready', 'load_failed', 'value', 'error', 'capability', 'log');
    const fields = fc.record(
      {
        id: fc.jsonValue(),
        value: fc.jsonValue(),
        message: fc.jsonValue(),
        methods: fc.jsonValue(),
        name: fc.jsonValue(),
        args: fc.jsonValue(),
        call: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(kinds, fields, (t, more) => {
        const parsed = parseFrame(JSON.stringify({ ...more, t }));
        if (parsed.ok && 'id' in parsed.frame) expect(parsed.frame.id).toBeGreaterThan(0);
      }),
    );
  });
});

describe('a value of a plugin', () => {
  it('may not hold a key that reaches for a prototype, however it is spelled', () => {
    for (const text of ['{"__proto__":1}', '{"a":[{"\\u005f_proto__":1}]}', '{"constructor":null}', '[[{"prototype":0}]]']) {
      expect(valueProblem(JSON.parse(text))).toContain('a key named');
    }
  });

  it('may speak of them in its texts', () => {
    expect(valueProblem({ text: '__proto__ constructor prototype', toString: 'x', __proto: 1 } as never)).toBeNull();
  });

  it('may be 64 levels deep, and no deeper, even where no stack would reach', () => {
    const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
    expect(valueProblem(nested(64))).toBeNull();
    expect(valueProblem(nested(65))).toContain('deeper');
    expect(valueProblem(nested(100_000))).toContain('deeper');
  });
});

import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { compile } from '../../schemas/compile.ts';
import { explainErrors } from '../../schemas/explain.ts';

const closed = { additionalProperties: false } as const;
const Shape = Type.Object(
  {
    size: Type.Optional(Type.Integer({ minimum: 1 })),
    mode: Type.Optional(Type.Enum(['on', 'readonly', 'off'] as const)),
    value: Type.Optional(Type.Union([Type.String(), Type.Number()])),
    ack: Type.Optional(Type.Union([Type.Enum(['plain'] as const), Type.Object({ status: Type.Integer() }, closed)])),
    'a/b': Type.Optional(Type.Boolean()),
  },
  closed,
);
const check = compile(Shape, { every: true });

const explained = (value: unknown) => {
  const checked = check(value);
  return checked.ok ? [] : explainErrors(checked.errors);
};

describe('an explained error', () => {
  it('names an unknown key and the one that was meant', () => {
    expect(explained({ Size: 1 })).toEqual([{ pointer: '/Size', message: 'Unknown key "Size".', hint: 'Did you mean "size"?' }]);
    expect(explained({ zzzzzzzz: 1 })[0]?.hint).toContain('size, mode');
  });

  it('says one sentence for a union, not one for each branch', () => {
    expect(explained({ value: true })).toHaveLength(1);
    expect(explained({ value: true })[0]).toMatchObject({
      pointer: '/value',
      message: expect.stringContaining('a text in double quotes or a number'),
    });
  });

  it('says what is wrong inside the branch that was meant', () => {
    const [only, ...more] = explained({ ack: { status: 'x' } });
    expect(more).toEqual([]);
    expect(only).toMatchObject({ pointer: '/ack/status', message: '"status" must be a whole number without quotes.' });
  });

  it('points at keys with a slash', () => {
    expect(explained({ 'a/b': 1 })[0]).toMatchObject({ pointer: '/a~1b', message: expect.stringContaining('"a/b"') });
  });

  it('finds every fault, and is silent when there is none', () => {
    expect(explained({ size: 0, mode: 'onn', value: null }).map(({ pointer }) => pointer)).toEqual(['/size', '/mode', '/value']);
    expect(explained({ size: 1, mode: 'on', value: 'x', ack: { status: 200 } })).toEqual([]);
  });

  it('never repeats a value, which may be a secret', () => {
    const texts = explained({ size: 'hunter2', mode: 'hunter2', ack: 'hunter2', value: ['hunter2'] });
    expect(texts).toHaveLength(4);
    expect(JSON.stringify(texts)).not.toContain('hunter2');
  });

  it('bounds the length of a foreign key in a sentence', () => {
    expect(explained({ ['k'.repeat(100_000)]: 1 })[0]?.message.length).toBeLessThan(200);
  });
});

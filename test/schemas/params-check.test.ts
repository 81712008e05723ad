import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createParamsCheck } from '../../schemas/params-check.ts';
import { paramsSchemaProblems } from '../../schemas/params-schema.ts';

const problems = (schema: object, value: unknown): string[] => createParamsCheck(schema)(value);
const of = (schema: object): object => ({ type: 'object', properties: { x: schema } });

describe('one sentence a problem', () => {
  it.each<[string, object, unknown, string]>([
    ['a missing one', { ...of({}), required: ['x'] }, {}, "'x' parameter is required"],
    ['a text', of({ type: 'string' }), { x: 1 }, "'x' must be a text"],
    ['a whole number', of({ type: 'integer' }), { x: 1.5 }, "'x' must be a whole number"],
    ['one of two types', of({ type: ['string', 'null'] }), { x: 1 }, "'x' must be a text or null"],
    ['a list', of({ type: 'array' }), { x: {} }, "'x' must be a list"],
    ['an object', { type: 'object' }, [], 'The parameters must be an object'],
    ['a word', of({ enum: ['a', 'b'] }), { x: 'c' }, '\'x\' must be one of "a", "b"'],
    ['a constant', of({ const: 1 }), { x: 2 }, "'x' must be 1"],
    ['the least', of({ minimum: 1 }), { x: 0 }, "'x' must be at least 1"],
    ['the most', of({ maximum: 100 }), { x: 101 }, "'x' must be at most 100"],
    ['more than', of({ exclusiveMinimum: 0 }), { x: 0 }, "'x' must be more than 0"],
    ['less than', of({ exclusiveMaximum: 1 }), { x: 1 }, "'x' must be less than 1"],
    ['too short', of({ minLength: 1 }), { x: '' }, "'x' must have at least 1 character"],
    ['too long', of({ maxLength: 2 }), { x: 'abc' }, "'x' must have at most 2 characters"],
    ['too few', of({ minItems: 2 }), { x: [1] }, "'x' must have at least 2 entries"],
    ['an entry', of({ items: { type: 'string' } }), { x: ['a', 1] }, "'x[1]' must be a text"],
    ['an address', of({ format: 'uri' }), { x: 'x' }, "'x' must be an absolute address such as https://example.com/"],
    ['a form', of({ pattern: '^[a-z]+$' }), { x: 'A' }, "'x' must match ^[a-z]+$"],
    ['inside', of({ type: 'object', properties: { y: {} }, required: ['y'] }), { x: {} }, "'x.y' parameter is required"],
    ['unknown', { ...of({}), additionalProperties: false }, { y: 1 }, "'y' is not a parameter of this operation; did you mean 'x'?"],
  ])('%s', (_what, schema, value, sentence) => {
    expect(paramsSchemaProblems(schema)).toEqual([]);
    expect(problems(schema, value)).toEqual([sentence]);
  });

  it('names what whoever asks has written without the characters that a terminal would act on', () => {
    const [sentence = ''] = problems({ type: 'object', additionalProperties: false }, { 'a\u001b[31m\u202eb': 1, ['long'.repeat(100)]: 1 });
    expect(sentence).toBe("'a[31mb' is not a parameter of this operation");
    expect(problems({ type: 'object', additionalProperties: false }, { ['long'.repeat(100)]: 1 })[0]?.length).toBeLessThan(150);
  });
});

describe('only own properties', () => {
  it.each(['constructor', 'toString', 'hasOwnProperty', '__proto__'])('%s is no parameter that everything has', (name) => {
    const schema = JSON.parse(
      `{"type":"object","properties":{"${name}":{"type":"string"}},"required":["${name}"],"additionalProperties":false}`,
    );
    expect(problems(schema, {})).toEqual([`'${name}' parameter is required`]);
    expect(problems(schema, JSON.parse(`{"${name}":"x"}`))).toEqual([]);
    expect(problems(schema, JSON.parse(`{"${name}":1}`))).toEqual([`'${name}' must be a text`]);
    expect(problems({ type: 'object', additionalProperties: false }, JSON.parse(`{"${name}":1}`))).toHaveLength(1);
  });
});

describe('the work is bounded', () => {
  it('a pattern that would hang another engine, texts by the thousand, and more values than anybody gives', () => {
    const evil = of({ type: 'array', items: { pattern: '^(a+)+$' } });
    const began = performance.now();
    expect(problems(evil, { x: ['a'.repeat(30) + '!'] })).toEqual(["'x[0]' must match ^(a+)+$"]);
    const heavy = of({ type: 'array', items: { pattern: '(\\pL{20}){2,}$' } });
    expect(problems(heavy, { x: Array.from({ length: 10_000 }, () => '1'.repeat(90)) }).length).toBeLessThanOrEqual(20);
    expect(problems(of({ items: { type: 'integer' } }), { x: Array.from({ length: 300_000 }, () => 1) })).toEqual([
      'The parameters hold more than 100000 values',
    ]);
    // Without the bounds: minutes.
    expect(performance.now() - began).toBeLessThan(30_000);
  });

  it('no more than 20 problems are told', () => {
    expect(problems(of({ items: { type: 'string' } }), { x: Array.from({ length: 1000 }, () => 1) })).toHaveLength(20);
  });
});

/** Of what both engines understand in the same way: no Unicode classes, and `$` at the end only. */
const PATTERNS = ['^a', 'b$', '[0-9]+', '^(a|b)*$', 'a{2,3}', '.'];
const names = fc.constantFrom('a', 'b', 'c', 'url');
const words = fc.oneof(
  fc.constantFrom('', 'a', 'ab', 'aab', 'é', '𝒳', 'https://example.com/', 'x@example.com', '2026-01-31T12:00:00Z'),
  fc.string(),
);
const plain = fc.oneof(
  words,
  fc.integer({ min: -5, max: 5 }),
  fc.double({ min: -3, max: 3, noNaN: true }),
  fc.boolean(),
  fc.constant(null),
);
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    plain,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(names, tie('value'), { maxKeys: 4 }),
  ),
})).value;
const types = fc.constantFrom('string', 'number', 'integer', 'boolean', 'object', 'array', 'null');
const bound = fc.integer({ min: -3, max: 3 });
const count = fc.integer({ min: 0, max: 3 });
const optional = (shape: Record<string, fc.Arbitrary<unknown>>) => fc.record(shape, { requiredKeys: [] });
const schemas = fc.letrec<{ schema: object }>((tie) => ({
  schema: fc
    .oneof(
      { depthSize: 'small' },
      optional({
        type: fc.oneof(types, fc.uniqueArray(types, { minLength: 1, maxLength: 3 })),
        enum: fc.uniqueArray(plain, { minLength: 1, maxLength: 4, comparator: 'SameValueZero' }),
        const: plain,
        minimum: bound,
        maximum: bound,
        exclusiveMinimum: bound,
        exclusiveMaximum: bound,
        minLength: count,
        maxLength: count,
        pattern: fc.constantFrom(...PATTERNS),
        format: fc.constantFrom('uri', 'email', 'hostname', 'date-time', 'uuid'),
      }),
      optional({ type: types, items: tie('schema'), minItems: count, maxItems: count }),
      optional({
        type: types,
        properties: fc.dictionary(names, tie('schema'), { maxKeys: 3 }),
        additionalProperties: fc.boolean(),
        required: fc.uniqueArray(names, { maxLength: 3 }),
      }),
    )
    // A required name has a schema in the closed subset.
    .map((schema) => {
      const { required, properties = {}, ...rest } = schema as { required?: string[]; properties?: Record<string, unknown> };
      if (required === undefined) return schema as object;
      return { ...rest, properties, required: required.filter((name) => Object.hasOwn(properties, name)) };
    }),
})).schema;

it('says of random schemas and values of the subset what a full validator says', () => {
  const ajv = new Ajv2020({ strict: false, ownProperties: true, logger: false });
  formats.default(ajv);
  let refused = 0;
  let taken = 0;
  fc.assert(
    fc.property(schemas, values, (schema, value) => {
      expect(paramsSchemaProblems(schema)).toEqual([]);
      const fits = ajv.validate(structuredClone(schema), value);
      if (fits) taken++;
      else refused++;
      expect(problems(schema, value).length === 0, JSON.stringify({ schema, value, errors: ajv.errors })).toBe(fits);
    }),
    { numRuns: 1_000 },
  );
  // Both answers were tried, and often.
  expect(Math.min(refused, taken)).toBeGreaterThan(50);
});

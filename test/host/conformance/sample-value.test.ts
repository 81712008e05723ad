import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { placeOf } from '../../../host/conformance/contract-check.ts';
import { sampleField, sampleOf } from '../../../host/conformance/sample-value.ts';

const ajv = new Ajv2020({ strict: false });
formats.default(ajv);

describe('a sample', () => {
  it.each([
    { type: 'string' },
    { type: 'string', minLength: 40 },
    { type: 'string', maxLength: 3 },
    { type: 'string', pattern: '^[0-9]+$' },
    { type: 'string', pattern: '^\\+[1-9][0-9]{6,14}$' },
    { type: 'string', format: 'uri' },
    { type: 'string', format: 'uuid' },
    { type: 'integer', minimum: 5 },
    { type: 'integer', exclusiveMinimum: 5 },
    { type: 'number', maximum: -2 },
    { type: 'boolean' },
    { type: ['null', 'string'] },
    { enum: ['b', 'a'] },
    { const: 7 },
    { type: 'array', items: { type: 'integer' }, minItems: 2 },
    { type: 'object', required: ['a'], properties: { a: { type: 'object', required: ['b'], properties: { b: { type: 'boolean' } } } } },
  ])('of %j fits it', (schema) => {
    expect(ajv.validate(schema, sampleOf(schema))).toBe(true);
  });

  it('of a setting is its default, its first choice, or what its bounds allow; of a secret what is planted', () => {
    expect(sampleField({ type: 'string', default: 'd' }, 'p')).toBe('d');
    expect(sampleField({ type: 'string', secret: true, default: '' }, 'p')).toBe('p');
    expect(sampleField({ type: 'string', enum: ['x', 'y'] }, 'p')).toBe('x');
    expect(sampleField({ type: 'integer', min: 3 }, 'p')).toBe(3);
    expect(sampleField({ type: 'boolean' }, 'p')).toBe(false);
  });
});

describe('the place of a stack', () => {
  it('is its innermost line in a file of the author’s', () => {
    expect(placeOf('Error: x\n    at f (parse.ts:7:3)\n    at g (adapter.ts:12:5)')).toBe('parse.ts:7');
    expect(placeOf('Error\n    at requireParams (sdk:communicationos/sdk:40:2)\n    at async Mine.execute (src/connector.ts:9:1)')).toBe(
      'src/connector.ts:9',
    );
    expect(placeOf('Error\n    at adapter.ts:12:5')).toBe('adapter.ts:12');
    expect(placeOf('Error: read a.ts:1 first\n    at f (plugin.js:1:1)')).toBeNull();
    expect(placeOf(undefined)).toBeNull();
  });
});

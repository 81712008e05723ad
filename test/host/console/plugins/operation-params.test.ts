import { describe, expect, it } from 'vitest';
import { parametersOf, parseParams, prefill } from '../../../../host/console/page/views/plugins/operation-params.ts';

const SCHEMA = {
  type: 'object',
  properties: {
    url: { type: 'string', description: 'Where.' },
    kind: { enum: ['a', 'b'] },
    depth: { type: ['integer', 'null'], default: 3 },
    of: { type: 'object', properties: { list: { type: 'array' }, on: { type: 'boolean' } }, required: ['list'] },
    more: { type: 'string' },
  },
  required: ['url', 'kind', 'of'],
};

it('parameters are told with type, need and meaning', () => {
  expect(parametersOf(SCHEMA)).toEqual([
    { name: 'url', type: 'string', required: true, about: 'Where.' },
    { name: 'kind', type: '"a" | "b"', required: true, about: '' },
    { name: 'depth', type: 'integer | null', required: false, about: '' },
    { name: 'of', type: 'object', required: true, about: '' },
    { name: 'more', type: 'string', required: false, about: '' },
  ]);
});

describe('a form begins with', () => {
  it('what has to be given and what has a default', () => {
    expect(prefill(SCHEMA)).toEqual({ url: '', kind: 'a', depth: 3, of: { list: [] } });
  });

  it('nothing when there is nothing', () => {
    for (const schema of [{}, { properties: [] }, { properties: { a: true }, required: 'a' }]) expect(prefill(schema)).toEqual({});
  });
});

it('what is typed is an object, or said not to be one', () => {
  expect(parseParams(' {"a": [1]} ')).toEqual({ ok: true, params: { a: [1] } });
  expect(parseParams(' ')).toEqual({ ok: true, params: {} });
  expect(parseParams('[1]')).toMatchObject({ ok: false, detail: 'The parameters are no JSON object.' });
  expect(parseParams('{a')).toMatchObject({ ok: false, detail: expect.stringMatching(/^The parameters are no JSON: ./) });
});

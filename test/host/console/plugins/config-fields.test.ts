import { describe, expect, it } from 'vitest';
import { changesOf, consequencesOf, type Drafts, fieldsOf } from '../../../../host/console/page/views/plugins/config-fields.ts';
import type { Plugin } from '../../../../host/console/page/views/plugins/kinds.ts';

const SCHEMA: Plugin['configuration_schema'] = {
  token: { type: 'string', secret: true, required: true, title: 'Token', description: 'From there.' },
  base: { type: 'string', default: 'https://standard.example' },
  mode: { type: 'string', enum: ['a', 'b'] },
  size: { type: 'integer', enum: [1, 2] },
  count: { type: 'integer' },
  deep: { type: 'boolean' },
};
const CONFIG: Plugin['config'] = {
  token: { value: '********', source: 'stored', secret: true },
  base: { value: 'https://standard.example', source: 'default', secret: false },
  mode: { value: 'a', source: 'file', secret: false },
  count: { value: 5, source: 'stored', secret: false },
};
const pluginWith = (more: Partial<Plugin> = {}) =>
  ({
    configuration_schema: SCHEMA,
    config: CONFIG,
    missing: [],
    permissions: { network: [{ url: '{config.base}' }] },
    ...more,
  }) as unknown as Plugin;
const FIELDS = fieldsOf(pluginWith());
const field = (name: string, fields = FIELDS) => fields.find((each) => each.name === name);

describe('fields of a form', () => {
  it('bear the title, else their name, and what the manifest says of them', () => {
    expect(field('token')).toMatchObject({ label: 'Token', about: 'From there.', needed: true });
    expect(field('base')).toMatchObject({ label: 'base', about: null, needed: false });
  });

  it('show no secret, whoever says that it is one', () => {
    expect(field('token')).toMatchObject({ hidden: true, secret: true, value: null, stored: '', source: 'stored' });
    const config = { count: { value: 5, source: 'stored', secret: true } };
    expect(field('count', fieldsOf(pluginWith({ config })))).toMatchObject({ hidden: true, value: null, stored: '', needs: 'admin' });
  });

  it('show no mask as a value: before an approval a value is only known to be there', () => {
    const config = { count: { value: '********', source: 'stored', secret: false } };
    expect(field('count', fieldsOf(pluginWith({ config })))).toMatchObject({ hidden: true, secret: false, stored: '', needs: 'operator' });
  });

  it('are changed where they are stated', () => {
    expect(FIELDS.filter(({ fixed }) => fixed).map(({ name }) => name)).toEqual(['mode']);
    expect(field('base')).toMatchObject({ stored: '', value: 'https://standard.example', source: 'default' });
    expect(field('count')).toMatchObject({ stored: '5', value: '5' });
  });

  it('are the word of an admin when they are secret or a permission refers to them', () => {
    expect(FIELDS.filter(({ needs }) => needs === 'admin').map(({ name }) => name)).toEqual(['token', 'base']);
  });

  it('say when a value is waited for', () => {
    expect(field('deep', fieldsOf(pluginWith({ missing: ['deep'] })))?.missing).toBe(true);
  });
});

describe('what is sent', () => {
  it.each<[string, Drafts, object]>([
    ['nothing without a change', {}, {}],
    ['nothing when it is the same again', { count: '5' }, {}],
    ['nothing when an empty field stays empty', { base: '', deep: '' }, {}],
    ['a secret that was typed', { token: 'x' }, { token: 'x' }],
    ['a number as a number', { count: '7' }, { count: 7 }],
    ['what is no number as it was typed, for the host to refuse', { count: 'seven' }, { count: 'seven' }],
    ['a boolean', { deep: 'false' }, { deep: false }],
    ['a member of an enum with its type', { size: '2' }, { size: 2 }],
    ['null for a stored value that was emptied', { count: '' }, { count: null }],
    ['null for a secret that is taken away', { token: null }, { token: null }],
    ['nothing for a field that is gone meanwhile', { gone: 'x' }, {}],
  ])('%s', (_what, drafts, changes) => expect(changesOf(FIELDS, drafts)).toEqual(changes));
});

describe('what is asked first', () => {
  it.each([
    ['another secret', { token: 'x' }, 'Another value takes the place of the stored one of Token.'],
    ['a value that is needed and taken away', { token: null }, 'The stored value of Token is taken away, and it does not run without one.'],
    [
      'an address that a permission refers to',
      { base: 'https://own.example' },
      'base says where a permission reaches: https://own.example.',
    ],
  ])('%s', (_what, changes, sentence) => expect(consequencesOf(FIELDS, changes)).toEqual([sentence]));

  it('nothing for the others, and for a first secret', () => {
    expect(consequencesOf(FIELDS, { count: 7, deep: true })).toEqual([]);
    expect(consequencesOf(fieldsOf(pluginWith({ config: {} })), { token: 'x' })).toEqual([]);
  });
});

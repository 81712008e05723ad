import { describe, expect, it } from 'vitest';
import { compile } from '../../schemas/compile.ts';
import { ConnectorManifest } from '../../schemas/connector-manifest.ts';
import { Manifest } from '../../schemas/manifest.ts';
import { MAX_SCHEMA_DEPTH, MAX_SCHEMA_NODES, paramsSchemaProblems } from '../../schemas/params-schema.ts';

const GOOD = {
  id: 'my_connector',
  name: 'My connector',
  version: '1.0.0',
  adapter_class: './connector.ts#MyConnector',
  operations: { get_item: { effect: 'read', params: { type: 'object' } } },
};

describe("a connector's manifest", () => {
  const check = compile(ConnectorManifest, { every: true });
  const errorsOf = (value: unknown) => {
    const checked = check(value);
    return checked.ok ? [] : checked.errors.map(({ pointer, message }) => `${pointer} ${message}`);
  };

  it('has operations, each with its effect and its parameters', () => {
    expect(errorsOf(GOOD)).toEqual([]);
    expect(errorsOf({ ...GOOD, operations: { get_item: { effect: 'write', risk: 'high', params: {} } } })).toEqual([]);
    const { operations: _none, ...without } = GOOD;
    expect(errorsOf(without)).toHaveLength(1);
    expect(errorsOf({ ...GOOD, operations: {} })).toHaveLength(1);
    expect(errorsOf({ ...GOOD, operations: { get_item: { params: {} } } })).toEqual([expect.stringContaining('/operations/get_item')]);
    expect(errorsOf({ ...GOOD, operations: { get_item: { effect: 'reads', params: {} } } })).toHaveLength(1);
    expect(errorsOf({ ...GOOD, operations: { constructor: { effect: 'read', params: {} } } })).not.toEqual([]);
    expect(errorsOf({ ...GOOD, operations: { GetItem: { effect: 'read', params: {} } } })).not.toEqual([]);
  });

  it('has nothing of what is a channel’s alone, and a channel has no operations', () => {
    for (const key of ['webhook_url', 'webhook', 'capabilities', 'limits', 'send', 'session_scope']) {
      expect(errorsOf({ ...GOOD, [key]: {} })).not.toEqual([]);
    }
    expect(compile(Manifest)(GOOD).ok).toBe(false);
  });
});

describe('a schema that a plugin writes', () => {
  const wrong = (schema: unknown) => paramsSchemaProblems(schema).map(({ pointer }) => pointer);
  const nested = (depth: number): object => (depth === 1 ? {} : { type: 'object', properties: { a: nested(depth - 1) } });

  it('may say what is in the closed subset', () => {
    expect(
      wrong({
        type: 'object',
        description: 'Finds things.',
        additionalProperties: false,
        required: ['id'],
        properties: {
          id: { type: 'string', minLength: 1, maxLength: 64, pattern: '^[a-z]+$' },
          kind: { enum: ['a', 'b', null], default: 'a' },
          when: { type: ['string', 'null'], format: 'date-time' },
          tags: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 5 },
          size: { type: 'integer', minimum: 1, exclusiveMaximum: 10 },
          fixed: { const: true },
        },
      }),
    ).toEqual([]);
  });

  it.each([
    ['$ref', { $ref: '#/x' }, '/$ref'],
    ['allOf', { allOf: [{}] }, '/allOf'],
    ['patternProperties', { properties: { a: { patternProperties: {} } } }, '/properties/a/patternProperties'],
    ['a pattern that needs back-tracking', { pattern: '(?=a)b' }, '/pattern'],
    ['a pattern of more than 200 characters', { pattern: 'a'.repeat(201) }, '/pattern'],
    ['an unknown format', { format: 'regex' }, '/format'],
    ['an unknown type', { type: 'date' }, '/type'],
    ['no type at all in a list', { type: [] }, '/type'],
    ['a list for every item', { items: [{}] }, '/items'],
    ['a required name that stands nowhere', { required: ['a'] }, '/required/0'],
    ['a text for a length', { maxLength: '5' }, '/maxLength'],
    ['a schema that is none', { properties: { 'a/b': 7 } }, '/properties/a~1b'],
    ['a key that every object has', { constructor: {} }, '/constructor'],
  ])('may not say %s', (_what, schema, pointer) => {
    expect(wrong(schema)).toEqual([pointer]);
  });

  it('is at most 8 deep and has at most 200 nodes, and a larger one costs no more to refuse', () => {
    expect(wrong(nested(MAX_SCHEMA_DEPTH))).toEqual([]);
    expect(wrong(nested(MAX_SCHEMA_DEPTH + 1))).toHaveLength(1);
    expect(wrong(nested(2000))).toHaveLength(1);
    const wide = (count: number) => ({ properties: Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, {}])) });
    expect(wrong(wide(MAX_SCHEMA_NODES - 1))).toEqual([]);
    expect(wrong(wide(MAX_SCHEMA_NODES))).toHaveLength(1);
    expect(wrong(wide(50_000))).toHaveLength(1);
  });
});

describe('an author', () => {
  type Node = {
    properties?: Record<string, Node>;
    patternProperties?: Record<string, Node>;
    items?: Node;
    anyOf?: Node[];
    description?: string;
  };
  const undescribed = (node: Node, place: string): string[] => [
    ...Object.entries(node.properties ?? {}).flatMap(([name, child]) => [
      ...(/\.$/.test(child.description ?? '') ? [] : [`${place}/${name}`]),
      ...undescribed(child, `${place}/${name}`),
    ]),
    ...Object.entries(node.patternProperties ?? {}).flatMap(([name, child]) => undescribed(child, `${place}/{${name}}`)),
    ...(node.items ? undescribed(node.items, `${place}[]`) : []),
    ...(node.anyOf ?? []).flatMap((child) => undescribed(child, place)),
  ];

  it('is told what every field of a manifest means', () => {
    expect(undescribed(Manifest as Node, '')).toEqual([]);
    expect(undescribed(ConnectorManifest as Node, '')).toEqual([]);
  });
});

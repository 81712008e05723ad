/** Our own schemas are not held against the metaschema at every start of the host: here they are, once. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { compile } from '../../schemas/compile.ts';

const FOLDER = path.join(import.meta.dirname, '../../schemas');

/** typebox marks what it makes. */
const isSchema = (value: unknown): value is object => typeof value === 'object' && value !== null && '~kind' in value;

const schemasOf = async (file: string): Promise<[string, object][]> => {
  const exported = Object.entries((await import(file)) as Record<string, unknown>);
  return exported.flatMap(([name, value]) => (isSchema(value) ? [[`${path.basename(file)} ${name}`, value] as [string, object]] : []));
};

const files = ['', 'api/'].flatMap((folder) =>
  readdirSync(path.join(FOLDER, folder))
    .filter((name) => name.endsWith('.ts') && name !== 'generate.ts')
    .map((name) => path.join(FOLDER, folder, name)),
);
const found = (await Promise.all(files.map(schemasOf))).flat();

describe('every schema of ours', () => {
  it.each(found)('%s is JSON Schema 2020-12', (_name, schema) => {
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allowMatchingProperties: true });
    addFormats.default(ajv);
    ajv.validateSchema(schema, true);
  });

  it('is found where it stands', () => {
    expect(found.length).toBeGreaterThan(30);
  });
});

describe('a schema with a keyword that does not exist', () => {
  it('is refused when it is compiled', () => {
    const check = compile({ type: 'object', propertys: {} } as never);
    expect(() => check({})).toThrow('unknown keyword: "propertys"');
  });
});

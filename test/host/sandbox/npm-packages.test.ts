/**
 * Packages as npm installs them, unchanged, in an adapter's folder: read as the host reads a folder, bundled, and at work in
 * the real sandbox.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import { afterEach, describe, expect, it } from 'vitest';
import { readFolder } from '../../../host/registry/read-folder.ts';
import { bundleFolder } from '../../../host/sandbox/bundle.ts';
import type { Json } from '../../../host/sandbox/confined.ts';
import { type Plugin, useSandbox } from './fixture.ts';

const { start } = useSandbox();
const ROOT = path.resolve(import.meta.dirname, '../../..');
const made: string[] = [];
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** The package and everything it depends on, copied beside each other as npm lays them out. */
const install = (folder: string, name: string): void => {
  const from = path.join(ROOT, 'node_modules', name);
  const to = path.join(folder, 'node_modules', name);
  if (existsSync(to)) return;
  cpSync(from, to, { recursive: true, dereference: true });
  const { dependencies = {} } = JSON.parse(readFileSync(path.join(from, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  for (const each of Object.keys(dependencies)) install(folder, each);
};

interface Folder {
  packages: string[];
  imports: string;
  /** Body of `receive(event)`. */
  body: string;
  files?: Record<string, string>;
}

const startFolder = async ({ packages, imports, body, files = {} }: Folder): Promise<Plugin> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'aos-npm-'));
  made.push(folder);
  for (const name of packages) install(folder, name);
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  writeFileSync(
    path.join(folder, 'adapter.ts'),
    `${imports}\nexport class Adapter { async receive(event: any): Promise<any> { ${body} } }\n`,
  );
  const read = await readFolder(folder);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  const bundle = await bundleFolder({ files: read.files, entry: './adapter.ts' });
  if (!bundle.ok) throw new Error(JSON.stringify(bundle.problems));
  return start('', { code: bundle.code, source_map: bundle.source_map, granted: [] });
};

const receive = async (plugin: Plugin, event: Json): Promise<Json> => {
  const result = await plugin.adapter.call('receive', [event]);
  if (!result.ok) throw new Error(`${result.message}\n${result.stack}`);
  return result.value;
};

describe('unchanged npm packages work in an adapter', () => {
  it('fast-xml-parser reads and writes', async () => {
    using plugin = await startFolder({
      packages: ['fast-xml-parser'],
      imports: `import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';`,
      body: `const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@' });
        const parsed = parser.parse(event);
        const built = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@' }).build(parsed);
        return [parsed, parser.parse(built), XMLValidator.validate('<a><b></a>').err.code];`,
    });
    const xml = `<feed lang="de"><entry id="1"><title>Grüße &amp; mehr</title></entry><entry id="2"><title><![CDATA[<b>]]></title><n>7</n></entry></feed>`;
    const parsed = {
      feed: {
        '@lang': 'de',
        entry: [
          { '@id': '1', title: 'Grüße & mehr' },
          { '@id': '2', title: '<b>', n: 7 },
        ],
      },
    };
    expect(await receive(plugin, xml)).toEqual([parsed, parsed, 'InvalidTag']);
  });

  it('zod checks, transforms and explains', async () => {
    using plugin = await startFolder({
      packages: ['zod'],
      imports: `import { z } from 'zod';`,
      body: `const Update = z.object({
          id: z.number().int(),
          text: z.string().min(1).transform((text) => text.trim()),
          link: z.url(),
          at: z.iso.datetime(),
          kind: z.discriminatedUnion('type', [z.object({ type: z.literal('a'), n: z.coerce.number() }), z.object({ type: z.literal('b') })]),
          mail: z.email().optional(),
        });
        const bad = Update.safeParse({ id: 1.5, text: '', link: 'nothing', at: 'today', kind: { type: 'c' } });
        return [Update.parse(event), bad.error.issues.map((issue) => issue.path.join('.'))];`,
    });
    const update = { id: 1, text: ' hello ', link: 'https://a.example/x?y=1', at: '2026-01-01T00:00:00Z', kind: { type: 'a', n: '5' } };
    expect(await receive(plugin, update)).toEqual([
      { ...update, text: 'hello', kind: { type: 'a', n: 5 } },
      ['id', 'text', 'link', 'at', 'kind.type'],
    ]);
  });

  it('ulid makes ids that sort, from the realm’s own random numbers', async () => {
    using plugin = await startFolder({
      packages: ['ulid'],
      imports: `import { decodeTime, isValid, monotonicFactory, ulid } from 'ulid';`,
      body: `const next = monotonicFactory();
        const ids = [next(1000), next(1000), next(1000)];
        return [ids.every((id) => isValid(id)), [...ids].sort().join() === ids.join(), new Set(ids).size, decodeTime(ids[0]), ulid() !== ulid(), ulid().length];`,
    });
    expect(await receive(plugin, null)).toEqual([true, true, 3, 1000, true, 26]);
  });

  it('ajv: a validator compiled before the bundle works; compiling at run time does not, and says why', async () => {
    const ajv = new Ajv({ code: { source: true, esm: true }, allErrors: true });
    const schema = {
      type: 'object',
      required: ['id', 'text'],
      properties: {
        id: { type: 'integer' },
        text: { type: 'string', minLength: 2, pattern: '^[a-zü]+$' },
        tags: { type: 'array', uniqueItems: true },
      },
      additionalProperties: false,
    };
    const compiled = (standalone as unknown as (ajv: Ajv, validate: unknown) => string)(ajv, ajv.compile(schema));
    using plugin = await startFolder({
      packages: ['ajv'],
      imports: `import { Ajv } from 'ajv'; import { validate } from './validate.js';`,
      files: { 'validate.js': compiled },
      body: `let atRunTime; try { new Ajv().compile({ type: 'string' }); atRunTime = 'compiled'; } catch (error: any) { atRunTime = error.name + ': ' + error.message; }
        return event.map((one: any) => validate(one) ? true : (validate as any).errors.map((error: any) => error.instancePath + ' ' + error.keyword)).concat(atRunTime);`,
    });
    const events = [{ id: 1, text: 'grü', tags: [1, 2] }, { id: 1.5, text: 'x', tags: [{ a: 1 }, { a: 1 }] }, { extra: 1 }];
    const [good, bad, worse, atRunTime] = (await receive(plugin, events)) as Json[];
    expect(good).toBe(true);
    expect(bad).toEqual(['/id type', '/text minLength', '/tags uniqueItems']);
    expect(worse).toEqual([' required', ' required', ' additionalProperties']);
    expect(atRunTime).toBe('ReferenceError: Function is not defined');
  });
});

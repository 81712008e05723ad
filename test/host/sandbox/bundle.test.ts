import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type BundleProblem, bundleBuiltin, bundleFolder } from '../../../host/sandbox/bundle.ts';
import { bundleSdk, readSdkSource, SDK_FILE } from '../../../host/sandbox/sdk-module.ts';
import { useSandbox } from './fixture.ts';

const { start } = useSandbox();
const bytes = (text: string) => new TextEncoder().encode(text);
const asFiles = (files: Record<string, string>) => new Map(Object.entries(files).map(([path, text]) => [path, bytes(text)]));

const codeOf = async (files: Record<string, string>, entry = './adapter.ts') => {
  const result = await bundleFolder({ files: asFiles(files), entry });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result;
};
const problemsOf = async (files: Record<string, string>, entry = './adapter.ts'): Promise<BundleProblem[]> => {
  const result = await bundleFolder({ files: asFiles(files), entry });
  return result.ok ? [] : result.problems;
};
/** What the adapter's `receive` answers when the bundle runs in the sandbox. */
const run = async (files: Record<string, string>) => {
  const { code, source_map } = await codeOf(files);
  using plugin = await start('', { code, source_map });
  const result = await plugin.adapter.call('receive', []);
  return result.ok ? result.value : result.message;
};
const adapter = (imports: string, value: string) => ({
  'adapter.ts': `${imports}\nexport class Adapter { receive(): unknown { return ${value}; } }`,
});

describe('a bundle of a plugin folder', () => {
  it('holds TypeScript, JSON and text files of every kind that is allowed', async () => {
    const files = {
      ...adapter(
        "import a from './a.mts'; import b from './b.cjs'; import { c } from './sub'; import d from './d.json'; import e from './e.txt';",
        '[a, b.b, c, d.d, e]',
      ),
      'a.mts': 'const a: number = 1; export default a;',
      'b.cjs': 'exports.b = 2;',
      'sub/index.js': "export { c } from './c.js';",
      'sub/c.ts': 'export const c: number = 3;',
      'd.json': '{"d": 4}',
      'e.txt': 'five',
    };
    expect(await run(files)).toEqual([1, 2, 3, 4, 'five']);
  });

  it('finds packages as Node does: nearest first, by exports, by main, scoped and with subpaths', async () => {
    const files = {
      ...adapter(
        "import a from 'a'; import b from '@s/b/deep'; import c from 'c'; import d from 'd/file.js'; import { e } from 'e';",
        '[a, b, c.name, d, e]',
      ),
      'node_modules/a/package.json':
        '{"exports": {"types": "./t.d.ts", "require": "./no.js", "import": {"node": "./no.js", "default": "./yes.js"}}}',
      'node_modules/a/yes.js': "export default 'a by import';",
      'node_modules/@s/b/package.json': '{"exports": {"./*": {"worker": "./lib/*.mjs"}, "./lib/secret": null}}',
      'node_modules/@s/b/lib/deep.mjs': "export default 'b by pattern';",
      'node_modules/c/package.json': '{"main": "./lib/main"}',
      'node_modules/c/lib/main.js': "module.exports = { name: require('inner') };",
      'node_modules/c/node_modules/inner/index.js': "module.exports = 'inner of c';",
      'node_modules/inner/index.js': "module.exports = 'wrong inner';",
      'node_modules/d/file.js': "export default 'd by path';",
      'node_modules/e/package.json': '{"module": "esm.js", "main": "cjs.js", "imports": {"#own": "./own.js"}}',
      'node_modules/e/esm.js': "export { e } from '#own';",
      'node_modules/e/own.js': "export const e = 'e by imports';",
    };
    expect(await run(files)).toEqual(['a by import', 'b by pattern', 'inner of c', 'd by path', 'e by imports']);
  });

  it('takes a real package as npm installs it', async () => {
    const dir = 'node_modules/dequal';
    const real: Record<string, string> = {};
    for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
      if (/\.(m?js|json)$/.test(name)) real[`${dir}/${name}`] = readFileSync(join(dir, name), 'utf8');
    }
    expect(
      await run({
        ...adapter("import { dequal } from 'dequal';", '[dequal({ a: [1] }, { a: [1] }), dequal({ a: 1 }, { a: 2 })]'),
        ...real,
      }),
    ).toEqual([true, false]);
  });

  it('lets a package of the folder bear the name of a Node module', async () => {
    expect(
      await run({ ...adapter("import events from 'events';", 'events'), 'node_modules/events/index.js': "export default 'from npm';" }),
    ).toBe('from npm');
  });

  it('loses the imports of the SDK, which are types', async () => {
    const { code } = await codeOf(
      adapter(
        "import type { Receipt } from 'communicationos/sdk'; import { ChannelAdapter } from 'communicationos/sdk';",
        '0 as unknown as Receipt & ChannelAdapter',
      ),
    );
    expect(code).not.toContain('sdk');
    const [problem] = await problemsOf(adapter("import { Receipt } from 'communicationos/sdk';", 'Receipt'));
    expect(problem).toMatchObject({ file: 'adapter.ts', line: 1, hint: expect.stringContaining('import type') });
  });

  it('is printed anew: nothing that the author wrote beside code is left', async () => {
    const { code } = await codeOf(
      adapter('/*! @license <script> */ //# sourceMappingURL=http://evil.example/x\n//# sourceURL=fake.js', '1'),
    );
    expect(code).not.toMatch(/license|sourceMappingURL|sourceURL/);
  });

  it('is the same for the same bytes, whatever the order they come in', async () => {
    const files = {
      ...adapter("import a from './a.ts'; import b from 'b';", '[a, b]'),
      'a.ts': 'export default 1',
      'node_modules/b/index.js': 'module.exports = 2',
    };
    const other = Object.fromEntries(Object.entries(files).reverse());
    expect(await codeOf(files)).toEqual(await codeOf(other));
  });

  it('inlines an import() by a fixed name', async () => {
    const { code } = await codeOf({ ...adapter('', "import('./a.ts')"), 'a.ts': 'export const a = 1;' });
    expect(code).not.toMatch(/\bimport\s*\(/);
  });

  it('follows no tsconfig of the folder', async () => {
    const { code } = await codeOf({
      ...adapter('', '1'),
      'tsconfig.json': '{"compilerOptions": {"paths": {"*": ["/etc/*"]}, "jsxFactory": "evil"}}',
    });
    expect(code).not.toContain('evil');
  });
});

describe('a bundle is refused, with place and remedy,', () => {
  it.each([
    ["import x from 'node:fs';", 'Node module "node:fs"', 'storage'],
    ["import x from 'fs/promises';", 'Node module "fs/promises"', 'storage'],
    ["import x from 'https';", 'Node module "https"', 'context.fetch'],
    ["import x from 'net';", 'Node module "net"', 'permissions.network'],
    ["import x from 'crypto';", 'Node module "crypto"', 'context.crypto'],
    ["import * as x from 'node:timers/promises';", 'Node module "node:timers/promises"', 'context.timers'],
    ["import x from 'child_process';", 'Node module "child_process"', 'never given'],
    ["import x from 'node:events';", 'Node module "node:events"', '"events"'],
    ["import x from 'node:made_up';", 'Node module "node:made_up"', 'never given'],
    ["import x from 'https://evil.example/x.js';", 'the URL', 'plugin folder'],
    ["import x from 'data:text/javascript,1';", 'the URL', 'plugin folder'],
    ["import x from 'file:///etc/passwd';", 'the URL', 'plugin folder'],
    ["import x from './addon.node';", 'native code', 'plain JavaScript'],
    ["import x from './code.WASM';", 'native code', 'plain JavaScript'],
    ["import x from '/etc/passwd';", 'absolute path', './'],
    ["import x from '../../secrets.json';", 'leads out of', 'Copy the file'],
    ["import x from './missing.ts';", 'was not found', 'Check the path'],
    ["import x from 'not-installed';", 'was not found', 'node_modules'],
    ["import x from 'communicationos/host';", 'was not found', 'spelling'],
    ["import x from './image.png';", 'of this kind', '.ts'],
    ["import x from './view.tsx';", 'of this kind', '.ts'],
    ["import x from 'jailed/../../adapter.ts';", 'was not found', 'spelling'],
  ])('for %s', async (line, message, hint) => {
    const files = {
      ...adapter(`\n  ${line}`, 'x'),
      'image.png': 'x',
      'view.tsx': 'x',
      'addon.node': 'x',
      'code.WASM': 'x',
      'node_modules/jailed/package.json': '{"exports": {"./*": "./*"}}',
    };
    const [problem] = await problemsOf(files);
    expect(problem).toMatchObject({
      file: 'adapter.ts',
      line: 2,
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
    expect(problem?.column).toBeGreaterThan(2);
  });

  it('for an import() that cannot be followed', async () => {
    const [problem] = await problemsOf(adapter('const name = "x";', 'import(name)'));
    expect(problem).toMatchObject({ file: 'adapter.ts', line: 2, hint: expect.stringContaining('fixed name') });
  });

  it('for what a dependency imports, named by its own file', async () => {
    const [problem] = await problemsOf({
      ...adapter("import 'dep';", '1'),
      'node_modules/dep/index.js': "\nconst cp = require('child_process');",
    });
    expect(problem).toMatchObject({ file: 'node_modules/dep/index.js', line: 2 });
  });

  it('for a mistake of grammar, all of them told', async () => {
    const problems = await problemsOf({
      'adapter.ts': "import './a.ts';\nimport './b.ts';",
      'a.ts': 'export class {',
      'b.ts': 'const = 1;',
    });
    expect(problems.map(({ file }) => file).sort()).toEqual(['a.ts', 'b.ts']);
  });

  it('for an entry that is not there', async () => {
    expect(await problemsOf({ 'other.ts': '' })).toMatchObject([{ message: expect.stringContaining('was not found') }]);
    expect(await problemsOf({ 'adapter.ts': '' }, '../adapter.ts')).toMatchObject([{ message: expect.stringContaining('was not found') }]);
  });

  it('for a package that points out of itself', async () => {
    for (const manifest of ['{"exports": "./../../adapter.ts"}', '{"exports": "/etc/passwd"}', '{"exports": "../b/x.js"}']) {
      const problems = await problemsOf({
        ...adapter("import 'dep';", '1'),
        'node_modules/dep/package.json': manifest,
        'node_modules/b/x.js': '',
      });
      expect(problems).toMatchObject([{ message: expect.stringContaining('was not found') }]);
    }
  });

  it('never by an exception, whatever a package.json holds', async () => {
    for (const manifest of [
      '',
      '[]',
      'null',
      '{"exports": {"a": 1, "./b": 2}}',
      '{"exports": [], "main": 5}',
      '{"main": "../../../x"}',
      '{"exports": {"./*": {"import": {}}}}',
    ]) {
      const problems = await problemsOf({ ...adapter("import 'dep';", '1'), 'node_modules/dep/package.json': manifest });
      expect(problems).toHaveLength(1);
    }
  });
});

describe('a bundle of a built-in plugin', () => {
  const folders: string[] = [];
  const onDisk = (files: Record<string, string>) => {
    const dir = mkdtempSync(join(tmpdir(), 'builtin-'));
    folders.push(dir);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
    return dir;
  };
  afterEach(() => {
    for (const dir of folders.splice(0)) rmSync(dir, { recursive: true });
  });

  it('holds files under the given roots, and runs', async () => {
    const dir = onDisk({
      'channels/x/adapter.ts':
        "import type { Y } from '../../sdk/index.ts';\nimport { y } from '../../sdk/index.ts';\nexport class Adapter { receive() { return y as Y; } }",
      'sdk/index.ts': 'export type Y = number; export const y = 5;',
    });
    const result = await bundleBuiltin({ entry: join(dir, 'channels/x/adapter.ts'), roots: [dir] });
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    expect(result.code).not.toContain(dir);
    using plugin = await start('', { code: result.code, source_map: result.source_map });
    expect(await plugin.adapter.call('receive', [])).toEqual({ ok: true, value: 5 });
  });

  it('refuses a file outside them, and a link that leads outside', async () => {
    const outside = onDisk({ 'secret.ts': 'export const secret = 1;' });
    const dir = onDisk({ 'adapter.ts': "import { secret } from './link.ts';\nexport class Adapter { receive() { return secret; } }" });
    symlinkSync(join(outside, 'secret.ts'), join(dir, 'link.ts'));
    const result = await bundleBuiltin({ entry: join(dir, 'adapter.ts'), roots: [dir] });
    expect(result).toMatchObject({ ok: false, problems: [{ line: 1, message: expect.stringContaining('leads out of') }] });
  });

  it('refuses Node modules like any other', async () => {
    const dir = onDisk({
      'adapter.ts': "import { readFileSync } from 'node:fs';\nexport class Adapter { receive() { return readFileSync; } }",
    });
    expect(await bundleBuiltin({ entry: join(dir, 'adapter.ts'), roots: [dir] })).toMatchObject({
      ok: false,
      problems: [{ file: 'adapter.ts', line: 1, hint: expect.stringContaining('storage') }],
    });
  });
});

describe('the SDK of a bundle', () => {
  it('is the SDK itself, built and run from the source alike', async () => {
    const source = await bundleSdk(join(import.meta.dirname, '../../../plugins/sdk/index.ts'));
    expect(await readSdkSource()).toBe(source);
    expect(readFileSync(join(import.meta.dirname, '../../../dist', SDK_FILE), 'utf8')).toBe(source);
    const inBundle = await import(`data:text/javascript,${encodeURIComponent(source)}`);
    expect(Object.keys(inBundle).sort()).toEqual(Object.keys(await import('../../../plugins/sdk/index.ts')).sort());
  });

  it('gives a folder adapter the values that the built-in ones have, and no more of it than it imports', async () => {
    const files = adapter(
      "import { asText, failed, InvalidParamsError, sent } from 'communicationos/sdk';",
      "[asText('abc', 2), sent('1'), failed({ code: 'X', reason: 'y' }).status, new InvalidParamsError('m').code]",
    );
    expect(await run(files)).toEqual(['ab', { status: 'sent', platform_message_id: '1' }, 'failed', 'INVALID_PARAMS']);
    expect((await codeOf(files)).code).not.toContain('not supported');
  });

  it('lets a folder hold a connector, whose methods are called in the realm', async () => {
    const files = {
      'connector.ts': `
        import { BaseConnector, NotSupportedError, requireParams, type OperationParams } from 'communicationos/sdk';
        export class Adapter extends BaseConnector {
          async execute(operation: string, params: OperationParams) {
            if (operation !== 'get') throw new NotSupportedError(operation);
            requireParams(params, 'id');
            return { got: params.id };
          }
          getSupportedOperations() { return ['get']; }
        }`,
    };
    const { code, source_map } = await codeOf(files, './connector.ts');
    using plugin = await start('', { code, source_map, config: {} });
    const call = (...args: Parameters<typeof plugin.adapter.call>) => plugin.adapter.call(...args);
    expect(await call('execute', ['get', { id: 7 }])).toEqual({ ok: true, value: { got: 7 } });
    expect(await call('execute', ['get', {}])).toMatchObject({
      ok: false,
      code: 'INVALID_PARAMS',
      message: "'id' parameter is required",
      stack: expect.stringMatching(/connector\.ts:6/),
    });
    expect(await call('execute', ['put', {}])).toMatchObject({ code: 'NOT_SUPPORTED', message: "Operation 'put' not supported" });
    expect(await call('getStatus', [])).toEqual({
      ok: true,
      value: { name: 'Adapter', enabled: true, supported_operations: ['get'], config_valid: true },
    });
    expect(await call('validateConfig', [])).toEqual({ ok: true, value: true });
    expect(await call('healthCheck', [])).toEqual({ ok: true, value: true });
  });
});

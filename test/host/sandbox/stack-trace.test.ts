import { describe, expect, it } from 'vitest';
import { bundleFolder } from '../../../host/sandbox/bundle.ts';
import { createStackMapper } from '../../../host/sandbox/stack-trace.ts';
import { useSandbox } from './fixture.ts';

const { start } = useSandbox();

describe('a stack trace', () => {
  it('names the author’s own files and lines, its dependencies among them', async () => {
    const text = (source: string) => new TextEncoder().encode(source);
    const files = new Map([
      [
        'adapter.ts',
        text(
          "import { parse } from './parse.ts';\nexport class Adapter {\n  async receive(event: { text: string }) {\n    return parse(event.text);\n  }\n}\n",
        ),
      ],
      ['parse.ts', text("import deep from 'deep';\n\nexport const parse = (text: string): unknown => deep(text);\n")],
      ['node_modules/deep/index.js', text('module.exports = function deep(x) {\n  return x.missing.field;\n};\n')],
    ]);
    const bundle = await bundleFolder({ files, entry: 'adapter.ts' });
    if (!bundle.ok) throw new Error(bundle.problems[0]?.message);
    using plugin = await start('', { code: bundle.code, source_map: bundle.source_map });
    const result = await plugin.adapter.call('receive', [{ text: 'x' }]);
    const stack = result.ok ? '' : (result.stack ?? '');
    expect(stack.split('\n').map((line) => line.trim())).toEqual([
      expect.stringContaining('TypeError'),
      expect.stringMatching(/^at .*deep.* \(node_modules\/deep\/index\.js:2:\d+\)$/),
      expect.stringMatching(/^at parse \(parse\.ts:3:\d+\)$/),
      expect.stringMatching(/^at .*receive \(adapter\.ts:4:\d+\)$/),
    ]);
  });

  it('stays as it is without a map, with a broken one, and where the map knows nothing', () => {
    const stack = 'Error\n    at f (plugin.js:1:1)';
    expect(createStackMapper(undefined)(stack)).toBe(stack);
    expect(createStackMapper('not json')(stack)).toBe(stack);
    expect(createStackMapper('{"version":3,"sources":[],"names":[],"mappings":""}')(stack)).toBe(stack);
    expect(createStackMapper('{}')(null)).toBeUndefined();
  });

  it('that a plugin made up does no harm', () => {
    const map = createStackMapper('{"version":3,"sources":["a.ts"],"names":[],"mappings":"AAAA"}');
    expect(map('plugin.js:999999999:999999999 plugin.js:0:0 $& $1')).toContain('$& $1');
  });
});

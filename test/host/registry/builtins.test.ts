import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUILTIN_ADAPTERS } from '../../../host/registry/builtin-names.ts';
import { loadBuiltins } from '../../../host/registry/builtins.ts';
import { inspectManifest } from '../../../host/registry/inspect-manifest.ts';
import { BUILTINS, createHome, ownManifest, write } from './fixture.ts';

const built = (leaveOut = ''): string => {
  const dir = createHome();
  for (const id of Object.values(BUILTIN_ADAPTERS)) {
    const files = {
      'manifest.json': JSON.stringify(ownManifest(id)),
      'adapter.js': `/* ${id} */`,
      'adapter.js.map': '{}',
      'README.md': `# ${id}`,
    };
    for (const [file, text] of Object.entries(files)) if (`${id}/${file}` !== leaveOut) write(join(dir, id, file), text);
  }
  return dir;
};

it('reads what the build left: manifest, code, source map and guide of each', async () => {
  const builtins = await loadBuiltins(built());
  expect([...builtins.keys()].sort()).toEqual(['telegram', 'webchat', 'whatsapp_twilio']);
  expect(builtins.get('telegram')).toEqual({
    manifest: ownManifest('telegram'),
    bundle: { code: '/* telegram */', source_map: '{}' },
    export_name: 'TelegramAdapter',
    setup_guide: '# telegram',
  });
});

it('does without source map and guide', async () => {
  expect((await loadBuiltins(built('telegram/adapter.js.map'))).get('telegram')?.bundle.source_map).toBeNull();
  expect((await loadBuiltins(built('telegram/README.md'))).get('telegram')?.setup_guide).toBeNull();
});

it.each(['telegram/adapter.js', 'webchat/manifest.json'])(
  'a missing %s is a damaged installation, with the file and the fix',
  async (file) => {
    await expect(loadBuiltins(built(file))).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining(file),
      hint: expect.stringContaining('npm run build'),
    });
  },
);

it.each(['{', '{"id": "telegram"}'])('a manifest of the installation that is %s is never used', async (text) => {
  const dir = built();
  write(join(dir, 'telegram/manifest.json'), text);
  await expect(loadBuiltins(dir)).rejects.toMatchObject({ code: 'INTERNAL' });
});

describe.each([...BUILTINS])('the manifest of %s', (id, { manifest, export_name }) => {
  it('names the class that the table gives it', () => {
    expect(manifest.adapter_class).toBe(`${id}#${export_name}`);
  });

  it('keeps every rule that channels keep, but for what only built-in plugins may', () => {
    const files = new Map([['manifest.json', Buffer.from(JSON.stringify(manifest))]]);
    const { problems } = inspectManifest(id, files, BUILTINS);
    expect(problems.filter(({ check }) => check !== 'reserved_attributes')).toEqual([]);
  });
});

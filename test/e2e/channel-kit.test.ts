/** The author's commands: `channel create` and `channel check`, on homes that nothing else was installed into. */
import { execFile } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { agentos, type Home, makeHome, ROOT } from '../support/home.ts';

/** Many workers and processes, on a machine that may be busy with others. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const run = promisify(execFile);

interface Report {
  id: string;
  kind: string;
  ok: boolean;
  level: string;
  digest: string | null;
  problems: { file: string; line: number | null; check: string; message: string }[];
  checks: { id: string; status: string; problems?: { message: string; place: string | null }[] }[];
  missing: string[];
}

let home: Home;
beforeAll(() => {
  home = makeHome();
});
afterAll(() => home.remove());

const create = async (id: string, ...args: string[]) => {
  const result = await agentos(home, ['channel', 'create', id, '--json', ...args]);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return result.json<{ folder: string; written: string[]; linked: string | null; next: string[] }>();
};
const check = async (folder: string) => {
  const result = await agentos(null, ['channel', 'check', folder, '--json']);
  return { code: result.code, stderr: result.stderr, report: result.json<Report>() };
};
const change = (folder: string, file: string, from: string, to: string) => {
  const name = path.relative(home.dir, path.join(folder, file));
  const text = readFileSync(path.join(folder, file), 'utf8');
  expect(text).toContain(from);
  home.write(name, text.replace(from, to));
};

describe.each([
  ['channel', 'channels', 'shop_chat', 'ShopChatAdapter'],
  ['connector', 'connectors', 'shop_items', 'ShopItemsConnector'],
])('a created %s', (kind, folder_name, id, class_name) => {
  let folder = '';
  beforeAll(async () => {
    folder = (await create(id, '--kind', kind)).folder;
  });

  it('lies in the home under its own id, with everything named after it', () => {
    expect(path.relative(home.dir, folder)).toBe(`store/${folder_name}/${id}`);
    const all = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(path.join(folder, name)).isFile());
    expect(all).toEqual(expect.arrayContaining(['manifest.json', 'README.md', 'api.ts', 'package.json', 'fixtures/answers.json']));
    const text = all.map((name) => readFileSync(path.join(folder, name), 'utf8')).join('\n');
    expect(text).not.toMatch(/my_c(?:hannel|onnector)|MyC(?:hannel|onnector)|My c(?:hannel|onnector)|MY_C(?:HANNEL|ONNECTOR)/);
    expect(JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8'))).toMatchObject({
      id,
      adapter_class: expect.stringContaining(`#${class_name}`),
    });
  });

  it('names a schema that an editor finds', () => {
    const { $schema } = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8'));
    expect(JSON.parse(readFileSync(path.join(folder, $schema), 'utf8'))).toMatchObject({ type: 'object', $id: path.basename($schema) });
  });

  it('has a test that passes at once, by the one command that is printed', async () => {
    const { stdout } = await run('npm', ['test', '--prefix', folder], { cwd: home.dir });
    expect(stdout).toMatch(/# pass [1-9]/);
    expect(stdout).toMatch(/# fail 0/);
  });

  it('is complete by the check, which its tests and links are no matter to', async () => {
    const { code, report } = await check(folder);
    expect(report).toMatchObject({
      id,
      kind,
      ok: true,
      level: 'complete',
      problems: [],
      missing: [],
      digest: expect.stringMatching(/^sha256-/),
    });
    expect(code).toBe(0);
    expect(existsSync(path.join(folder, 'node_modules'))).toBe(false);
  });

  it('is never written over', async () => {
    home.write(`store/${folder_name}/${id}/api.ts`, '// mine');
    expect(await agentos(home, ['channel', 'create', id, '--kind', kind])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/STATE_CONFLICT.*nothing was written/),
    });
    expect(readFileSync(path.join(folder, 'api.ts'), 'utf8')).toBe('// mine');
  });
});

describe('channel create', () => {
  it('links the package beside the plugins once, where it is not found otherwise', async () => {
    const link = path.join(home.dir, 'node_modules/communicationos');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect((await create('second_one')).linked).toBeNull();
  });

  it('refuses an id or a kind that cannot be, and says what can', async () => {
    for (const [id, meant] of [
      ['Shop-Chat', '"shop_chat"'],
      ['1', 'my_channel'],
      ['../x', 'my_channel'],
      ['constructor', 'my_channel'],
      ['a'.repeat(65), `"${'a'.repeat(64)}"`],
    ] as const) {
      const result = await agentos(home, ['channel', 'create', id]);
      expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('INVALID_PARAMS') });
      expect(result.stderr).toContain(meant);
    }
    expect(await agentos(home, ['channel', 'create', 'fine', '--kind', 'bot'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--kind channel'),
    });
    expect(existsSync(path.join(home.dir, 'store/channels/fine'))).toBe(false);
  });

  it('prints what was written and what comes next', async () => {
    const { stdout } = await agentos(home, ['connector', 'create', 'printed']);
    expect(stdout).toContain('connector.ts');
    expect(stdout).toMatch(/Next:\n {2}npm test --prefix .*store\/connectors\/printed\n {2}agentos channel check /);
  });

  it('leaves a folder that only its owner may write to, whatever the umask', async () => {
    await run('sh', [
      '-c',
      'umask 000; exec "$0" "$@"',
      process.execPath,
      path.join(ROOT, 'dist/agentos.js'),
      'channel',
      'create',
      'open_mask',
      '--home',
      home.dir,
    ]);
    expect((await check(path.join(home.dir, 'store/channels/open_mask'))).report).toMatchObject({ ok: true });
  });
});

describe('channel check', () => {
  it('is invalid when the code throws as it is loaded, and names the line', async () => {
    const { folder } = await create('throws_at_load');
    change(folder, 'adapter.ts', 'export class', 'throw new Error("not today");\n\nexport class');
    const { code, report, stderr } = await check(folder);
    const line =
      readFileSync(path.join(folder, 'adapter.ts'), 'utf8')
        .split('\n')
        .findIndex((text) => text.startsWith('throw')) + 1;
    expect(report).toMatchObject({ ok: false, level: 'invalid', checks: [] });
    expect(report.problems[0]).toMatchObject({ check: 'load', file: 'adapter.ts', line, message: expect.stringContaining('not today') });
    expect([code, stderr]).toEqual([1, expect.stringContaining('cannot run as it is')]);
    expect((await agentos(null, ['channel', 'check', folder])).stdout).toContain(`adapter.ts:${line} `);
  });

  it('is at "loads" when a rule is broken, names rule, line and fix, and exits with 1', async () => {
    const { folder } = await create('throws_in_parse');
    change(
      folder,
      'parse.ts',
      'const event = asRecord(value);',
      'const event = asRecord(value);\n  if (event?.kind) throw new Error("unknown kind");',
    );
    const { code, report, stderr } = await check(folder);
    expect(report).toMatchObject({ ok: false, level: 'loads' });
    expect(report.checks.filter(({ status }) => status === 'failed').map(({ id }) => id)).toEqual(['parse', 'hostile_input']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('CONTRACT_BROKEN')]);
    const { stdout } = await agentos(null, ['channel', 'check', folder]);
    expect(stdout).toMatch(/FAIL {2}parse/);
    expect(stdout).toMatch(/parse\.ts:9 receive failed at fixtures\/unknown\.json: unknown kind/);
    expect(stdout).toMatch(/missing for level 2 sound:/);
  });

  it('is at "sound" when something only the author has is missing, and says what', async () => {
    const { folder } = await create('unfinished');
    change(folder, 'manifest.json', '  "limits": { "text": { "max": 2000, "unit": "utf16" } },\n', '');
    change(folder, 'manifest.json', '"reason": "Sends messages, and asks whether the account is well."', '"x-note": "none"');
    const { code, report } = await check(folder);
    expect(report).toMatchObject({ ok: true, level: 'sound' });
    expect(report.missing).toEqual([expect.stringContaining('limits.text'), expect.stringContaining('"reason"')]);
    expect(code).toBe(0);
  });

  it('reports a credential in the source with file and line, without repeating it', async () => {
    const { folder } = await create('spills');
    const token = `${'7391826'}${'405'}:AAE${'kq7Zr'.repeat(6)}hQ`;
    change(folder, 'render.ts', 'export interface', `// ${token}\nexport interface`);
    const { report } = await check(folder);
    expect(report.checks.find(({ id }) => id === 'literals')).toMatchObject({
      status: 'failed',
      problems: [{ message: 'This looks like a Telegram bot token.', place: 'render.ts:4' }],
    });
    expect(JSON.stringify(report)).not.toContain(token);
  });

  it('checks the channel of a built-in plugin, and a folder that is none', async () => {
    expect((await check(path.join(ROOT, 'store/channels/webchat'))).report).toMatchObject({ ok: true, level: 'sound' });
    const nothing = await check(path.join(home.dir, 'store'));
    expect(nothing).toMatchObject({ code: 1, report: { ok: false, level: 'invalid', digest: null } });
  });
});

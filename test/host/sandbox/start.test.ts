import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../host/lib/clock.ts';
import { bundleFolder } from '../../../host/sandbox/bundle.ts';
import { createSandbox } from '../../../host/sandbox/sandbox.ts';
import { adapterWith, pluginOptions, useSandbox } from './fixture.ts';

const fixture = useSandbox();
const fault = async (source: string, options: Parameters<typeof pluginOptions>[1] = {}) => {
  const result = await fixture.sandbox().start(pluginOptions(source, options));
  return result.ok ? null : result.fault;
};

describe('a plugin that does not start', () => {
  it('is one whose code throws at load, with the reason', async () => {
    expect(await fault('throw new RangeError("broken at load");')).toMatchObject({ code: 'LOAD_FAILED', message: 'broken at load' });
  });

  it('is one whose constructor throws', async () => {
    expect(await fault('class Adapter { constructor(c) { throw new Error("no " + c.config.limit); } }\nreturn { Adapter };')).toMatchObject(
      {
        code: 'LOAD_FAILED',
        message: 'no 7',
      },
    );
  });

  it('is one whose code is no script', async () => {
    expect(await fault('', { code: 'var __plugin = (;' })).toMatchObject({ code: 'LOAD_FAILED' });
    expect(await fault('', { code: '' })).toMatchObject({ code: 'LOAD_FAILED' });
  });

  it('is one without the named class; what it exports instead is told', async () => {
    expect(await fault('return { Other: class {}, Adapter: 5 };')).toMatchObject({
      code: 'EXPORT_MISSING',
      message: 'the adapter has no exported class Adapter; it exports Other, Adapter',
    });
    expect(await fault('return { Adapter: () => 1 };')).toMatchObject({ code: 'LOAD_FAILED' });
  });

  it('is one that loops at import: it ends at the boot deadline', async () => {
    expect(await fault('for (;;) {}', { boot_timeout_ms: 1000 })).toMatchObject({ code: 'BOOT_TIMEOUT' });
    expect(await fault('class Adapter { constructor() { for (;;) {} } }\nreturn { Adapter };', { boot_timeout_ms: 1000 })).toMatchObject({
      code: 'BOOT_TIMEOUT',
    });
  });

  it('shows the place in the author’s own file', async () => {
    const files = new Map([
      [
        'adapter.ts',
        new TextEncoder().encode(
          '\n\nconst fail = (): never => {\n  throw new Error("at load");\n};\nexport class Adapter { x = fail(); }\n',
        ),
      ],
    ]);
    const bundle = await bundleFolder({ files, entry: './adapter.ts' });
    if (!bundle.ok) throw new Error(bundle.problems[0]?.message);
    const found = await fault('', { code: bundle.code, source_map: bundle.source_map });
    expect(found?.stack).toContain('adapter.ts:4:9');
    expect(found?.stack).toContain('adapter.ts:6:');
    expect(found?.stack).not.toContain('plugin.js');
  });
});

describe('the self-test', () => {
  const folders: string[] = [];
  const folder = (worker: string) => {
    const dir = mkdtempSync(join(tmpdir(), 'bootstrap-'));
    folders.push(dir);
    writeFileSync(join(dir, 'worker.cjs'), worker);
    return dir;
  };
  afterEach(() => {
    for (const dir of folders.splice(0)) rmSync(dir, { recursive: true });
  });
  const startIn = async (bootstrap_dir: string, canary_files: string[] = []) => {
    const sandbox = createSandbox({ clock: systemClock }, { threads: true, bootstrap_dir, canary_files });
    const result = await sandbox.start(pluginOptions(adapterWith('')));
    await sandbox.close();
    return result;
  };

  it('lets no plugin start when a canary can be read', async () => {
    const canary = join(fixture.dir(), 'canary.txt');
    writeFileSync(canary, 'x');
    const result = await startIn(fixture.dir(), [canary]);
    expect(result).toMatchObject({ ok: false, fault: { code: 'SELF_TEST_FAILED' } });
    expect(!result.ok && result.fault.message).toContain(`reading ${canary} is possible`);
  });

  it('passes on this machine, with canaries that exist outside the bootstrap folder', async () => {
    const canary = join(folder(''), 'policy.json');
    writeFileSync(canary, '{}');
    expect(await startIn(fixture.dir(), [canary])).toMatchObject({ ok: true });
  });

  it.each([
    ['answers nonsense', 'require("node:worker_threads").parentPort.postMessage({ fine: true });'],
    ['ends without an answer', ''],
    ['fails', 'throw new Error("x");'],
    [
      'finds a door open',
      'require("node:worker_threads").parentPort.postMessage({ problems: ["reading x is possible"], ses_cache: new Uint8Array(1) });',
    ],
  ])('lets no plugin start when it %s', async (_, worker) => {
    expect(await startIn(folder(worker))).toMatchObject({ ok: false, fault: { code: 'SELF_TEST_FAILED' } });
  });

  it('says how to mend a bootstrap folder that is missing or badly named', async () => {
    expect(await startIn(join(tmpdir(), 'no-such-bootstrap'))).toMatchObject({
      fault: { code: 'SELF_TEST_FAILED', message: expect.stringContaining('npm run build') },
    });
    const dir = mkdtempSync(join(tmpdir(), 'with,comma-'));
    folders.push(dir);
    expect(await startIn(dir)).toMatchObject({ fault: { message: expect.stringContaining('comma') } });
  });
});

describe('close', () => {
  it('ends what runs and starts nothing more', async () => {
    const sandbox = createSandbox({ clock: systemClock }, { threads: true, bootstrap_dir: fixture.dir() });
    const started = await sandbox.start(pluginOptions(adapterWith('return new Promise(() => {});')));
    if (!started.ok) throw new Error(started.fault.message);
    const open = started.adapter.call('receive', []);
    await sandbox.close();
    expect(await open).toMatchObject({ fault: 'died' });
    expect(await started.adapter.exited).toEqual({ requested: true, breached: false, reason: 'the sandbox was closed' });
    expect(await sandbox.start(pluginOptions(adapterWith('')))).toMatchObject({ ok: false, fault: { code: 'DIED' } });
  });
});

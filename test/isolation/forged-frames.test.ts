/** A worker whose own checks were bypassed: the host meets whatever bytes it sends. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../host/lib/clock.ts';
import type { ConfinedOptions } from '../../host/sandbox/confined.ts';
import { createSandbox } from '../../host/sandbox/sandbox.ts';
import { pluginOptions } from '../host/sandbox/fixture.ts';

const dir = mkdtempSync(join(tmpdir(), 'forged-'));
const sandbox = createSandbox({ clock: systemClock }, { threads: true, bootstrap_dir: dir });
afterAll(async () => {
  await sandbox.close();
  rmSync(dir, { recursive: true });
});

/** `onCall` is worker code that answers the host's first call; `frame` and `post` are at hand. */
const startBypassed = async (onCall: string, options: Partial<ConfinedOptions> = {}) => {
  writeFileSync(
    join(dir, 'worker.cjs'),
    `const { parentPort, workerData } = require('node:worker_threads');
    const post = (value) => parentPort.postMessage(value);
    if (workerData.self_test) post({ problems: [], ses_cache: new Uint8Array(1) });
    else parentPort.on('message', (batch) => {
      for (const frame of batch.split('\\n').map((one) => JSON.parse(one))) {
        if (frame.t === 'load') post('{"t":"ready","methods":["receive","health"]}');
        else { ${onCall} }
      }
    });`,
  );
  const started = await sandbox.start(pluginOptions('', options));
  if (!started.ok) throw new Error(started.fault.message);
  return started.adapter;
};

const VALUE = `post('{"t":"value","id":' + frame.id + ',"value":null}')`;

describe('a frame that our own code would not send ends the worker at once:', () => {
  it.each([
    ['no text', 'post({ t: "value", id: frame.id, value: 1 })'],
    ['bytes', 'post(new Uint8Array(8))'],
    ['nothing', 'post("")'],
    ['no JSON', 'post("{")'],
    ['a list', 'post("[]")'],
    ['no kind', 'post("{}")'],
    ['an unknown kind', 'post(\'{"t":"grant","name":"fetch"}\')'],
    ['a kind named like a method of Object', 'post(\'{"t":"constructor"}\')'],
    ['a kind named __proto__', 'post(\'{"t":"__proto__"}\')'],
    ['an answer to no call', 'post(\'{"t":"value","id":999,"value":1}\')'],
    ['an answer to no number', 'post(\'{"t":"value","id":"1","value":1}\')'],
    ['an answer without a value', `post('{"t":"value","id":' + frame.id + '}')`],
    ['a second answer', `${VALUE}; ${VALUE}`],
    ['a piece that is no message', 'post(\'{"t":"part","last":true,"text":"1"}\')'],
    ['pieces of nothing', 'post(\'{"t":"part","last":false,"text":""}\')'],
    ['an error without a text', `post('{"t":"error","id":' + frame.id + ',"fault":"threw","message":{},"code":null,"stack":null}')`],
    ['an error of another fault', `post('{"t":"error","id":' + frame.id + ',"fault":"deadline","message":"","code":null,"stack":null}')`],
    ['a second ready', 'post(\'{"t":"ready","methods":["send"]}\')'],
    ['a load that failed after all', 'post(\'{"t":"load_failed","fault":"LOAD_FAILED","message":"","code":null,"stack":null}\')'],
    ['a capability that was not granted', 'post(\'{"t":"capability","id":1,"name":"websocket","args":null,"call":null}\')'],
    ['a capability that exists but was not granted', 'post(\'{"t":"capability","id":1,"name":"fetch","args":null,"call":null}\')'],
    ['a capability named like a method of Object', 'post(\'{"t":"capability","id":1,"name":"toString","args":null,"call":null}\')'],
    [
      'a capability under a number in use',
      'const f = \'{"t":"capability","id":1,"name":"emit","args":null,"call":null}\'; post(f + "\\n" + f)',
    ],
    [
      'a 65th capability call',
      'for (let i = 1; i < 66; i++) post(\'{"t":"capability","id":\' + i + \',"name":"emit","args":null,"call":null}\')',
    ],
    ['a log line too long', 'post(JSON.stringify({ t: "log", level: "info", message: "x".repeat(5000), fields: null }))'],
    ['a log line of no level', 'post(\'{"t":"log","level":"fatal","message":"","fields":null}\')'],
    ['a frame too long', `post('{"t":"value","id":' + frame.id + ',"value":"' + 'x'.repeat(300000) + '"}')`],
    ['a frame too long inside a batch', `post('{"t":"log","level":"info","message":"","fields":null}\\n"' + 'x'.repeat(300000) + '"')`],
  ])('%s', async (_, onCall) => {
    const handlers = { fetch: async () => null, emit: () => new Promise<null>(() => {}) };
    const adapter = await startBypassed(onCall, { granted: [], handlers });
    const result = await adapter.call('receive', []);
    const exit = await adapter.exited;
    expect(exit).toMatchObject({ requested: false, breached: true });
    expect(exit.reason).toMatch(/^malformed frame: /);
    expect(result.ok || result.fault === 'died').toBe(true);
  });

  it('and nothing of the same batch is handled after it', async () => {
    const lines: string[] = [];
    const adapter = await startBypassed('post(\'{"t":"bad"}\\n{"t":"log","level":"info","message":"after","fields":null}\')', {
      on_log: (_level, message) => void lines.push(message),
    });
    await adapter.call('receive', []);
    await adapter.exited;
    expect(lines).toEqual([]);
  });
});

it('a flood of frames ends the worker', async () => {
  const line = '{"t":"log","level":"info","message":"x","fields":null}';
  const adapter = await startBypassed(`for (let i = 0; i < 40; i++) post(Array(5000).fill('${line}').join('\\n'))`);
  expect(await adapter.call('receive', [])).toMatchObject({ ok: false, fault: 'died' });
  expect((await adapter.exited).reason).toBe('it flooded the host with messages');
});

it('a flood of characters ends the worker', async () => {
  const adapter = await startBypassed(
    `const args = 'x'.repeat(260000); for (let i = 1; i < 900; i++) post('{"t":"capability","id":' + i + ',"name":"emit","args":"' + args + '","call":null}')`,
    { handlers: { emit: async () => null } },
  );
  expect(await adapter.call('receive', [])).toMatchObject({ ok: false, fault: 'died' });
  expect((await adapter.exited).reason).toBe('it flooded the host with messages');
});

it('a worker that ends by itself is a fault, whatever its code', async () => {
  const adapter = await startBypassed('process.exit(0)');
  expect(await adapter.call('receive', [])).toMatchObject({ ok: false, fault: 'died' });
  expect(await adapter.exited).toEqual({ requested: false, breached: false, reason: 'the worker ended with code 0' });
});

it('what Node prints in a worker goes to the log, cut to size', async () => {
  const lines: string[] = [];
  const adapter = await startBypassed(`process.stderr.write('w'.repeat(9000), () => ${VALUE})`, {
    on_log: (level, message) => void lines.push(`${level} ${message}`),
  });
  await adapter.call('receive', []);
  await adapter.stop(0);
  expect(lines[0]).toBe(`warn ${'w'.repeat(4096)}`);
});

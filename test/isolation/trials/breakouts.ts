/** A worker whose realms were broken: what its code may still do in its process, and what the host makes of it. */
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../host/lib/clock.ts';
import { createSandbox } from '../../../host/sandbox/sandbox.ts';
import type { Lab } from '../lab.ts';
import type { Trial } from '../trial.ts';

/** `act` is worker code without any realm around it, run at the host's first call; `post` and `done` are at hand. */
const worker = (act: string): string => `
const { parentPort, workerData } = require('node:worker_threads');
const post = (value) => parentPort.postMessage(value);
if (workerData.self_test) post({ problems: [], ses_cache: new Uint8Array(1) });
else {
  setInterval(() => { workerData.beat[0]++; }, 50);
  parentPort.on('message', (batch) => {
    for (const frame of batch.split('\\n').map((one) => JSON.parse(one))) {
      if (frame.t === 'load') post('{"t":"ready","methods":["receive"]}');
      else {
        const done = (value) => post(JSON.stringify({ t: 'value', id: frame.id, value }));
        ${act}
      }
    }
  });
}`;

const startBroken = async (lab: Lab, act: string) => {
  const bootstrap_dir = lab.folder();
  cpSync(join(lab.bootstrap_dir, 'runner.cjs'), join(bootstrap_dir, 'runner.cjs'));
  writeFileSync(join(bootstrap_dir, 'worker.cjs'), worker(act));
  const sandbox = createSandbox({ clock: systemClock }, { bootstrap_dir });
  const started = await sandbox.start({
    channel_id: 'broken',
    place: 'process',
    code: '',
    export_name: 'Adapter',
    config: {},
    granted: [],
    handlers: { emit: async () => null },
    heap_mb: 64,
    cpu_ms_per_second: 1000,
    call_timeout_ms: 20_000,
    boot_timeout_ms: 20_000,
    max_to_plugin: 1_048_576,
    on_log: () => {},
  });
  if (!started.ok) throw new Error(started.fault.message);
  return { sandbox, adapter: started.adapter };
};

const breach = (name: string, act: string, expected: RegExp): Trial => ({
  name,
  expected,
  async run(lab) {
    const { sandbox, adapter } = await startBroken(lab, act);
    await adapter.call('receive', [{}], { timeout_ms: 10_000 });
    const exit = await adapter.exited;
    await sandbox.close();
    return {
      stopped_by: exit.reason,
      escaped: exit.breached || exit.requested ? null : expected.test(exit.reason) ? null : 'it was not held to be broken',
    };
  },
});

/** `act` hands `done` the code of what stopped it, or a text that begins with "got". */
const denied = (name: string, act: string): Trial => ({
  name,
  expected: /^ERR_ACCESS_DENIED$|^ERR_DLOPEN_DISABLED$|^ERR_UNKNOWN_BUILTIN_MODULE$/,
  async run(lab) {
    const { sandbox, adapter } = await startBroken(
      lab,
      `try { done('got ' + (${act})); } catch (error) { done(error.code ?? error.message); }`,
    );
    const result = await adapter.call('receive', [{}], { timeout_ms: 10_000 });
    await sandbox.close();
    const answer = result.ok ? String(result.value) : result.message;
    return { stopped_by: answer, escaped: answer.startsWith('got') ? answer.slice(0, 200) : null };
  },
});

const MALFORMED = /^malformed frame/;

export const BREAKOUTS = {
  name: 'after a breakout',
  trials: [
    denied('reading a file', `require('node:fs').readFileSync('/etc/passwd', 'utf8')`),
    denied('reading the program of Node', 'require("node:fs").readFileSync(process.execPath).length'),
    denied('writing a file', `require('node:fs').writeFileSync('/tmp/from-a-plugin', 'x')`),
    denied('starting a process', `require('node:child_process').execSync('id').toString()`),
    denied('starting a worker without limits', `new (require('node:worker_threads').Worker)('0', { eval: true, execArgv: [] })`),
    denied('loading native code', `process.dlopen({ exports: {} }, '/tmp/x.node')`),
    denied('a database of Node’s own', `new (require('node:sqlite').DatabaseSync)('/tmp/x.db')`),
    breach('a frame of no kind', `post('{"t":"grant","name":"fetch"}')`, MALFORMED),
    breach('an answer to no call', `post('{"t":"value","id":999,"value":1}')`, MALFORMED),
    breach('a power that was not given', `post('{"t":"capability","id":1,"name":"fetch","args":null,"call":null}')`, MALFORMED),
    breach('bytes instead of a text', 'post(new Uint8Array(8))', MALFORMED),
    breach(
      'a frame without end on the runner’s pipe',
      `const fs = require('node:fs'); for (let i = 0; i < 40; i++) { try { fs.writeSync(3, 'x'.repeat(60000)); } catch { i--; } }`,
      MALFORMED,
    ),
    breach('a forged frame on the runner’s pipe', `require('node:fs').writeSync(3, '\\n{"t":"load_failed"}\\n')`, MALFORMED),
    breach('a word of the runner that it never says', `require('node:fs').writeSync(4, '{"t":"grant"}\\n')`, MALFORMED),
    breach('killing its own process', `process.kill(process.pid, 'SIGKILL')`, /its process ended \(SIGKILL\)/),
    breach('a crash of its own process', 'process.abort()', /SIGABRT|worker ended|process ended|worker failed/),
    breach(
      'a flood of frames',
      `for (let i = 0; i < 40; i++) post(Array(5000).fill('{"t":"log","level":"info","message":"x","fields":null}').join('\\n'))`,
      /flooded/,
    ),
  ],
};

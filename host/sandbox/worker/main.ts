/** The worker's entry. Order matters: powers are captured, the realm scrubbed and locked, and only then does plugin text come in. */
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { createGuestRealm, type GuestRealm } from './guest-realm.ts';
import { compileSes, lockOuterRealm, warmSes } from './lock.ts';
import { createPowerSwitch, createTimerPowers, cryptoPowers } from './powers.ts';
import { scrubProcess } from './scrub.ts';
import { runSelfTest, type SelfTestTask } from './self-test.ts';
import { createShim } from './shim.ts';

const SES_FILE = join(__dirname, 'ses.umd.min.js');
const BEAT_MS = 100;
const UNHANDLED = '{"t":"log","level":"error","message":"a promise was rejected and nothing handled it","fields":null}';
const UNCAUGHT = '{"t":"log","level":"error","message":"an exception escaped the plugin","fields":null}';

type Port = NonNullable<typeof parentPort>;

const boot = (port: Port, beat: Int32Array, ses_cache?: Uint8Array): void => {
  const { setImmediate: later, setTimeout: wait, performance } = globalThis;
  const post = port.postMessage.bind(port);
  const listen = port.on.bind(port);
  const now = performance.now.bind(performance);
  const shim = createShim({ post, schedule: (flush) => void later(flush), monotonic: () => now() });
  // The reason is the guest's object: Node's own handlers would inspect it, and so would printing it.
  process.on('unhandledRejection', () => void shim.powers.log?.(UNHANDLED, undefined, undefined));
  process.on('uncaughtException', () => void shim.powers.log?.(UNCAUGHT, undefined, undefined));
  process.removeAllListeners('warning');
  process.on('warning', () => {});
  const ses = compileSes(SES_FILE, ses_cache);
  scrubProcess();
  const harden = lockOuterRealm(ses);

  const timers = createTimerPowers((id) => enter(() => guest.fire(id)));
  const guest = createGuestRealm(ses, harden, createPowerSwitch(shim.powers, cryptoPowers, timers));

  const beatOn = () => {
    beat[0] = (beat[0] as number) + 1;
    wait(beatOn, BEAT_MS);
  };
  beatOn();
  let loaded = false;
  const onFrame = (frame: string) => {
    if (frame.startsWith('{"t":"call"')) shim.credit();
    if (loaded) {
      enter(() => guest.receive(frame));
      return;
    }
    loaded = true;
    shim.powers.answer?.(load(guest, frame), undefined, undefined);
  };
  listen('message', (batch: unknown) => {
    if (typeof batch === 'string') for (const frame of batch.split('\n')) onFrame(frame);
  });
};

/** Into the guest and back. What it throws stays unread. */
const enter = (step: () => void): void => {
  try {
    step();
  } catch {}
};

const load = (guest: GuestRealm, frame: string): string => {
  const { code, start } = JSON.parse(frame) as { code: string; start: unknown };
  try {
    guest.evaluate(code);
  } catch (error) {
    return guest.describe(error);
  }
  return guest.start(JSON.stringify(start));
};

const task = workerData as { self_test?: SelfTestTask; beat?: Int32Array; ses_cache?: Uint8Array };
if (parentPort !== null && task.self_test !== undefined) {
  parentPort.postMessage({ problems: runSelfTest(task.self_test), ses_cache: warmSes(SES_FILE) });
} else if (parentPort !== null && task.beat !== undefined) boot(parentPort, task.beat, task.ses_cache);

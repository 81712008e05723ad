/**
 * Our code inside the guest realm: evaluated after SES froze the intrinsics and before any plugin text. Trims the
 * global, adds what a plain realm lacks, fixes it all, and answers with the functions that the worker enters by.
 */

import type { PluginStart, ToPlugin } from '../wire.ts';
import type { GuestRealm } from '../worker/guest-realm.ts';
import { constructAdapter, exportMissing, type LoadedAdapter, loadFailed, threwFrame, valueFrames } from './adapter.ts';
import { type Bridge, createBridge, type OuterPower } from './bridge.ts';
import { fireTimer, startTimer } from './capabilities/timers.ts';
import { buildContext } from './context.ts';
import { createAbortController } from './globals/abort-controller.ts';
import { createAbortSignal } from './globals/abort-signal.ts';
import { atob, btoa } from './globals/base64.ts';
import { createConsole } from './globals/console.ts';
import { createCrypto } from './globals/crypto.ts';
import { Headers } from './globals/headers.ts';
import { createQueueMicrotask } from './globals/queue-microtask.ts';
import { Response } from './globals/response.ts';
import { TextDecoder } from './globals/text-decoder.ts';
import { TextEncoder } from './globals/text-encoder.ts';
import { URL } from './globals/url.ts';
import { URLSearchParams } from './globals/url-search-params.ts';
import { fixGlobals, trimGlobal } from './trim.ts';

type CallFrame = Extract<ToPlugin, { t: 'call' }>;

/** SES's deep freeze. */
declare const harden: <T>(value: T) => T;

const hardened = harden;

/** What a plain realm lacks and npm packages take for granted. */
const webGlobals = (bridge: Bridge): Record<string, unknown> => {
  const abort = createAbortSignal({ reportUncaught: (error) => bridge.reportUncaught('an abort listener', error), startTimer });
  return {
    AbortController: createAbortController(abort),
    AbortSignal: abort.AbortSignal,
    atob,
    btoa,
    console: createConsole(bridge),
    crypto: createCrypto(bridge),
    Headers,
    queueMicrotask: createQueueMicrotask(bridge),
    Response,
    TextDecoder,
    TextEncoder,
    URL,
    URLSearchParams,
  };
};

export const enter = (outer: OuterPower): Omit<GuestRealm, 'evaluate'> => {
  const gate = createBridge(outer);
  const { bridge } = gate;
  let adapter: LoadedAdapter | null = null;

  trimGlobal();
  Object.assign(globalThis, hardened(webGlobals(bridge)));
  fixGlobals();

  const start = (text: string): string => {
    const options = JSON.parse(text) as PluginStart;
    try {
      Object.freeze(globalThis);
      const exports = Reflect.get(globalThis, '__plugin') as object;
      adapter = constructAdapter(exports, options.export_name, hardened(buildContext(bridge, options)));
      if (adapter === null) return JSON.stringify(exportMissing(exports, options.export_name));
      return JSON.stringify({ t: 'ready', methods: adapter.methods });
    } catch (error) {
      return JSON.stringify(loadFailed(error));
    }
  };
  const call = async ({ id, method, args, most }: CallFrame): Promise<void> => {
    let frames: string[];
    try {
      const value = await gate.during(id, () => adapter?.invoke(method, args));
      frames = valueFrames(id, value, most);
    } catch (error) {
      frames = [threwFrame(id, error)];
    }
    for (const frame of frames) bridge.local('answer', frame);
  };
  const receive = (text: string): void => {
    const frame = JSON.parse(text) as ToPlugin;
    if (frame.t === 'call') void call(frame);
    else if (frame.t === 'done') gate.done(frame.id, frame.value);
    else if (frame.t === 'fail') gate.failed(frame.id, frame.code, frame.message);
  };
  return { start, receive, fire: fireTimer, describe: (error) => JSON.stringify(loadFailed(error)) };
};

/**
 * The in-realm half of the string bridge. The one function of the worker's own realm never leaves this file,
 * nor do that realm's errors.
 */
import { BUDGETS } from '../budgets.ts';
import type { PluginLogLevel } from '../confined.ts';
import { codedError } from './coded-error.ts';
import { describeError } from './describe-error.ts';

type Primitive = string | number | boolean | undefined;
export type OuterPower = (name: string, a: Primitive, b: Primitive, c: Primitive) => Primitive;

/** What the capabilities of a context are built from. */
export interface Bridge {
  /** A power that the host carries out. Rejects with an Error that has a `code`. */
  call(name: string, args: unknown): Promise<unknown>;
  /** A power of this worker: primitives in, a primitive out, at once. */
  local(name: string, a?: Primitive, b?: Primitive, c?: Primitive): Primitive;
  log(level: PluginLogLevel, message: unknown, fields?: unknown): void;
  /** An error that nobody can catch any more: it goes to the log. */
  reportUncaught(where: string, error: unknown): void;
}

interface OpenCall {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

const logFields = (fields: unknown): string => {
  if (fields === undefined) return 'null';
  try {
    const text = JSON.stringify(fields);
    if (text === undefined) return 'null';
    return text.length <= BUDGETS.log_text ? text : '{"left_out":"the fields were too long"}';
  } catch {
    return '{"left_out":"the fields were not JSON"}';
  }
};

export const createBridge = (outer: OuterPower) => {
  const open = new Map<number, OpenCall>();
  const waiting: { id: number; frame: string }[] = [];
  let lastId = 0;
  let inFlight = 0;
  let currentCall: number | null = null;
  let longest: number = BUDGETS.frame;

  const local: Bridge['local'] = (name, a, b, c) => {
    try {
      return outer(name, a, b, c);
    } catch {
      // An error of the worker's own realm (its stack may overflow under ours): never shown to the plugin.
    }
    throw new TypeError('the bridge to the host failed');
  };
  const send = (id: number, frame: string) => {
    let error: unknown;
    try {
      if (local('send', frame) === true) {
        inFlight++;
        return;
      }
      error = codedError('RATE_LIMITED', `more than ${BUDGETS.frames_per_second} messages a second to the host; send fewer`);
    } catch (failure) {
      error = failure;
    }
    open.get(id)?.reject(error);
    open.delete(id);
  };
  const admit = (name: string, args: unknown, call: OpenCall) => {
    const text = JSON.stringify(args) ?? 'null';
    const id = ++lastId;
    const frame = `{"t":"capability","id":${id},"name":"${name}","args":${text},"call":${currentCall}}`;
    if (frame.length > longest) {
      throw codedError('TOO_LARGE', `what ${name} was given has ${text.length} characters, the limit is ${longest}`);
    }
    if (inFlight >= BUDGETS.calls_in_flight && waiting.length >= BUDGETS.calls_waiting) {
      throw codedError('TOO_MANY_CALLS', `more than ${BUDGETS.calls_waiting} calls wait; await them before making more`);
    }
    open.set(id, call);
    if (inFlight >= BUDGETS.calls_in_flight) waiting.push({ id, frame });
    else send(id, frame);
  };
  const settled = (id: number): OpenCall | undefined => {
    const call = open.get(id);
    if (call === undefined) return undefined;
    open.delete(id);
    inFlight--;
    while (inFlight < BUDGETS.calls_in_flight && waiting.length > 0) {
      const next = waiting.shift() as { id: number; frame: string };
      send(next.id, next.frame);
    }
    return call;
  };
  const log: Bridge['log'] = (level, message, fields) => {
    const text = JSON.stringify(String(message).slice(0, BUDGETS.log_text));
    local('log', `{"t":"log","level":"${level}","message":${text},"fields":${logFields(fields)}}`);
  };

  const bridge: Bridge = {
    call: (name, args) => new Promise((resolve, reject) => admit(name, args, { resolve, reject })),
    local,
    log,
    reportUncaught(where, error) {
      const { message, stack } = describeError(error);
      log('error', `uncaught in ${where}: ${stack ?? message}`);
    },
  };
  return {
    bridge,
    /** Runs the synchronous part of one call of the host: capability calls made in it carry its number. */
    during<T>(call: number, step: () => T): T {
      currentCall = call;
      try {
        return step();
      } finally {
        currentCall = null;
      }
    },
    /** Longest message to the host, in characters. */
    allow(characters: number): void {
      longest = characters;
    },
    done: (id: number, value: unknown) => settled(id)?.resolve(value),
    failed: (id: number, code: string, message: string) => settled(id)?.reject(codedError(code, message)),
  };
};

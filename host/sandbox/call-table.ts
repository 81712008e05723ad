/** The host's open calls into one plugin: one map from id to completion, which every way out empties. */
import type { Clock } from '../lib/clock.ts';
import type { AdapterMethod, CallResult } from './confined.ts';

interface OpenCall {
  method: AdapterMethod;
  call_id: string | null;
  timeout_ms: number;
  /** Characters of its result, when it may span frames. */
  max_result: number | null;
  /** What has come of it. */
  parts: string[];
  received: number;
  dueAt: number;
  settle(result: CallResult): void;
}

export interface CallTable {
  /** Opens a call; `settle` is called exactly once. */
  open(
    method: AdapterMethod,
    call_id: string | null,
    timeout_ms: number,
    settle: (result: CallResult) => void,
    max_result?: number | null,
  ): number;
  /** Another piece of a result: all of it with the last one, null before; false when no such piece was asked for. */
  take(id: number, text: string, last: boolean): string | null | false;
  /** False when there is no such open call. */
  close(id: number, result: CallResult): boolean;
  has(id: number): boolean;
  callId(id: number): string | null;
  /** Settles every open call: those past their deadline as `deadline`, the others as `died`. */
  drain(reason: string): void;
}

export const createCallTable = (clock: Clock, onDeadline: (reason: string) => void): CallTable => {
  const calls = new Map<number, OpenCall>();
  let lastId = 0;
  let disarm: (() => void) | null = null;
  let armedFor = Number.POSITIVE_INFINITY;

  // One timer for the earliest deadline, not one a call: in heavy traffic nearly every call ends long before its own.
  const arm = (dueAt: number) => {
    disarm?.();
    armedFor = dueAt;
    disarm = clock.after(Math.max(0, dueAt - clock.monotonic()), expire);
  };
  const expire = () => {
    disarm = null;
    armedFor = Number.POSITIVE_INFINITY;
    const now = clock.monotonic();
    let next = Number.POSITIVE_INFINITY;
    for (const call of calls.values()) {
      if (call.dueAt <= now) {
        onDeadline(`the call ${call.method} passed its deadline of ${call.timeout_ms} ms`);
        return;
      }
      if (call.dueAt < next) next = call.dueAt;
    }
    if (next !== Number.POSITIVE_INFINITY) arm(next);
  };

  return {
    open(method, call_id, timeout_ms, settle, max_result = null) {
      const id = ++lastId;
      const dueAt = clock.monotonic() + timeout_ms;
      calls.set(id, { method, call_id, timeout_ms, max_result, parts: [], received: 0, dueAt, settle });
      if (dueAt < armedFor) arm(dueAt);
      return id;
    },
    take(id, text, last) {
      const call = calls.get(id);
      if (call === undefined || call.max_result === null) return false;
      call.parts.push(text);
      call.received += text.length;
      if (call.received > call.max_result || text === '') return false;
      return last ? call.parts.join('') : null;
    },
    close(id, result) {
      const call = calls.get(id);
      if (call === undefined) return false;
      calls.delete(id);
      call.settle(result);
      return true;
    },
    has: (id) => calls.has(id),
    callId: (id) => calls.get(id)?.call_id ?? null,
    drain(reason) {
      disarm?.();
      disarm = null;
      armedFor = Number.POSITIVE_INFINITY;
      const now = clock.monotonic();
      const open = [...calls.values()];
      calls.clear();
      for (const call of open) {
        const late = call.dueAt <= now;
        call.settle({
          ok: false,
          fault: late ? 'deadline' : 'died',
          message: late ? `${call.method} did not end within ${call.timeout_ms} ms` : `the plugin ended during ${call.method}: ${reason}`,
        });
      }
    },
  };
};

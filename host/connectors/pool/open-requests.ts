/** The calls of one connector that are under way: what each may take bounds the requests that it makes. */
import type { Clock } from '../../lib/clock.ts';
import type { CallLimits } from '../connector.ts';

export interface OpenRequests {
  /** A call begins; its number, under which its first requests come. */
  begin(limits: CallLimits): string;
  end(call_id: string): void;
  /**
   * What is left to the requests of a call. One whose call cannot be told (made after an `await`) may take what the most
   * generous open call may; null while none is open.
   */
  left(call_id: string | null): CallLimits | null;
}

/** A request ends this much before its call, so that the connector can still say what became of it. */
const BEFORE_DEADLINE_MS = 250;

export const createOpenRequests = (clock: Clock): OpenRequests => {
  const open = new Map<string, { due: number; max_response_bytes: number }>();
  let last = 0;
  return {
    begin({ timeout_ms, max_response_bytes }) {
      const call_id = String(++last);
      open.set(call_id, { due: clock.monotonic() + timeout_ms, max_response_bytes });
      return call_id;
    },
    end(call_id) {
      open.delete(call_id);
    },
    left(call_id) {
      const mine = call_id === null ? undefined : open.get(call_id);
      const concerned = mine === undefined ? [...open.values()] : [mine];
      if (concerned.length === 0) return null;
      const due = Math.max(...concerned.map((each) => each.due));
      return {
        timeout_ms: Math.max(1, due - clock.monotonic() - BEFORE_DEADLINE_MS),
        max_response_bytes: Math.max(...concerned.map((each) => each.max_response_bytes)),
      };
    },
  };
};

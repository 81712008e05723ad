/**
 * What is known of the requests that a `send` made: the difference between "may be tried again" and "unknown".
 * A request whose call cannot be told (made after an `await`) counts for every send in flight when it left.
 */

/** `none`: nothing but GET or HEAD left. `unanswered`: at least one request left and got no answer. */
export type Outcome = 'none' | 'answered' | 'unanswered';

interface Send {
  left: number;
  open: number;
}

/** One request that left, and the sends it counts for. */
export interface LeftRequest {
  readonly sends: readonly Send[];
  answered: boolean;
}

export interface RequestTracker {
  /** A `send` is handed to the adapter. */
  begin(call_id: string): void;
  /** A request left. A `call_id` that is no send in flight counts for none; null counts for all. */
  left(call_id: string | null, method: string): LeftRequest;
  /** An HTTP answer came, whatever its status. Telling it twice changes nothing. */
  answered(request: LeftRequest): void;
  /** The sends in flight. */
  sending(): readonly string[];
  /** The send is over, with or without a receipt. */
  end(call_id: string): Outcome;
}

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';

export const createRequestTracker = (): RequestTracker => {
  const inFlight = new Map<string, Send>();

  const concerned = (call_id: string | null): Send[] => {
    if (call_id === null) return [...inFlight.values()];
    const send = inFlight.get(call_id);
    return send === undefined ? [] : [send];
  };

  return {
    begin(call_id) {
      inFlight.set(call_id, { left: 0, open: 0 });
    },
    left(call_id, method) {
      const sends = isRead(method) ? [] : concerned(call_id);
      for (const send of sends) {
        send.left += 1;
        send.open += 1;
      }
      return { sends, answered: false };
    },
    answered(request) {
      if (request.answered) return;
      request.answered = true;
      for (const send of request.sends) send.open -= 1;
    },
    sending: () => [...inFlight.keys()],
    end(call_id) {
      const send = inFlight.get(call_id);
      inFlight.delete(call_id);
      if (send === undefined || send.left === 0) return 'none';
      return send.open === 0 ? 'answered' : 'unanswered';
    },
  };
};

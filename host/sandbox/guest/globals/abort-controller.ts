/** `AbortController` (https://dom.spec.whatwg.org/#interface-abortcontroller). */
import { type AbortParts, abortError, type Signal } from './abort-signal.ts';

export const createAbortController = ({ create, abort }: AbortParts) =>
  class AbortController {
    #signal: Signal = create();

    get signal(): Signal {
      return this.#signal;
    }

    abort(reason: unknown = abortError()): void {
      abort(this.#signal, reason);
    }
  };

/** `AbortController` (https://dom.spec.whatwg.org/#interface-abortcontroller). */
import { type AbortParts, abortError, type Signal } from './abort-signal.ts';

export interface Controller {
  readonly signal: Signal;
  abort(reason?: unknown): void;
}

export const createAbortController = ({ create, abort }: AbortParts): (new () => Controller) =>
  class AbortController {
    #signal: Signal = create();

    get signal(): Signal {
      return this.#signal;
    }

    abort(reason: unknown = abortError()): void {
      abort(this.#signal, reason);
    }
  };

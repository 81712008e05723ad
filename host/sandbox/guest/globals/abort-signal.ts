/**
 * `AbortSignal` (https://dom.spec.whatwg.org/#interface-AbortSignal) without the rest of the DOM: its own listeners, and
 * plain errors named `AbortError` and `TimeoutError`. `timeout` needs the permission `timers`.
 */
type Listener = ((event: AbortEvent) => void) | { handleEvent(event: AbortEvent): void };

interface Registered {
  listener: Listener;
  once: boolean;
}

export interface AbortEvent {
  readonly type: 'abort';
  readonly target: Signal;
  readonly currentTarget: Signal;
}

export interface Signal {
  readonly aborted: boolean;
  readonly reason: unknown;
  onabort: ((event: AbortEvent) => void) | null;
  throwIfAborted(): void;
  addEventListener(type: string, listener: Listener | null, options?: boolean | { once?: boolean; signal?: Signal }): void;
  removeEventListener(type: string, listener: Listener | null): void;
}

export interface AbortParts {
  AbortSignal: { prototype: Signal };
  create(): Signal;
  abort(signal: Signal, reason: unknown): void;
}

export interface AbortDeps {
  /** Takes what a listener threw: the others are still called. */
  reportUncaught(error: unknown): void;
  /** Throws when timers were not granted. */
  startTimer(callback: () => void, delay_ms: number): void;
}

const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });
export const abortError = (): Error => named('AbortError', 'This operation was aborted');

const OURS = Symbol('made by the realm');

const defineSignal = ({ reportUncaught, startTimer }: AbortDeps) => {
  let abort!: AbortParts['abort'];
  class AbortSignal implements Signal {
    #aborted = false;
    #reason: unknown = undefined;
    #onabort: Signal['onabort'] = null;
    #listeners: Registered[] = [];
    #dependents: AbortSignal[] = [];

    static {
      abort = (signal, reason) => (signal as AbortSignal).#abort(reason);
    }

    constructor(key?: unknown) {
      if (key !== OURS) throw new TypeError('Illegal constructor; take the signal of an AbortController');
    }

    static abort(reason: unknown = abortError()): AbortSignal {
      const signal = new AbortSignal(OURS);
      signal.#abort(reason);
      return signal;
    }

    static timeout(delay_ms: number): AbortSignal {
      const signal = new AbortSignal(OURS);
      startTimer(() => signal.#abort(named('TimeoutError', 'The operation timed out')), delay_ms);
      return signal;
    }

    static any(signals: Iterable<AbortSignal>): AbortSignal {
      const [signal, sources] = [new AbortSignal(OURS), [...signals]];
      const first = sources.find((source) => source.#aborted);
      if (first !== undefined) signal.#abort(first.#reason);
      else for (const source of sources) source.#dependents.push(signal);
      return signal;
    }

    get aborted(): boolean {
      return this.#aborted;
    }

    get reason(): unknown {
      return this.#reason;
    }

    get onabort(): Signal['onabort'] {
      return this.#onabort;
    }
    set onabort(listener: Signal['onabort']) {
      this.#onabort = typeof listener === 'function' ? listener : null;
    }

    throwIfAborted(): void {
      if (this.#aborted) throw this.#reason;
    }

    addEventListener(type: string, listener: Listener | null, options: boolean | { once?: boolean; signal?: Signal } = {}): void {
      const { once = false, signal } = typeof options === 'object' && options !== null ? options : {};
      if (type !== 'abort' || listener === null || this.#aborted || signal?.aborted) return;
      if (this.#listeners.some((one) => one.listener === listener)) return;
      this.#listeners.push({ listener, once: Boolean(once) });
      signal?.addEventListener('abort', () => this.removeEventListener(type, listener));
    }

    removeEventListener(type: string, listener: Listener | null): void {
      if (type === 'abort') this.#listeners = this.#listeners.filter((one) => one.listener !== listener);
    }

    dispatchEvent(): never {
      throw new TypeError('A signal is aborted through its AbortController');
    }

    #abort(reason: unknown): void {
      if (this.#aborted) return;
      this.#aborted = true;
      this.#reason = reason === undefined ? abortError() : reason;
      const dependents = this.#dependents;
      this.#dependents = [];
      this.#tell();
      for (const dependent of dependents) dependent.#abort(this.#reason);
    }

    #tell(): void {
      const event: AbortEvent = Object.freeze({ type: 'abort', target: this, currentTarget: this });
      const listeners: Listener[] = [
        ...(this.#onabort === null ? [] : [this.#onabort]),
        ...this.#listeners.map(({ listener }) => listener),
      ];
      this.#listeners = [];
      for (const listener of listeners) {
        try {
          if (typeof listener === 'function') Reflect.apply(listener, this, [event]);
          else listener.handleEvent(event);
        } catch (error) {
          reportUncaught(error);
        }
      }
    }
  }
  return { AbortSignal, abort };
};

export const createAbortSignal = (deps: AbortDeps): AbortParts => {
  const { AbortSignal, abort } = defineSignal(deps);
  return { AbortSignal, create: () => new AbortSignal(OURS), abort };
};

/** A place where work waits until a condition holds. Whoever changes the condition says so. */
export interface Gate {
  isOpen(): boolean;
  /** Resolves when the gate is open, or the signal is aborted: look again afterwards. */
  passed(signal?: AbortSignal): Promise<void>;
  /** The condition may have changed. */
  changed(): void;
}

export const createGate = (isOpen: () => boolean): Gate => {
  const waiting = new Set<() => void>();
  return {
    isOpen,
    passed(signal) {
      if (isOpen() || signal?.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const go = (): void => {
          waiting.delete(go);
          signal?.removeEventListener('abort', go);
          resolve();
        };
        waiting.add(go);
        signal?.addEventListener('abort', go);
      });
    },
    changed() {
      if (isOpen()) for (const go of [...waiting]) go();
    },
  };
};

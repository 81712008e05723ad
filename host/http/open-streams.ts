/** The streams that are open, within their bounds. */

export interface OpenStreamsOptions {
  per_visitor: number;
  total: number;
}

export interface OpenStreams {
  /** Takes a place for one stream; null when the visitor or the host has as many as it may. The returned function gives it back. */
  take(user_key: string, close: () => void): (() => void) | null;
  /** Ends the streams of one visitor. */
  closeOf(user_key: string): void;
  /** Ends every stream. */
  closeAll(): void;
}

export const createOpenStreams = ({ per_visitor, total }: OpenStreamsOptions): OpenStreams => {
  const open = new Map<string, Set<() => void>>();
  let all = 0;
  return {
    take(user_key, close) {
      const own = open.get(user_key) ?? new Set();
      if (own.size >= per_visitor || all >= total) return null;
      own.add(close);
      open.set(user_key, own);
      all += 1;
      return () => {
        if (!own.delete(close)) return;
        all -= 1;
        if (own.size === 0) open.delete(user_key);
      };
    },
    closeOf(user_key) {
      for (const close of [...(open.get(user_key) ?? [])]) close();
    },
    closeAll() {
      for (const own of [...open.values()]) for (const close of [...own]) close();
    },
  };
};

/** An answer of the API, kept as fresh as the stream says. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Topic } from '../live/live.ts';
import { useSession } from '../session/session.ts';
import { ask, type Failure } from './ask.ts';
import { createPace } from './pace.ts';

export interface Asked<T> {
  /** The last answer; null before the first, and for another address. */
  value: T | null;
  /** Of the last time it was asked; the value before it stays. */
  failure: Failure | null;
  /** Asks again. */
  again(): void;
}

export interface AskedOptions {
  /** Asked again when something changes that is about one of these. */
  on?: readonly Topic[];
  deadline_ms?: number;
}

const NONE: readonly Topic[] = [];

/** `path` null: nothing is asked. `on` is taken from the first call. */
export const useAsked = <T>(path: string | null, { on = NONE, deadline_ms }: AskedOptions = {}): Asked<T> => {
  const { live, onOver } = useSession();
  const [state, setState] = useState<{ path: string | null; value: T | null; failure: Failure | null }>({
    path,
    value: null,
    failure: null,
  });
  const [count, setCount] = useState(0);
  const topics = useRef(on);
  const again = useCallback(() => setCount((before) => before + 1), []);
  const pace = useMemo(() => createPace(again), [again]);

  useEffect(() => {
    if (path === null) return;
    const stale = new AbortController();
    pace.asked();
    void ask<T>(path, { signal: stale.signal, deadline_ms }).then((result) => {
      if (stale.signal.aborted) return;
      pace.answered();
      if (result.ok) return setState({ path, value: result.value, failure: null });
      if (result.failure.status === 401) return onOver();
      setState((before) => ({ path, value: before.path === path ? before.value : null, failure: result.failure }));
    });
    return () => stale.abort();
  }, [path, count]);

  useEffect(() => {
    if (topics.current.length === 0) return;
    const unsubscribe = live.subscribe((topic) => {
      if (topic === null || topics.current.includes(topic)) pace.changed();
    });
    return () => {
      pace.stop();
      unsubscribe();
    };
  }, [live, pace]);

  const isOf = state.path === path;
  return { value: isOf ? state.value : null, failure: isOf ? state.failure : null, again };
};

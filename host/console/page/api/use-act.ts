/** Doing something: one at a time, its outcome said where everybody hears it. */
import { useState } from 'preact/hooks';
import { useNotices } from '../session/notices.tsx';
import { useSession } from '../session/session.ts';
import { type Asking, ask, type Failure, type Result } from './ask.ts';

export interface Act {
  busy: boolean;
  /** Why the last one did not happen. */
  failure: Failure | null;
  forget(): void;
  /** Null when it did not happen: `failure` says why. */
  run<T>(path: string, asking: Asking, done?: (value: T, status: number) => string | null): Promise<(Result<T> & { ok: true }) | null>;
}

/** Approving, reloading and enabling answer when the change is done. */
const DEADLINE_MS = 60_000;

export const useAct = (): Act => {
  const { onOver } = useSession();
  const say = useNotices();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  return {
    busy,
    failure,
    forget: () => setFailure(null),
    async run<T>(path: string, asking: Asking, done?: (value: T, status: number) => string | null) {
      setBusy(true);
      setFailure(null);
      const result = await ask<T>(path, { method: 'POST', deadline_ms: DEADLINE_MS, ...asking });
      setBusy(false);
      if (result.ok) {
        const said = done?.(result.value, result.status) ?? null;
        if (said !== null) say(said);
        return result;
      }
      if (result.failure.status === 401) onOver();
      else setFailure(result.failure);
      return null;
    },
  };
};

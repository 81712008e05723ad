/** Asks for the verdict on the trail, which may take minutes; who does not want to wait any more need not. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Verdict } from '../../api/answers.ts';
import { ask, type Failure } from '../../api/ask.ts';
import { useSession } from '../../session/session.ts';

export type Verifying =
  | { state: 'idle' }
  | { state: 'running' }
  | { state: 'failed'; failure: Failure }
  | { state: 'done'; verdict: Verdict; at: string };

const DEADLINE_MS = 600_000;

export const useVerify = () => {
  const { onOver } = useSession();
  const [verifying, setVerifying] = useState<Verifying>({ state: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  return {
    verifying,
    async start(): Promise<void> {
      const mine = new AbortController();
      running.current = mine;
      setVerifying({ state: 'running' });
      const result = await ask<Verdict>('/api/audit/verify', { signal: mine.signal, deadline_ms: DEADLINE_MS });
      if (mine.signal.aborted) return;
      if (result.ok) setVerifying({ state: 'done', verdict: result.value, at: new Date().toISOString() });
      else if (result.failure.status === 401) onOver();
      else setVerifying({ state: 'failed', failure: result.failure });
    },
    cancel(): void {
      running.current?.abort();
      setVerifying({ state: 'idle' });
    },
  };
};

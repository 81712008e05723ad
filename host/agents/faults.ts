/** What the failure of one call means: whether another try can help, and when. */
import type { EgressFaultCode, EgressResult } from '../egress/egress.ts';
import type { AgentOutcome } from './agent.ts';

/** Faults that may be over a second later; a refused address or an answer that is too large stays what it is. */
const PASSING: ReadonlySet<EgressFaultCode> = new Set(['DNS_FAILED', 'CONNECT_FAILED', 'TLS_FAILED', 'TIMEOUT', 'RESET']);
const FAULTS: Partial<Record<EgressFaultCode, string>> = {
  TIMEOUT: 'AGENT_TIMEOUT',
  TOO_LARGE: 'AGENT_BAD_ANSWER',
  NETWORK_MODE_BLOCKED: 'NETWORK_MODE_BLOCKED',
};

export const faultOf = ({ code, message }: Extract<EgressResult, { ok: false }>): Extract<AgentOutcome, { ok: false }> => ({
  ok: false,
  code: FAULTS[code] ?? 'AGENT_UNREACHABLE',
  message,
  retryable: PASSING.has(code),
});

const LONGEST_WAIT_MS = 3_600_000;

/** RFC 9110: seconds, or a date. */
const retryAfterMs = (value: string | undefined, now: number): number | undefined => {
  if (value === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_WAIT_MS);
};

/** An answer that is no 2xx. `said`: the agent's own words about it. */
export const refusedWith = (
  { status, headers }: Pick<Extract<EgressResult, { ok: true }>, 'status' | 'headers'>,
  now: number,
  said = '',
): Extract<AgentOutcome, { ok: false }> => {
  const retry_after_ms = retryAfterMs(headers['retry-after'], now);
  return {
    ok: false,
    code: 'AGENT_REFUSED',
    message: `the agent answered ${status}${said === '' ? '' : `: ${said}`}`,
    retryable: status >= 500 || status === 408 || status === 429,
    ...(retry_after_ms === undefined ? {} : { retry_after_ms }),
  };
};

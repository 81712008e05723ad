/** The call itself, and what it brings: within its time and size, as JSON, cleaned. */
import type { Clock } from '../lib/clock.ts';
import type { ConnectorLimits } from '../policy/connector-policy.ts';
import type { CallLimits, Connector, Failure, Outcome } from './connector.ts';
import type { Provenance, RequestError, RequestStatus } from './request.ts';
import { sanitizeOutput, sanitizeText } from './sanitize/output.ts';
import { nestsDeeperThan } from './sanitize/texts.ts';
import { provenanceOf } from './sanitize/trust-tier.ts';

export type Result =
  | { status: 'success'; data: unknown; provenance: Provenance; error: null }
  | { status: Exclude<RequestStatus, 'success' | 'rate_limited' | 'requires_approval'>; data: null; provenance: null; error: RequestError };

const LONGEST_MESSAGE = 2000;
const DEEPEST = 100;

const HINTS: Readonly<Record<Failure, string>> = {
  INVALID_PARAMS: 'The connector itself refuses the parameters.',
  NOT_SUPPORTED: 'agentos connector show lists its operations.',
  CONNECTOR_DISABLED: 'Its configuration says enabled: false.',
  SSRF_BLOCKED: 'Private targets are reached only when egress.allow_private of the security policy names their host and port.',
  DOMAIN_BLOCKED: 'config/security_policy.json, allowed_domains and blocked_domains of egress and of the connector.',
  TOO_LARGE: "Ask for less, or raise max_response_size_mb in the connector's entry of config/security_policy.json.",
  TIMEOUT: "It may have been carried out all the same. timeout_seconds in the connector's entry of config/security_policy.json.",
  CONNECTOR_ERROR: 'agentos connector test asks the connector whether it is well.',
};
const STATUSES: Partial<Record<Failure, 'denied' | 'timeout'>> = {
  CONNECTOR_DISABLED: 'denied',
  SSRF_BLOCKED: 'denied',
  DOMAIN_BLOCKED: 'denied',
  TIMEOUT: 'timeout',
};

/** Without control characters, cut, and cleaned as an answer is: it is a stranger's text. */
const tidy = (message: string): string =>
  sanitizeText(message.slice(0, LONGEST_MESSAGE).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, ' '));

const failure = (code: Failure, message: string): Result => ({
  status: STATUSES[code] ?? 'failed',
  data: null,
  provenance: null,
  error: { code, message: tidy(message), hint: HINTS[code] },
});

/** A copy; null when it is no JSON. */
const asJson = (data: unknown): { text: string; value: unknown } | null => {
  try {
    if (nestsDeeperThan(data, DEEPEST)) return null;
    const text = JSON.stringify(data ?? null);
    return text === undefined ? null : { text, value: JSON.parse(text) };
  } catch {
    return null;
  }
};

/** A connector of the embedding program cannot be stopped: its answer comes too late, and is dropped. */
const withinTime = (calling: Promise<Outcome>, timeout_ms: number, clock: Clock): Promise<Outcome> =>
  new Promise((resolve) => {
    const cancel = clock.after(timeout_ms, () =>
      resolve({ ok: false, code: 'TIMEOUT', message: `No answer within ${timeout_ms / 1000} seconds.` }),
    );
    const end = (outcome: Outcome): void => {
      cancel();
      resolve(outcome);
    };
    calling.then(end, (error: unknown) =>
      end({ ok: false, code: 'CONNECTOR_ERROR', message: error instanceof Error ? error.message : String(error) }),
    );
  });

export interface Call {
  connector: Connector;
  operation: string;
  params: Record<string, unknown>;
  limits: ConnectorLimits;
  domains: CallLimits['domains'];
  addresses: readonly string[];
}

/** Never rejects. */
export const carryOut = async ({ connector, operation, params, limits, domains, addresses }: Call, clock: Clock): Promise<Result> => {
  const { timeout_ms, max_response_bytes } = limits;
  // The connector gets a copy: what is kept as evidence is what was approved.
  const calling = Promise.resolve().then(() =>
    connector.call(operation, structuredClone(params), { timeout_ms, max_response_bytes, domains }),
  );
  const outcome = await withinTime(calling, timeout_ms, clock);
  if (!outcome.ok) return failure(outcome.code, outcome.message);
  const json = asJson(outcome.data);
  if (json === null) return failure('CONNECTOR_ERROR', `The answer of ${connector.id} is no JSON, or nests deeper than ${DEEPEST}.`);
  if (Buffer.byteLength(json.text) > max_response_bytes)
    return failure('TOO_LARGE', `The answer of ${connector.id} is longer than ${max_response_bytes} bytes.`);
  const data = limits.sanitize_outputs ? sanitizeOutput(json.value) : json.value;
  return { status: 'success', data, provenance: provenanceOf(connector.id, addresses, data), error: null };
};

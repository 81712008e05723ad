/** What a call into a confined connector came to. Pure. */
import type { CallResult } from '../../sandbox/confined.ts';
import type { Outcome } from '../connector.ts';

type Refusal = Extract<Outcome, { ok: false }>;

/** Codes of a thrown error that decide the status of the answer; whoever throws another one failed for a reason of its own. */
const KEPT: ReadonlySet<string> = new Set<Refusal['code']>([
  'INVALID_PARAMS',
  'NOT_SUPPORTED',
  'CONNECTOR_DISABLED',
  'SSRF_BLOCKED',
  'DOMAIN_BLOCKED',
  'TOO_LARGE',
  'TIMEOUT',
]);

const codeOf = (result: Extract<CallResult, { ok: false }>): Refusal['code'] => {
  if (result.fault === 'deadline') return 'TIMEOUT';
  if (result.fault === 'died') return 'CONNECTOR_ERROR';
  return result.code !== undefined && KEPT.has(result.code) ? (result.code as Refusal['code']) : 'CONNECTOR_ERROR';
};

/** `scrub` turns secrets in the plugin's own words back into what it knows of them. */
export const outcomeOf = (result: CallResult, max_response_bytes: number, scrub: (text: string) => string): Outcome => {
  if (!result.ok) return { ok: false, code: codeOf(result), message: scrub(result.message) };
  const bytes = Buffer.byteLength(JSON.stringify(result.value));
  if (bytes <= max_response_bytes) return { ok: true, data: result.value };
  return { ok: false, code: 'TOO_LARGE', message: `The answer has ${bytes} bytes, the limit is ${max_response_bytes}.` };
};

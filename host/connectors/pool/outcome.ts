/** What a call into a confined connector came to. Pure. */
import type { CallResult } from '../../sandbox/confined.ts';
import { type Failure, failureCode, type Outcome } from '../connector.ts';

const codeOf = ({ fault, code }: Extract<CallResult, { ok: false }>): Failure => {
  if (fault === 'deadline') return 'TIMEOUT';
  return fault === 'died' ? 'CONNECTOR_ERROR' : failureCode(code);
};

/** `scrub` turns secrets in the plugin's own words back into what it knows of them. */
export const outcomeOf = (result: CallResult, max_response_bytes: number, scrub: (text: string) => string): Outcome => {
  if (!result.ok) return { ok: false, code: codeOf(result), message: scrub(result.message) };
  const bytes = Buffer.byteLength(JSON.stringify(result.value));
  if (bytes <= max_response_bytes) return { ok: true, data: result.value };
  return { ok: false, code: 'TOO_LARGE', message: `The answer has ${bytes} bytes, the limit is ${max_response_bytes}.` };
};

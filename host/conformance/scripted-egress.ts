/** Stands where the one door out is: takes every request, lets none leave, and answers by a script. */
import type { Egress, EgressFaultCode, EgressRequest, EgressResult } from '../egress/egress.ts';

export interface SeenRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
  timeout_ms: number;
}

export type ScriptedAnswer =
  | { status: number; headers?: Record<string, string>; body: string }
  | { fault: EgressFaultCode; message: string }
  /** Never answers. */
  | 'pending';

export type Script = (request: SeenRequest) => ScriptedAnswer;

const asSeen = ({ method, url, headers, body, timeout_ms }: EgressRequest): SeenRequest => ({
  method,
  url,
  headers,
  body: body === undefined ? '' : Buffer.from(body).toString(),
  timeout_ms,
});

/** `script` is asked anew for each request, so that it may change while the plugin runs. */
export const createScriptedEgress = (script: () => Script, on_request: (request: SeenRequest) => void): Egress => {
  const waiting = new Set<(result: EgressResult) => void>();
  const request = async (given: EgressRequest): Promise<EgressResult> => {
    const seen = asSeen(given);
    on_request(seen);
    given.on_left?.();
    const answer = script()(seen);
    if (answer === 'pending') return new Promise((resolve) => waiting.add(resolve));
    if ('fault' in answer) return { ok: false, code: answer.fault, message: answer.message, left: true };
    const { status, headers = {}, body } = answer;
    const bytes = Buffer.from(body);
    if (bytes.length > given.max_response_bytes) return { ok: false, code: 'TOO_LARGE', message: 'the answer is too large', left: true };
    return { ok: true, status, headers: { 'content-type': 'application/json', ...headers }, url: given.url, body: bytes };
  };
  const close = async () => {
    for (const resolve of waiting) resolve({ ok: false, code: 'ABORTED', message: 'the check has ended', left: true });
    waiting.clear();
  };
  return { request, close };
};

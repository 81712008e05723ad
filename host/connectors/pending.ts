/** From what was asked to a request that can be judged: as JSON of its own, cleaned, its session looked up. */
import type { Ledger } from '../ledger/ledger.ts';
import type { NewId } from '../lib/ids.ts';
import type { Caller } from './caller.ts';
import { hashOfRequest, type Pending } from './evidence.ts';
import type { Asked } from './judge.ts';
import { parseParams } from './params.ts';
import type { ConnectorRequest } from './request.ts';
import { sanitizeInput } from './sanitize/input.ts';

export interface PendingDeps {
  ledger: Pick<Ledger, 'sessionById' | 'personOf'>;
  newId: NewId;
  now(): number;
  sanitizes(connector_type: string): boolean;
}

const LONGEST_NAME = 255;
const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, LONGEST_NAME) : '');

/** Whose conversation the session is; a problem when there is none, or the caller may not speak for it. */
const resolveCaller = async (
  { ledger }: PendingDeps,
  caller: Caller,
  wanted: string | null,
): Promise<{ caller: Caller; session_id: string | null; problem: string | null }> => {
  const bound = caller.session_id ?? null;
  const session_id = wanted ?? bound;
  if (session_id === null) return { caller, session_id, problem: null };
  const alone: Caller = { ...caller, session_id: null };
  if (bound !== null && wanted !== null && wanted !== bound)
    return { caller: alone, session_id: null, problem: 'The session is not the one that the request comes from.' };
  const session = await ledger.sessionById(session_id);
  if (session === undefined || session.conversation_key === '') {
    // The session of a message that is being decided may not be written yet: who calls knows it.
    const known = bound !== null && caller.channel_id && caller.conversation_key;
    if (!known) return { caller: alone, session_id: null, problem: `There is no session ${session_id.slice(0, 64)}.` };
  }
  const { channel_id, conversation_key, user_key } = session ?? {
    channel_id: caller.channel_id as string,
    conversation_key: caller.conversation_key as string,
    user_key: caller.user_key ?? null,
  };
  // Their key is fetched on the way.
  const person_id = user_key === null ? undefined : await ledger.personOf(channel_id, user_key);
  const resolved = { ...caller, session_id, channel_id, conversation_key, user_key, person_id: person_id ?? null };
  return { caller: resolved, session_id, problem: null };
};

export const createPending =
  (deps: PendingDeps) =>
  async (request: ConnectorRequest, by: Caller, idempotency_key: string | null): Promise<Pending> => {
    const connector_type = text(request.connector_type);
    const parsed = parseParams(request.params);
    const wanted = typeof request.session_id === 'string' ? request.session_id : null;
    const { caller, session_id, problem } = await resolveCaller(deps, by, wanted);
    const params = parsed.ok ? parsed.params : {};
    const asked: Asked = {
      connector_type,
      operation: text(request.operation),
      params: deps.sanitizes(connector_type) ? sanitizeInput(params) : params,
      problem: parsed.ok ? problem : parsed.problem,
    };
    return {
      evidence_id: deps.newId(),
      request_id: deps.newId(),
      asked,
      caller,
      session_id,
      request_hash: hashOfRequest(asked, session_id),
      requested_at: deps.now(),
      idempotency_key,
    };
  };

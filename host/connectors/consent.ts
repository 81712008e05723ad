/**
 * A person's consent to one exact request. The approval names the evidence that holds the request, so that the request
 * lies under its person's key and goes when they are erased; connector, operation, the hash of the parameters and the
 * session stand in what is hashed.
 */
import { createHash } from 'node:crypto';
import type { Approvals, ApprovalView } from '../approvals/approvals.ts';
import type { StoredEvidence } from '../db/tables/evidence.ts';
import type { ApprovalUse } from '../db/unit.ts';
import { AppError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { canonical } from '../lib/canonical.ts';
import type { ConnectorDirectory } from './connector.ts';
import type { Evidence, Pending } from './evidence.ts';

export const CONNECTOR_REQUEST = 'connector_request';

/** What is hashed as the approval's request. */
export interface Binding {
  evidence_id: string;
  connector: string;
  operation: string;
  params_hash: string;
  session_id: string | null;
  effect: string | null;
  risk: string | null;
}

/** What an approval that comes with a request is good for. */
export type Consent =
  | { kind: 'use'; use: ApprovalUse; row: StoredEvidence }
  /** It was carried out when it was approved: what it brought is fetched. */
  | { kind: 'collect'; row: StoredEvidence }
  | { kind: 'refused'; message: string; hint: string };

export interface ConsentDeps {
  ledger: Pick<Ledger, 'evidenceById' | 'openEvidence'>;
  approvals: Pick<Approvals, 'plain' | 'use'>;
  directory: ConnectorDirectory;
  evidence: Evidence;
  now(): number;
}

const isBinding = (value: unknown): value is Binding =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Binding).evidence_id === 'string' &&
  typeof (value as Binding).params_hash === 'string';

export const createConsents = ({ ledger, approvals, directory, evidence, now }: ConsentDeps) => {
  const bind = ({ asked, session_id }: Pending, evidence_id: string): Binding => {
    const operations = directory.get(asked.connector_type)?.operations;
    const declared = operations && Object.hasOwn(operations, asked.operation) ? operations[asked.operation] : undefined;
    return {
      evidence_id,
      connector: asked.connector_type,
      operation: asked.operation,
      params_hash: createHash('sha256').update(canonical(asked.params)).digest('hex'),
      session_id,
      effect: declared?.effect ?? null,
      risk: declared?.risk ?? null,
    };
  };

  const same = (view: ApprovalView, binding: Binding): boolean => canonical(view.request) === canonical(binding);

  /** Carried out when it was approved, not fetched yet, and not over. */
  const collectable = (view: ApprovalView, row: StoredEvidence): boolean =>
    view.state === 'used' && row.collected_at === null && Date.parse(view.expires_at) > now();

  const find = async (approval_id: string, pending: Pending): Promise<Consent> => {
    const view = await approvals.plain(approval_id);
    const row =
      view.kind === CONNECTOR_REQUEST && isBinding(view.request) ? await ledger.evidenceById(view.request.evidence_id) : undefined;
    const binding = row && bind(pending, row.id);
    if (!row || !binding || !same(view, binding))
      return { kind: 'refused', message: `Approval ${approval_id} is for another request.`, hint: 'Ask again for this one.' };
    if (collectable(view, row)) return { kind: 'collect', row };
    return { kind: 'use', use: await approvals.use(approval_id, CONNECTOR_REQUEST, binding, pending.caller.actor), row };
  };

  return {
    bind,
    /** What the approval that a request names is good for. */
    async of(approval_id: string, pending: Pending): Promise<Consent> {
      try {
        return await find(approval_id, pending);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return { kind: 'refused', message: error.message, hint: error.hint };
      }
    },
    /** The request that was approved, from its evidence. Throws `STATE_CONFLICT` when it is not there any more. */
    async stored(request: unknown): Promise<{ row: StoredEvidence; pending: Pending }> {
      const row = isBinding(request) ? await ledger.evidenceById(request.evidence_id) : undefined;
      const pending = row?.state === 'requires_approval' ? evidence.pendingOf(row) : null;
      // What the operation may do is said by the connector of today: consent to a read is none to a write.
      if (row && pending && canonical(bind(pending, row.id)) === canonical(request)) return { row, pending };
      throw new AppError(
        'STATE_CONFLICT',
        'What was approved cannot be carried out any more.',
        'It was erased, or the connector has changed.',
      );
    },
    /** What a person sees who is to approve it; the parameters are null when they were erased. */
    async shown(request: unknown): Promise<unknown> {
      if (!isBinding(request)) return request;
      const row = await ledger.evidenceById(request.evidence_id);
      const pending = row ? evidence.pendingOf(row) : null;
      const caller = row ? { kind: row.caller_kind, actor: row.actor, channel_id: row.channel_id || null, user_key: row.user_key } : null;
      return { ...request, params: pending?.asked.params ?? null, caller };
    },
  };
};

export type Consents = ReturnType<typeof createConsents>;

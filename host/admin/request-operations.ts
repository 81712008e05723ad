/** Requests to connectors and their evidence, as an operator asks for them. */
import type { CallerKind } from '../connectors/caller.ts';
import type { RequestService } from '../connectors/communication-service.ts';
import type { ConnectorRequest, ConnectorResponse } from '../connectors/request.ts';
import { AppError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type EvidenceView, evidenceView } from '../ledger/views.ts';
import type { Caller } from './access/roles.ts';

const BY_CODE: Readonly<Record<string, number>> = { INVALID_PARAMS: 400, NOT_SUPPORTED: 400, CONNECTOR_NOT_FOUND: 404 };
const BY_STATUS: Readonly<Record<ConnectorResponse['status'], number>> = {
  success: 200,
  requires_approval: 202,
  denied: 403,
  rate_limited: 429,
  failed: 502,
  timeout: 504,
};

export const httpStatusOf = ({ status, error }: Pick<ConnectorResponse, 'status' | 'error'>): number =>
  (status === 'failed' && error ? BY_CODE[error.code] : undefined) ?? BY_STATUS[status];

export const createRequestOperations = (ledger: Ledger, service: Pick<RequestService, 'execute' | 'offered'>) => ({
  offered: service.offered,
  execute(
    request: ConnectorRequest,
    { actor, run }: Pick<Caller, 'actor' | 'run'>,
    key: string | null,
    kind: CallerKind = 'api',
  ): Promise<ConnectorResponse> {
    if (run === undefined) return service.execute(request, { kind, actor }, key);
    // Each session has keys of its own: all runs are one actor.
    return service.execute(request, { kind: 'agent', actor, ...run }, key === null ? null : `${run.session_id} ${key}`);
  },
  async showEvidence(id: string): Promise<EvidenceView> {
    const row = await ledger.evidenceById(id);
    if (row) return evidenceView(ledger, row);
    throw new AppError('NOT_FOUND', `There is no evidence ${id}.`, 'Its id stands in the answer of each request, and in the audit trail.');
  },
});

export type RequestOperations = ReturnType<typeof createRequestOperations>;

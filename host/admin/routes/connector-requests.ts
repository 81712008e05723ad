/** Requests to connectors, and the evidence of each. */
import Type from 'typebox';
import { ById, closed } from '../../../schemas/api/common.ts';
import { EvidenceAnswer, ExecuteAnswer, ExecuteBody, ExecuteHeaders } from '../../../schemas/api/connector-requests.ts';
import type { ConnectorRequest } from '../../connectors/request.ts';
import { httpStatusOf } from '../request-operations.ts';
import { type RouteGroup, route } from '../route.ts';
import type { RouteDeps } from '../routes.ts';

/** What is asked for may have any name: that there is no such connector is an answer with its evidence. */
const ByConnector = Type.Object({ id: Type.String({ minLength: 1, maxLength: 255 }) }, closed);

export const connectorRequestRoutes = (deps: RouteDeps): RouteGroup => ({
  name: 'requests',
  description: 'Outgoing requests through connectors.',
  routes: [
    route({
      method: 'POST',
      path: '/api/connectors/:id/execute',
      role: 'operator',
      open_to_runs: true,
      operation: 'execute_request',
      summary: 'Asks a connector for an operation, under the policy; a write waits for an approval unless the policy says otherwise',
      params: ByConnector,
      headers: ExecuteHeaders,
      body: ExecuteBody,
      answer: { status: 200, description: 'It was carried out.', schema: ExecuteAnswer },
      or: { status: 202, description: 'A person has to approve it: error.approval_id.', schema: ExecuteAnswer },
      told: {
        400: 'INVALID_PARAMS or NOT_SUPPORTED.',
        403: 'Denied; the code says by what.',
        404: 'CONNECTOR_NOT_FOUND.',
        429: 'RATE_LIMITED; Retry-After says for how long.',
        502: 'CONNECTOR_ERROR or TOO_LARGE.',
        504: 'TIMEOUT: it may have been carried out all the same.',
      },
      refuses: ['IDEMPOTENCY_KEY_REUSED', 'STATE_CONFLICT'],
      async handle({ params: { id }, body, caller, request, reply }) {
        const key = request.headers['idempotency-key'] as string | undefined;
        const answer = await deps.requests.execute(
          { connector_type: id, ...(body as Omit<ConnectorRequest, 'connector_type'>) },
          caller,
          key ?? null,
        );
        reply.status(httpStatusOf(answer));
        const wait_ms = answer.error?.retry_after_ms;
        if (wait_ms !== undefined) reply.header('retry-after', String(Math.ceil(wait_ms / 1000)));
        return answer;
      },
    }),
    route({
      method: 'GET',
      path: '/api/evidence/:id',
      role: 'viewer',
      operation: 'get_evidence',
      summary: 'The record of one request to a connector: what was asked, how it was decided, what came back',
      params: ById,
      answer: { status: 200, description: 'The evidence; what retention or an erasure has emptied is null.', schema: EvidenceAnswer },
      refuses: ['NOT_FOUND'],
      handle: ({ params: { id } }) => deps.requests.showEvidence(id),
    }),
  ],
});

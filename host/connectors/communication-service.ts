/** Outgoing requests of agents, commands and operators: one way, one order of checks, and evidence of each. */
import type { Caller } from './caller.ts';
import type { ConnectorRequest, ConnectorResponse } from './request.ts';

export interface CommunicationService {
  /**
   * Resolves with an answer of whatever status, once its evidence is durable. Rejects only when that cannot be
   * written (`DATABASE_UNAVAILABLE`): nothing has left then, unless the message says so.
   */
  execute(request: ConnectorRequest, caller: Caller): Promise<ConnectorResponse>;
}

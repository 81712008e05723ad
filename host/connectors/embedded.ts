/** The service as the program sees it that embeds the host: `host.communication`. */
import type { BaseConnector } from '../../plugins/sdk/connector.ts';
import type { Caller } from './caller.ts';
import type { RegisterOptions } from './code-connectors.ts';
import type { RequestService } from './communication-service.ts';
import type { ConnectorRequest, ConnectorResponse } from './request.ts';

const LIBRARY: Caller = { kind: 'library', actor: 'library' };

export class CommunicationService {
  readonly #service: Pick<RequestService, 'execute'>;
  readonly #register: (type: string, connector: BaseConnector, options?: RegisterOptions) => void;

  constructor(
    service: Pick<RequestService, 'execute'>,
    register: (type: string, connector: BaseConnector, options?: RegisterOptions) => void,
  ) {
    this.#service = service;
    this.#register = register;
  }

  /**
   * Resolves with an answer of whatever status; rejects with `AppError` when its evidence cannot be written. Without a
   * caller it is the embedding program itself.
   */
  execute(request: ConnectorRequest, caller: Caller = LIBRARY): Promise<ConnectorResponse> {
    return this.#service.execute(request, caller);
  }

  /**
   * The connector is the program's own code and not confined, but under every other step. Operations that are not
   * declared count as writes. Throws `AppError`: `INVALID_PARAMS`, `STATE_CONFLICT` when the id is taken.
   */
  registerConnector(type: string, connector: BaseConnector, options?: RegisterOptions): void {
    this.#register(type, connector, options);
  }
}

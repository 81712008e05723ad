import {
  BaseConnector,
  ConnectorError,
  type FetchResponse,
  grantedFetch,
  NotSupportedError,
  type OperationParams,
  parseJson,
  requireOk,
  requireParams,
} from 'communicationos/sdk';

export class TicketsConnector extends BaseConnector {
  /** The manifest says where the key goes, and the host puts it there: this code never has it. */
  #get(path: string, timeout_ms: number): Promise<FetchResponse> {
    const base = String(this.config.base_url).replace(/\/+$/, '');
    return grantedFetch(this.context)(`${base}${path}`, { timeout_ms });
  }

  async execute(operation: string, params: OperationParams): Promise<unknown> {
    this.requireEnabled();
    if (operation !== 'get_ticket') throw new NotSupportedError(operation);
    requireParams(params, 'ticket_id');

    const response = await this.#get(`/tickets/${encodeURIComponent(String(params.ticket_id))}`, 10_000);
    const ticket = parseJson(requireOk(response, 'The ticket service').body);
    if (ticket === undefined) throw new ConnectorError('The ticket service answered with something that is no JSON');
    return ticket;
  }

  getSupportedOperations(): string[] {
    return ['get_ticket'];
  }

  override validateConfig(): boolean {
    return Boolean(this.config.api_key && this.config.base_url);
  }

  override async healthCheck(): Promise<boolean> {
    if (!this.enabled || !this.validateConfig()) return false;
    try {
      return (await this.#get('/me', 4_000)).status === 200;
    } catch {
      return false;
    }
  }
}

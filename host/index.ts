/** For programs that embed the host: open a home, start it, put it behind a server. */

export { BaseConnector, ConnectorError, InvalidParamsError, NotSupportedError } from '../plugins/sdk/connector.ts';
export type { Config } from './config.ts';
export { loadConfig } from './config.ts';
export type { Caller, CallerKind } from './connectors/caller.ts';
export type { RegisterOptions } from './connectors/code-connectors.ts';
export { connectorContext } from './connectors/code-context.ts';
export { CommunicationService } from './connectors/embedded.ts';
export {
  type ConnectorRequest,
  type ConnectorResponse,
  ConnectorType,
  type RequestError,
  RequestStatus,
} from './connectors/request.ts';
export { AppError, ERRORS, type ErrorCode } from './errors.ts';
export { type Host, type HostOptions, openHost } from './host.ts';
export { createCommandServer, createNetworkServer, listen } from './http/server.ts';
export { createLogger } from './lib/logger.ts';
export { PLUGIN_API_VERSION, VERSION } from './version.ts';

/** For programs that embed the host: open a home, start it, put it behind a server. */

export { BaseConnector, ConnectorError, InvalidParamsError, NotSupportedError } from '../plugins/sdk/connector.ts';
export type { Config } from './config.ts';
export { loadConfig } from './config.ts';
export { AppError, ERRORS, type ErrorCode } from './errors.ts';
export { type Host, type HostOptions, openHost } from './host.ts';
export { createCommandServer, createNetworkServer, listen } from './http/server.ts';
export { createLogger } from './lib/logger.ts';
export { PLUGIN_API_VERSION, VERSION } from './version.ts';

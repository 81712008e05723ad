/**
 * A program that embeds the host, with an agent and a connector that writes a line into a file without asking anybody.
 * Run by a test with the home and the built folder; prints where it listens. Its environment is the host's.
 */
import { appendFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { loadConfig } from '../../host/config.ts';
import { connectorContext } from '../../host/connectors/code-context.ts';
import { openHost } from '../../host/host.ts';
import { createNetworkServer, listen } from '../../host/http/server.ts';
import { createLogger } from '../../host/lib/logger.ts';
import { BaseConnector, type OperationParams } from '../../plugins/sdk/connector.ts';

const [home, dist_dir] = process.argv.slice(2) as [string, string];

class Writer extends BaseConnector {
  async execute(_operation: string, { text }: OperationParams): Promise<unknown> {
    appendFileSync(path.join(home, 'written'), `${text}\n`);
    return 'written';
  }
  getSupportedOperations(): string[] {
    return ['write'];
  }
}

const { config } = loadConfig({ argv: { home }, env: process.env });
const host = await openHost({ config, log: createLogger({ level: 'ERROR', pretty: false }), mode: 'serve', dist_dir });
host.communication.registerConnector('writer', new Writer(connectorContext()));
const server = createNetworkServer({ tls: null, webhooks: host.webhooks.handle, app: host.app.routing });
await listen(server, { host: '127.0.0.1', port: 0 });
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
await host.announce(url);
await host.start();
process.stdout.write(`${url}\n`);

/**
 * A program that embeds the host and has a connector that writes. Its call kills the process, or is counted in a file.
 * Run by a test with the home, the built folder, and `die` or the id of an approval.
 */
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../../host/config.ts';
import { connectorContext } from '../../host/connectors/code-context.ts';
import { openHost } from '../../host/host.ts';
import { createLogger } from '../../host/lib/logger.ts';
import { BaseConnector, type OperationParams } from '../../plugins/sdk/connector.ts';

const [home, dist_dir, what] = process.argv.slice(2) as [string, string, string];

const TOKEN = 'the-bootstrap-token-of-nobody-0123456789';

class Writer extends BaseConnector {
  async execute(_operation: string, { text }: OperationParams): Promise<unknown> {
    appendFileSync(path.join(home, 'written'), `${text}\n`);
    if (what === 'die') process.kill(process.pid, 'SIGKILL');
    return 'written';
  }
  getSupportedOperations(): string[] {
    return ['write'];
  }
}

const log = createLogger({ level: 'ERROR', pretty: false });
const host = await openHost({
  config: loadConfig({ argv: { home }, env: { AGENTOS_ADMIN_TOKEN: TOKEN } }).config,
  log,
  mode: 'serve',
  dist_dir,
});
await host.start();
host.communication.registerConnector('writer', new Writer(connectorContext()));
const request = { connector_type: 'writer', operation: 'write', params: { text: 'once' } };
const asked = what === 'die' ? await host.communication.execute(request) : null;
if (asked) process.stdout.write(`${JSON.stringify(asked)}\n`);
const approval_id = asked?.error?.approval_id ?? what;
const headers = { host: 'localhost', authorization: `Bearer ${TOKEN}` };
const approved = await host.app.inject({ method: 'POST', url: `/api/approvals/${approval_id}/approve`, headers, payload: {} });
const again = await host.communication.execute({ ...request, approval_id });
process.stdout.write(`${JSON.stringify([approved.statusCode, again])}\n`);
await host.close();

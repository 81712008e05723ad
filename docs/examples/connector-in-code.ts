/** A program that embeds the host and registers a connector of its own. Run with the home, and the built folder of the package. */
import { BaseConnector, connectorContext, createLogger, loadConfig, NotSupportedError, openHost } from 'communicationos';

/** The program's own data: nothing of it goes over a network. */
const STOCK: Readonly<Record<string, number>> = { tea: 12, coffee: 3 };

class StockConnector extends BaseConnector {
  async execute(operation: string, { item }: Record<string, unknown>): Promise<unknown> {
    this.requireEnabled();
    if (operation !== 'count') throw new NotSupportedError(operation);
    return { item, count: Object.hasOwn(STOCK, String(item)) ? STOCK[String(item)] : 0 };
  }
  getSupportedOperations(): string[] {
    return ['count'];
  }
}

const [home, dist_dir] = process.argv.slice(2) as [string, string];
const log = createLogger({ level: 'ERROR', pretty: false });
const host = await openHost({ config: loadConfig({ argv: { home }, env: process.env }).config, log, mode: 'serve', dist_dir });
await host.start();

host.communication.registerConnector('stock', new StockConnector(connectorContext()), {
  operations: {
    count: {
      effect: 'read',
      params: {
        type: 'object',
        description: 'Counts what is left of an item.',
        properties: { item: { type: 'string', minLength: 1, maxLength: 64 } },
        required: ['item'],
        additionalProperties: false,
      },
    },
  },
});

const { status, data, evidence_id } = await host.communication.execute({
  connector_type: 'stock',
  operation: 'count',
  params: { item: 'tea' },
});
process.stdout.write(`${JSON.stringify({ status, data, evidence: evidence_id !== '' })}\n`);
await host.close();

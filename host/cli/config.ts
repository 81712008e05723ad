/** `agentos config get|list`: effective values and where they come from; secrets are masked. */
import type { ConfigValue, Page } from '../admin/operations.ts';
import { withClient } from './client.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { printFields, printTable, show } from './output.ts';

export const configGet = (context: CliContext, options: CommonOptions, key: string): Promise<void> =>
  withClient(context, options, async (client) => {
    const answer = await client.call<ConfigValue>('GET', `/api/config/${encodeURIComponent(key)}`);
    show(context.stdout, options, answer, (value) =>
      printFields(context.stdout, [
        [value.key, value.value],
        ['source', value.source],
      ]),
    );
  });

export const configList = (context: CliContext, options: CommonOptions): Promise<void> =>
  withClient(context, options, async (client) => {
    const answer = await client.call<Page<ConfigValue>>('GET', '/api/config');
    show(context.stdout, options, answer.items, (items) =>
      printTable(
        context.stdout,
        ['key', 'source', 'value'],
        items.map((item) => [item.key, item.source, item.value]),
      ),
    );
  });

/** `agentos deliveries list|retry|drop`: messages to people, and what became of them. */
import type { Page } from '../admin/operations.ts';
import type { MessageView } from '../ledger/views.ts';
import { withClient } from './client.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { printTable, show } from './output.ts';

export const deliveriesList = (
  context: CliContext,
  options: CommonOptions & { state?: string; channel?: string; limit?: string },
): Promise<void> =>
  withClient(context, options, async (client) => {
    const query = new URLSearchParams({ limit: options.limit ?? '50' });
    if (options.state) query.set('state', options.state);
    if (options.channel) query.set('channel_id', options.channel);
    const { items } = await client.call<Page<MessageView>>('GET', `/api/deliveries?${query}`);
    show(context.stdout, options, items, (rows) =>
      printTable(
        context.stdout,
        ['id', 'channel', 'to', 'part', 'state', 'attempts', 'reason', 'error'],
        rows.map((row) => [
          row.id,
          row.channel_id,
          row.conversation_key,
          row.part,
          row.state,
          row.attempts,
          row.reason ?? row.held_by,
          row.error,
        ]),
      ),
    );
  });

export const deliveriesRetry = (context: CliContext, options: CommonOptions, id: string): Promise<void> =>
  withClient(context, options, async (client) => {
    const answer = await client.call<{ retried: string[] }>('POST', `/api/deliveries/${encodeURIComponent(id)}/retry`);
    show(context.stdout, options, answer, ({ retried }) => context.stdout.write(`sent again: ${retried.join(', ')}\n`));
  });

export const deliveriesDrop = (context: CliContext, options: CommonOptions, id: string): Promise<void> =>
  withClient(context, options, async (client) => {
    const answer = await client.call<{ dropped: string }>('POST', `/api/deliveries/${encodeURIComponent(id)}/drop`);
    show(context.stdout, options, answer, ({ dropped }) => context.stdout.write(`given up: ${dropped}\n`));
  });

/** `agentos trace MESSAGE_ID`: the whole life of one message. */
import type { Trace } from '../ledger/views.ts';
import { withClient } from './client.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { printTable, show } from './output.ts';

export const trace = (context: CliContext, options: CommonOptions, id: string): Promise<void> =>
  withClient(context, options, async (client) => {
    const answer = await client.call<Trace>('GET', `/api/messages/${encodeURIComponent(id)}/trace`);
    show(context.stdout, options, answer, ({ event, message, requests, deliveries, audit }) => {
      const rows: unknown[][] = [];
      if (event) rows.push([event.received_at, 'event', event.id, event.state, `${event.event_id}, delivered ${event.deliveries} times`]);
      if (message) rows.push([message.received_at, 'message', message.id, message.state, message.reason ?? message.text]);
      for (const request of requests)
        rows.push([request.requested_at, 'request', request.evidence_id, request.state, `${request.connector_type} ${request.operation}`]);
      for (const delivery of deliveries) {
        rows.push([
          delivery.sent_at ?? delivery.received_at,
          `part ${delivery.part ?? 1}`,
          delivery.id,
          delivery.state,
          delivery.reason ?? delivery.platform_message_id,
        ]);
      }
      printTable(context.stdout, ['time', 'what', 'id', 'state', 'detail'], rows);
      context.stdout.write('\n');
      printTable(
        context.stdout,
        ['audit', 'time', 'actor', 'action', 'decision', 'detail'],
        audit.map((entry) => [entry.seq, entry.at, entry.actor, entry.action, entry.decision, entry.detail]),
      );
    });
  });

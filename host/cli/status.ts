/** `agentos status`: what runs, what waits, who owns what. */
import type { Status } from '../admin/operations.ts';
import { withClient } from './client.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { printFields, printTable, show } from './output.ts';

export const status = (context: CliContext, options: CommonOptions): Promise<void> =>
  withClient(context, options, async (client) => {
    const answer = await client.call<Status>('GET', '/api/status');
    show(context.stdout, options, answer, (value) => {
      printFields(context.stdout, [
        ['status', value.status],
        ['version', value.version],
        ['process', value.address ? `${value.pid} at ${value.address}` : 'no host runs on this home'],
        ['home', value.home],
        ['network mode', value.components.network_mode],
        ['phase', value.execution_phase],
        ...(value.policy_problem === null ? [] : [['policy', `the last good one: ${value.policy_problem}`] as const]),
        ['agent', value.agent],
        ['lanes', `${value.lanes.in_lanes} messages, ${value.lanes.agent_calls} agent calls`],
      ]);
      context.stdout.write('\n');
      printTable(
        context.stdout,
        ['channel', 'state', 'in flight', 'waiting', 'held by', 'reason'],
        value.channels.map((channel) => [channel.id, channel.state, channel.in_flight, channel.waiting, channel.held_by, channel.reason]),
      );
      if (value.connectors.length > 0) {
        context.stdout.write('\n');
        printTable(
          context.stdout,
          ['connector', 'state', 'reason'],
          value.connectors.map(({ id, state, reason }) => [id, state, reason]),
        );
      }
      if (value.queues.messages.length === 0) return;
      context.stdout.write('\n');
      printTable(
        context.stdout,
        ['channel', 'direction', 'state', 'messages'],
        value.queues.messages.map((queue) => [queue.channel_id, queue.direction, queue.state, queue.waiting]),
      );
    });
  });

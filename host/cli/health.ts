/** `agentos health`: exit 0 when the running host is healthy, 1 when it is not or none runs. */
import type { Status } from '../admin/operations.ts';
import { AppError } from '../errors.ts';
import { withClient } from './client.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { printFields, show } from './output.ts';

export const health = (context: CliContext, options: CommonOptions): Promise<void> =>
  withClient(context, options, async (client) => {
    const answer = await client.call<Status>('GET', '/api/status');
    const { status, timestamp, components } = answer;
    show(context.stdout, options, { status: answer.address ? status : 'unhealthy', timestamp, components }, (value) =>
      printFields(context.stdout, [
        ['status', value.status],
        ['database', components.database],
        ['network mode', components.network_mode],
        ['channels', components.channels.join(', ') || 'none'],
      ]),
    );
    if (!answer.address) throw new AppError('STATE_CONFLICT', 'No host runs on this home.', 'agentos serve starts one.');
    if (status !== 'healthy') throw new AppError('STATE_CONFLICT', `The host is ${status}.`, 'agentos status shows why.');
  });

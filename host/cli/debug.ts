/** `agentos debug middleware-status`: the bus steps in order, with what each did since the start. */
import type { Status } from '../admin/operations.ts';
import { withClient } from './client.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { printTable, show } from './output.ts';

export const middlewareStatus = (context: CliContext, options: CommonOptions): Promise<void> =>
  withClient(context, options, async (client) => {
    const { middleware } = await client.call<Status>('GET', '/api/status');
    show(context.stdout, options, middleware, (steps) =>
      printTable(
        context.stdout,
        ['step', 'passed', 'ended', 'failed'],
        steps.map((step) => [step.step, step.passed, step.ended, step.failed]),
      ),
    );
  });

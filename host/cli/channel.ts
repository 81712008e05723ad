/** `agentos channel …`: what is found in store/channels, what was decided about it, what it is doing. */
import type { Page } from '../admin/operations.ts';
import { AppError } from '../errors.ts';
import type { ChannelTest, ChannelView } from '../registry/channels.ts';
import { withClient } from './client.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { printFields, printTable, show } from './output.ts';

const at = (id: string, verb = ''): string => `/api/channels/${encodeURIComponent(id)}${verb}`;

export const channelList = (context: CliContext, options: CommonOptions): Promise<void> =>
  withClient(context, options, async (client) => {
    const { items } = await client.call<Page<ChannelView>>('GET', '/api/channels');
    show(context.stdout, options, items, (channels) =>
      printTable(
        context.stdout,
        ['channel', 'state', 'reason', 'fix'],
        channels.map((channel) => [channel.id, channel.state, channel.reason, channel.fix]),
      ),
    );
  });

const printChannel = (context: CliContext, channel: ChannelView): void => {
  printFields(context.stdout, [
    ['channel', channel.id],
    ['name', channel.name],
    ['version', channel.version],
    ['state', channel.state],
    ['reason', channel.reason],
    ['fix', channel.fix],
    ['code', channel.builtin ? `built in: ${channel.builtin}` : 'in its folder'],
    ['webhook', channel.webhook_url],
    ['digest', channel.digest],
    ['approved', channel.approved_by],
    ['permissions', channel.permissions],
  ]);
  const fields = Object.entries(channel.config);
  if (fields.length > 0) {
    context.stdout.write('\n');
    printTable(
      context.stdout,
      ['field', 'source', 'value'],
      fields.map(([name, field]) => [name, field.source, field.value]),
    );
  }
  for (const problem of channel.problems) {
    context.stdout.write(
      `\n${problem.severity}: ${problem.file}${problem.line === null ? '' : `:${problem.line}`} ${problem.message}\n  ${problem.hint}\n`,
    );
  }
};

const one = (context: CliContext, options: CommonOptions, channel: ChannelView): void =>
  show(context.stdout, options, channel, (value) => printChannel(context, value));

export const channelShow = (context: CliContext, options: CommonOptions, id: string): Promise<void> =>
  withClient(context, options, async (client) => one(context, options, await client.call('GET', at(id))));

const post =
  (verb: string) =>
  (context: CliContext, options: CommonOptions, id: string): Promise<void> =>
    withClient(context, options, async (client) => one(context, options, await client.call('POST', at(id, verb))));

export const channelEnable = post('/enable');
export const channelDisable = post('/disable');
export const channelReload = post('/reload');

export const channelApprove = (context: CliContext, options: CommonOptions & { digest?: string }, id: string): Promise<void> =>
  withClient(context, options, async (client) =>
    one(context, options, await client.call('POST', at(id, '/approve'), { digest: options.digest ?? null })),
  );

export const channelTest = (context: CliContext, options: CommonOptions, id: string): Promise<void> =>
  withClient(context, options, async (client) => {
    const found = await client.call<ChannelTest>('POST', at(id, '/test'));
    show(context.stdout, options, found, ({ ok, state, reason, checked }) =>
      printFields(context.stdout, [
        ['channel', id],
        ['well', ok ? 'yes' : 'no'],
        ['state', state],
        ['reason', reason],
        ['asked', checked ? 'its adapter' : 'nobody: the adapter has no health of its own, or does not run'],
      ]),
    );
    if (!found.ok) throw new AppError('STATE_CONFLICT', `Channel ${id} is not well.`, 'agentos channel show tells more.');
  });

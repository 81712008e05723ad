/** `agentos channel …`: what is found in store/channels, what was decided about it, what it is doing. */
import type { Page } from '../admin/operations.ts';
import { AppError } from '../errors.ts';
import type { ChannelTest, ChannelView } from '../registry/channels.ts';
import type { Difference } from '../registry/difference.ts';
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
        // What waits is told where the channel itself has nothing to say.
        channels.map(({ id, state, reason, fix, pending }) => [
          id,
          state,
          reason ?? (pending ? `${pending.state}: ${pending.reason}` : null),
          fix ?? pending?.fix ?? null,
        ]),
      ),
    );
  });

const CODE: Readonly<Record<Difference['code'], string>> = {
  new: 'nothing was approved before',
  changed: 'changed',
  same: 'the same as approved',
};

/** What a person is asked to approve. */
const printDifference = (context: CliContext, difference: Difference): void => {
  context.stdout.write('\nasked for, compared with what was approved\n');
  printFields(context.stdout, [
    ['approved digest', difference.against],
    ['code', CODE[difference.code]],
    ...(difference.manifest.length > 0 ? [['manifest', difference.manifest.join(', ')] as const] : []),
  ]);
  if (difference.permissions.length === 0) return;
  printTable(
    context.stdout,
    ['change', 'permission', 'reason'],
    difference.permissions.map(({ change, permission, reason }) => [change, permission, reason]),
  );
};

const printPending = (context: CliContext, { pending }: ChannelView): void => {
  if (!pending) return;
  context.stdout.write('\nin the folder, not serving\n');
  printFields(context.stdout, [
    ['state', pending.state],
    ['reason', pending.reason],
    ['fix', pending.fix],
    ['version', pending.version],
    ['digest', pending.digest],
  ]);
  if (pending.difference) printDifference(context, pending.difference);
};

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
    ['approved digest', channel.approved_digest],
    ['approved by', channel.approved_by],
    ['serving', channel.serving ? `${channel.serving.digest} (${channel.serving.version}, ${channel.serving.state})` : null],
    ['permissions', channel.permissions],
  ]);
  printPending(context, channel);
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

/** Without a digest, what waits is shown and approved under the digest that was shown: what comes in between is refused. */
export const channelApprove = (context: CliContext, options: CommonOptions & { digest?: string }, id: string): Promise<void> =>
  withClient(context, options, async (client) => {
    let digest = options.digest ?? null;
    if (digest === null) {
      const waiting = await client.call<ChannelView>('GET', at(id));
      digest = waiting.digest;
      if (!options.json && waiting.pending) printPending(context, waiting);
    }
    const approved = await client.call<ChannelView>('POST', at(id, '/approve'), { digest });
    if (!options.json) {
      context.stdout.write('\n');
      printFields(context.stdout, [['approved', `${approved.approved_digest} with ${JSON.stringify(approved.permissions)}`]]);
      context.stdout.write('\n');
    }
    one(context, options, approved);
  });

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

/** `agentos channel …` and `agentos connector …`: what is found in the folders, what was decided about it, what it is doing. */
import type { Page } from '../admin/operations.ts';
import { AppError } from '../errors.ts';
import type { Difference } from '../registry/difference.ts';
import { type PluginKind, WORDS } from '../registry/kinds.ts';
import type { PluginTest, PluginView } from '../registry/plugin-registry.ts';
import { withClient } from './client.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { printFields, printTable, show } from './output.ts';

const at = (kind: PluginKind, id: string, verb = ''): string => `/api/${kind}s/${encodeURIComponent(id)}${verb}`;

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

const printPending = (context: CliContext, { pending }: PluginView): void => {
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

/** What only one of the kinds has. */
const ofKind = ({ webhook_url, operations }: PluginView): readonly (readonly [string, unknown])[] => {
  if (operations === undefined) return [['webhook', webhook_url]];
  return [['operations', Object.entries(operations).map(([name, { effect }]) => `${name} (${effect})`)]];
};

const printPlugin = (context: CliContext, kind: PluginKind, plugin: PluginView): void => {
  printFields(context.stdout, [
    [kind, plugin.id],
    ['name', plugin.name],
    ['version', plugin.version],
    ['state', plugin.state],
    ['reason', plugin.reason],
    ['fix', plugin.fix],
    ['code', plugin.builtin ? `built in: ${plugin.builtin}` : 'in its folder'],
    ...ofKind(plugin),
    ['digest', plugin.digest],
    ['approved digest', plugin.approved_digest],
    ['approved by', plugin.approved_by],
    ['serving', plugin.serving ? `${plugin.serving.digest} (${plugin.serving.version}, ${plugin.serving.state})` : null],
    ['permissions', plugin.permissions],
  ]);
  printPending(context, plugin);
  const fields = Object.entries(plugin.config);
  if (fields.length > 0) {
    context.stdout.write('\n');
    printTable(
      context.stdout,
      ['field', 'source', 'value'],
      fields.map(([name, field]) => [name, field.source, field.value]),
    );
  }
  for (const problem of plugin.problems) {
    context.stdout.write(
      `\n${problem.severity}: ${problem.file}${problem.line === null ? '' : `:${problem.line}`} ${problem.message}\n  ${problem.hint}\n`,
    );
  }
};

/** Whom a test asks. */
const ASKED: Readonly<Record<PluginKind, { noun: string; silent: string }>> = {
  channel: { noun: 'its adapter', silent: 'nobody: the adapter has no health of its own, or does not run' },
  connector: { noun: 'the connector', silent: 'nobody: it has neither validateConfig nor healthCheck, or does not run' },
};

/** The commands of one kind. */
export const pluginCommands = (kind: PluginKind) => {
  type Run<Options = CommonOptions> = (context: CliContext, options: Options & CommonOptions, id: string) => Promise<void>;

  const one = (context: CliContext, options: CommonOptions, plugin: PluginView): void =>
    show(context.stdout, options, plugin, (value) => printPlugin(context, kind, value));

  const post =
    (verb: string): Run =>
    (context, options, id) =>
      withClient(context, options, async (client) => one(context, options, await client.call('POST', at(kind, id, verb))));

  const list = (context: CliContext, options: CommonOptions): Promise<void> =>
    withClient(context, options, async (client) => {
      const { items } = await client.call<Page<PluginView>>('GET', `/api/${kind}s`);
      show(context.stdout, options, items, (plugins) =>
        printTable(
          context.stdout,
          [kind, 'state', 'reason', 'fix'],
          // What waits is told where the plugin itself has nothing to say.
          plugins.map(({ id, state, reason, fix, pending }) => [
            id,
            state,
            reason ?? (pending ? `${pending.state}: ${pending.reason}` : null),
            fix ?? pending?.fix ?? null,
          ]),
        ),
      );
    });

  /** Without a digest, what waits is shown and approved under the digest that was shown: what comes in between is refused. */
  const approve: Run<{ digest?: string }> = (context, options, id) =>
    withClient(context, options, async (client) => {
      let digest = options.digest ?? null;
      if (digest === null) {
        const waiting = await client.call<PluginView>('GET', at(kind, id));
        digest = waiting.digest;
        if (!options.json && waiting.pending) printPending(context, waiting);
      }
      const approved = await client.call<PluginView>('POST', at(kind, id, '/approve'), { digest });
      if (!options.json) {
        context.stdout.write('\n');
        printFields(context.stdout, [['approved', `${approved.approved_digest} with ${JSON.stringify(approved.permissions)}`]]);
        context.stdout.write('\n');
      }
      one(context, options, approved);
    });

  const { noun, silent } = ASKED[kind];
  const test: Run = (context, options, id) =>
    withClient(context, options, async (client) => {
      const found = await client.call<PluginTest>('POST', at(kind, id, '/test'));
      show(context.stdout, options, found, ({ ok, state, reason, checked }) =>
        printFields(context.stdout, [
          [kind, id],
          ['well', ok ? 'yes' : 'no'],
          ['state', state],
          ['reason', reason],
          ['asked', checked ? noun : silent],
        ]),
      );
      const name = kind === 'channel' ? 'Channel' : 'Connector';
      if (!found.ok) throw new AppError('STATE_CONFLICT', `${name} ${id} is not well.`, `${WORDS[kind].command} show tells more.`);
    });

  return {
    list,
    show: ((context, options, id) =>
      withClient(context, options, async (client) => one(context, options, await client.call('GET', at(kind, id))))) as Run,
    enable: post('/enable'),
    disable: post('/disable'),
    reload: post('/reload'),
    approve,
    test,
  };
};

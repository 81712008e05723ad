/** `agentos policy check|explain`: whether the file can be used, what it says of a case, what it would change. */
import path from 'node:path';
import type { ExplainCase, Replay } from '../admin/policy-operations.ts';
import { type DocumentProblem, readPolicy } from '../config/documents.ts';
import { findHome } from '../config.ts';
import { AppError } from '../errors.ts';
import type { Explanation } from '../policy/explain.ts';
import { withClient } from './client.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { printFields, printTable, show } from './output.ts';

const fileOf = (context: CliContext, options: CommonOptions, file: string | undefined): { at: string; name: string } => {
  if (file !== undefined) return { at: path.resolve(context.cwd, file), name: file };
  const home = findHome({ home: options.home }, context.env, context.cwd);
  return { at: path.join(home, 'config/security_policy.json'), name: 'config/security_policy.json' };
};

const refuse = (name: string, problems: readonly DocumentProblem[]): AppError =>
  new AppError(
    'POLICY_INVALID',
    problems.map(({ line, message }) => `${name}:${line}: ${message}`).join('\n'),
    [...new Set(problems.map(({ hint }) => hint))].join('\n'),
  );

const showReplay = (context: CliContext, { replayed, not_replayed, window_not_replayed, changed }: Replay): void => {
  context.stdout.write(`${replayed} decisions again, ${changed.length} would be different`);
  context.stdout.write(not_replayed > 0 ? `; ${not_replayed} cannot be decided again\n` : '\n');
  if (window_not_replayed > 0)
    context.stdout.write(
      `${window_not_replayed} more depend on time_window_seconds, which differs from the one they were counted in: the count does not tell\n`,
    );
  if (changed.length === 0) return;
  printTable(
    context.stdout,
    ['message', 'at', 'channel', 'was', 'would be', 'rule'],
    changed.map((row) => [row.message_id, row.at, row.channel_id, row.was, row.would_be, row.rule]),
  );
};

export const policyCheck = async (
  context: CliContext,
  options: CommonOptions & { againstLast?: string },
  file: string | undefined,
): Promise<void> => {
  const { at, name } = fileOf(context, options, file);
  const document = readPolicy(at);
  if (!document.ok) throw refuse(name, document.problems);
  if (file !== undefined && !document.found) throw new AppError('NOT_FOUND', `There is no file ${file}.`);
  if (options.againstLast === undefined) {
    const answer = { file: name, valid: true, found: document.found };
    return show(context.stdout, options, answer, () =>
      context.stdout.write(document.found ? `${name} can be used\n` : `there is no ${name}: the defaults hold\n`),
    );
  }
  const last = Number(options.againstLast);
  if (!Number.isInteger(last) || last < 1)
    throw new AppError('INVALID_PARAMS', '--against-last takes a number.', 'Example: --against-last 1000');
  await withClient(context, options, async (client) => {
    const answer = await client.call<Replay>('POST', '/api/policy/check', { policy: document.value, last });
    show(context.stdout, options, answer, (value) => showReplay(context, value));
  });
};

export interface ExplainOptions extends CommonOptions {
  channel: string;
  user: string;
  text?: string;
  conversation?: string;
  group?: boolean;
  mention?: boolean;
  at?: string;
  mode?: string;
  phase?: string;
}

export const policyExplain = (context: CliContext, options: ExplainOptions): Promise<void> =>
  withClient(context, options, async (client) => {
    const asked: ExplainCase = {
      channel_id: options.channel,
      user_key: options.user,
      conversation_type: options.group ? 'group' : 'direct',
      mentions_bot: options.mention === true,
      ...(options.text === undefined ? {} : { text: options.text }),
      ...(options.conversation === undefined ? {} : { conversation_key: options.conversation }),
      ...(options.at === undefined ? {} : { at: options.at }),
      ...(options.mode === undefined ? {} : { network_mode: options.mode as NonNullable<ExplainCase['network_mode']> }),
      ...(options.phase === undefined ? {} : { phase: options.phase as NonNullable<ExplainCase['phase']> }),
    };
    type Answer = Explanation & { at: string; network_mode: string; phase: string };
    const answer = await client.call<Answer>('POST', '/api/policy/explain', asked);
    show(context.stdout, options, answer, (value) => {
      printFields(context.stdout, [
        ['outcome', value.waits ? `waits, then ${value.outcome}` : value.outcome],
        ['rule', value.rule],
        ['reason', value.reason],
        ['network mode', value.network_mode],
        ['phase', value.phase],
      ]);
      context.stdout.write('\n');
      printTable(
        context.stdout,
        ['step', 'outcome', 'rule', 'reason'],
        value.steps.map((step) => [step.step, step.outcome, step.rule, step.reason]),
      );
    });
  });

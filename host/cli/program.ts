/** The commands and their options. One file per command does the work. */
import { Command, CommanderError, Option } from 'commander';
import type { PluginKind } from '../registry/kinds.ts';
import { VERSION } from '../version.ts';
import { approvalsApprove, approvalsDeny, approvalsList, pairApprove, pairList, pairRevoke } from './approvals.ts';
import { auditTail, auditVerify } from './audit.ts';
import { auditExport } from './audit-export.ts';
import { channelCreate } from './channel-create.ts';
import { configGet, configList } from './config.ts';
import { connectorRun } from './connector-run.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { dbAnalyze, dbCheck, dbMigrate } from './db.ts';
import { middlewareStatus } from './debug.ts';
import { deliveriesDrop, deliveriesList, deliveriesRetry } from './deliveries.ts';
import { health } from './health.ts';
import { init } from './init.ts';
import { networkModeGet, networkModeSet, phaseGet, phaseSet } from './modes.ts';
import { pluginCommands } from './plugin.ts';
import { policyCheck, policyExplain } from './policy.ts';
import { secretsList, secretsRotate } from './secrets.ts';
import { status } from './status.ts';
import { tokenCreate, tokenList, tokenRevoke } from './token.ts';
import { trace } from './trace.ts';
import { userErase, userExport } from './user.ts';

type Run<Args extends unknown[]> = (context: CliContext, options: CommonOptions, ...args: Args) => Promise<void>;

/** What the process ends with: 2 for wrong usage, which has been explained already; null for any other error. */
export const usageExitCode = (error: unknown): number | null => {
  if (!(error instanceof CommanderError)) return null;
  return error.exitCode === 0 ? 0 : 2;
};

export const createProgram = (context: CliContext): Command => {
  const program = new Command('agentos')
    .description('CommunicationOS: the gateway between chat channels and AI agents.')
    .version(VERSION)
    // Thrown instead of ending the process; must stand before the first command, which inherits it.
    .exitOverride()
    .showHelpAfterError('(agentos --help shows every command)');

  /** Adds what every command takes, and hands the options to its run. */
  const withCommon = (command: Command): Command =>
    command.option('--home <dir>', 'the home folder (AGENTOS_HOME, else this folder)').option('--json', 'print JSON');
  const remote = (command: Command): Command =>
    withCommon(command).option('--url <url>', 'a host on another machine').option('--token <token>', 'its token (AGENTOS_ADMIN_TOKEN)');
  const act =
    <Args extends unknown[]>(run: Run<Args>) =>
    (...given: unknown[]): Promise<void> => {
      const options = given.at(-2) as CommonOptions;
      return run(context, options, ...(given.slice(0, -2) as Args));
    };

  withCommon(program.command('serve').description('run the host'))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 takes a free one', '8080')
    .option('--reload', 'development: take up changed plugin folders by themselves')
    .action(act(async (...given: Parameters<Run<[]>>) => (await import('./serve.ts')).serve(...given)));
  withCommon(
    program.command('init').argument('[dir]', 'the new home', '.').description('write a new home: .env, config, an example channel'),
  ).action(act(init));
  remote(program.command('status').description('what runs, what waits, who owns what')).action(act(status));
  remote(program.command('health').description('exit 0 when healthy, else 1')).action(act(health));

  const db = program.command('db').description('the database');
  withCommon(db.command('migrate').description('bring the schema up to date')).action(act(dbMigrate));
  withCommon(db.command('check').description('integrity and schema')).action(act(dbCheck));
  withCommon(db.command('analyze').description('table sizes, and indices that are missing')).action(act(dbAnalyze));

  const config = program.command('config').description('effective settings and where they come from');
  remote(
    config.command('get').argument('<key>').description('one setting: network_mode, rate_limits, channels.telegram.bot_token, …'),
  ).action(act(configGet));
  remote(config.command('list').description('every setting')).action(act(configList));

  /** The verbs that channels and connectors have in common. */
  const plugins = (kind: PluginKind, stopped: string, tested: string): Command => {
    const group = program.command(kind).description(`the ${kind}s of this home`);
    const run = pluginCommands(kind);
    remote(group.command('list').description(`${kind}s, their state, the reason and the fix`)).action(act(run.list));
    remote(group.command('show').argument('<id>').description(`one ${kind} in full`)).action(act(run.show));
    remote(group.command('enable').argument('<id>').description('let it run; tries again after a quarantine')).action(act(run.enable));
    remote(group.command('disable').argument('<id>').description(stopped)).action(act(run.disable));
    remote(group.command('reload').argument('<id>').description('read its folder again')).action(act(run.reload));
    remote(group.command('test').argument('<id>').description(tested)).action(act(run.test));
    remote(
      group
        .command('approve')
        .argument('<id>')
        .option('--digest <digest>', 'the digest that you have read')
        .description('let the code in its folder run, with the permissions shown'),
    ).action(act(run.approve));
    withCommon(
      group
        .command('check')
        .argument('<dir>')
        .description('validate a folder: manifest, bundle, permissions and the contract; needs no host'),
    ).action(act(async (...given: Parameters<Run<[string]>>) => (await import('./channel-check.ts')).channelCheck(...given)));
    return group;
  };
  const channel = plugins('channel', 'stop it; its deliveries wait', 'ask its adapter whether the account is well');
  const connector = plugins('connector', 'stop it; its operations are refused', 'ask it whether it is configured and well');

  const create = (command: Command): Command =>
    withCommon(command.argument('<id>').description('write a new folder: manifest, code, guide, and a test that passes'));
  create(channel.command('create')).option('--kind <kind>', 'channel or connector', 'channel').action(act(channelCreate));
  create(connector.command('create')).action(
    act((common, options, id: string) => channelCreate(common, { ...options, kind: 'connector' }, id)),
  );
  const networkMode = program.command('network-mode').description('what may leave this host: on, readonly, off');
  remote(networkMode.command('get').description('the mode that holds, since when, by whom')).action(act(networkModeGet));
  remote(
    networkMode.command('set').argument('<mode>').option('--reason <text>', 'why, for the audit trail').description('takes effect at once'),
  ).action(act(networkModeSet));
  const phase = program.command('phase').description('planning or execution');
  remote(phase.command('get').description('the phase that holds, since when, by whom')).action(act(phaseGet));
  remote(
    phase.command('set').argument('<phase>').option('--reason <text>', 'why, for the audit trail').description('takes effect at once'),
  ).action(act(phaseSet));

  remote(
    connector
      .command('run')
      .argument('<id>')
      .argument('<operation>')
      .description('one request, under the policy')
      .option('--params <json>', 'its parameters', '{}')
      .option('--session <id>', 'the conversation that it is for')
      .option('--approval <id>', 'the consent to exactly this request'),
  ).action(act(connectorRun));

  const approvals = program.command('approvals').description("requests that wait for a person's consent");
  remote(approvals.command('list').description('newest first')).action(act(approvalsList));
  remote(approvals.command('approve').argument('<id>').description('exactly this request, once')).action(act(approvalsApprove));
  remote(approvals.command('deny').argument('<id>')).action(act(approvalsDeny));
  const pair = program.command('pair').description('senders whom nobody knows yet');
  remote(pair.command('list').description('codes that wait, and who was approved')).action(act(pairList));
  remote(pair.command('approve').argument('<code>').description('let the sender with this code write')).action(act(pairApprove));
  remote(
    pair
      .command('revoke')
      .requiredOption('--channel <id>')
      .requiredOption('--user <key>', "the platform's id of the person")
      .description('take it back: the sender is a stranger again'),
  ).action(act((context, options) => pairRevoke(context, options as Parameters<typeof pairRevoke>[1])));

  const policy = program.command('policy').description('the security policy');
  remote(
    policy
      .command('check')
      .argument('[file]', 'config/security_policy.json when left out')
      .option('--against-last <n>', 'what it would change in the last n decisions')
      .description('whether the file can be used'),
  ).action(act(policyCheck));
  remote(
    policy
      .command('explain')
      .requiredOption('--channel <id>')
      .requiredOption('--user <key>', "the platform's id of the person")
      .option('--text <text>', 'what the person says')
      .option('--conversation <key>')
      .option('--group', 'in a group')
      .option('--mention', 'the bot is addressed')
      .option('--at <time>', 'ISO 8601')
      .option('--mode <mode>', 'as if this network mode held')
      .option('--phase <phase>', 'as if this phase held')
      .description('what would happen to a message, and by which rule'),
  ).action(act((context, options) => policyExplain(context, options as Parameters<typeof policyExplain>[1])));
  const audit = program.command('audit').description('the trail of what was decided, and whether it is still what was written');
  remote(
    audit
      .command('tail')
      .option('--follow', 'go on with what is added')
      .option('--limit <n>', 'how many', '20')
      .option('--channel <id>')
      .option('--action <action>', 'message.decided, delivery.finished, channel.approved, …')
      .description('the newest entries'),
  ).action(act(auditTail));
  const several = (value: string, before: string[] = []): string[] => [...before, value];
  withCommon(
    audit
      .command('verify')
      .option('--heads <file>', 'signed heads kept elsewhere; may be given more than once', several)
      .option('--key <public key>', 'another key whose signatures count; may be given more than once', several)
      .description('recompute every chain; exit 1 and name the first broken commit when one is broken'),
  ).action(act(auditVerify));
  withCommon(
    audit
      .command('export')
      .option('--from <time>', 'ISO 8601')
      .option('--to <time>', 'ISO 8601')
      .option('--format <format>', 'jsonl or csv', 'jsonl')
      .option('--out <file>', 'instead of the standard output')
      .description('rows with all hashes, for somebody who does not trust this host'),
  ).action(act(auditExport));

  const debug = program.command('debug').description('look inside');
  remote(debug.command('middleware-status').description('the bus steps in order, with counts')).action(act(middlewareStatus));
  remote(program.command('trace').argument('<message_id>').description('the whole life of one message')).action(act(trace));

  const deliveries = program.command('deliveries').description('messages to people');
  remote(
    deliveries
      .command('list')
      .option('--state <state>', 'pending, held, unknown, expired, dead, …')
      .option('--channel <id>')
      .option('--limit <n>', 'how many', '50')
      .description('newest first'),
  ).action(act(deliveriesList));
  remote(deliveries.command('retry').argument('<id>').description('send again, with the later parts that fell with it')).action(
    act(deliveriesRetry),
  );
  remote(deliveries.command('drop').argument('<id>').description('give it up')).action(act(deliveriesDrop));

  const secrets = program.command('secrets').description('the host key, and which secrets have values');
  remote(secrets.command('list').description('never the values')).action(act(secretsList));
  remote(
    secrets
      .command('rotate')
      .option('--key-file <file>', 'the new key; needed when the key is AGENTOS_MASTER_KEY')
      .description('a new host key; what the former one sealed can still be read'),
  ).action(act(secretsRotate));

  const user = program.command('user').description('what is stored of one person');
  const ofUser = (command: Command): Command =>
    remote(command).requiredOption('--channel <id>').requiredOption('--user <key>', "the platform's id of the person");
  ofUser(user.command('export').option('--out <file>').description('all of it, as JSON')).action(act(userExport as Run<[]>));
  ofUser(user.command('erase').requiredOption('--yes', 'there is no way back').description('all of it, for good')).action(
    act(userErase as Run<[]>),
  );

  withCommon(
    program.command('backup').argument('<dir>').description('a verified copy of the database and of its keys; the host may run'),
  ).action(act(async (...given: Parameters<Run<[string]>>) => (await import('./backup.ts')).backup(...given)));
  withCommon(
    program
      .command('restore')
      .argument('[file]', 'a backup, or a folder of them: then the newest; without one, only --resume')
      .option('--resume [ids...]', 'hand back what was not finished: these, or all')
      .description('put a backup in the place of the database; no host may run'),
  ).action(act(async (...given: Parameters<typeof import('./restore.ts').restore>) => (await import('./restore.ts')).restore(...given)));

  const token = program.command('token').description('who may use the API: viewer reads, operator acts, admin decides');
  remote(
    token
      .command('create')
      .addOption(new Option('--role <role>', 'viewer, operator or admin').choices(['viewer', 'operator', 'admin']).makeOptionMandatory())
      .requiredOption('--name <name>', 'stands in the audit trail')
      .option('--expires <time>', 'from now: 90m, 12h, 30d (never)')
      .description('make one; it is shown once'),
  ).action(act(tokenCreate));
  remote(token.command('list').description('every token that was not revoked')).action(act(tokenList));
  remote(token.command('revoke').argument('<id>').description('end it, with its logins and open streams')).action(act(tokenRevoke));
  return program;
};

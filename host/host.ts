/**
 * The composition root: the only file that builds rooms and wires them. What is acquired is released in
 * reverse order; a broken plugin or channel never stops what stands here.
 */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { createMetrics } from './admin/metrics.ts';
import { createRequestOperations } from './admin/request-operations.ts';
import { createAgent } from './agents/create-agent.ts';
import { createRunTokens } from './agents/run-tokens.ts';
import { createBus } from './bus/bus.ts';
import { createSteps } from './bus/decide-turn.ts';
import { createRateWindow } from './bus/rate-window.ts';
import { createAuthorize } from './bus/steps/authorize.ts';
import { createDedupe } from './bus/steps/dedupe.ts';
import { createDispatch } from './bus/steps/dispatch.ts';
import { createRateLimit, rateKey } from './bus/steps/rate-limit.ts';
import { createSessionStep } from './bus/steps/session.ts';
import { COMMAND_NAMES } from './commands/commands.ts';
import type { Config } from './config.ts';
import { openDatabase } from './db/database.ts';
import { acquireLock } from './db/lock.ts';
import { createEgress } from './egress/create-egress.ts';
import { sessionHistory } from './ledger/history.ts';
import { createLedger } from './ledger/ledger.ts';
import { failInterrupted, failInterruptedRequests } from './ledger/resume.ts';
import { type Clock, isoTime, systemClock } from './lib/clock.ts';
import { createFeed } from './lib/feed.ts';
import { createIds } from './lib/ids.ts';
import type { Logger } from './lib/logger.ts';
import type { Probe } from './lib/probe.ts';
import { createPeople } from './people/people.ts';
import { createSandbox } from './sandbox/sandbox.ts';
import { type OpenedKeys, openKeys } from './secrets/open-keys.ts';
import { createSessions } from './sessions/sessions.ts';
import { openHostApi } from './wiring/api.ts';
import { createHostChannels } from './wiring/channels.ts';
import { createHostCommands } from './wiring/commands.ts';
import { createConnectorPool } from './wiring/connector-pool.ts';
import { createHostConnectors } from './wiring/connectors.ts';
import { createDeliverResult } from './wiring/deliver-result.ts';
import { createHostGovernance } from './wiring/governance.ts';
import { createHostOperations } from './wiring/operations.ts';
import { createHostPeople } from './wiring/people.ts';
import { createPluginBundles } from './wiring/plugin-bundles.ts';
import { openHostTrail } from './wiring/trail.ts';

export interface HostOptions {
  config: Config;
  log: Logger;
  clock?: Clock;
  /** `serve` runs plugins and takes messages; `offline` works on the database for one command. */
  mode: 'serve' | 'offline';
  /** The folder with the sandbox's bootstrap, the built-in plugins and the pages. */
  dist_dir: string;
  /** Development: plugin folders are watched. */
  reload?: boolean;
  /** Fault injection in tests. */
  probe?: Probe;
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** Opens the home and everything in it. Throws `AppError` when that cannot be done; nothing is left open then. */
export const openHost = async ({ config: given, log, clock = systemClock, mode, dist_dir, reload = false, probe }: HostOptions) => {
  const releases: (() => Promise<void>)[] = [];
  const release = async (): Promise<void> => {
    for (const each of releases.splice(0).reverse()) await each().catch((error) => log.error({ err: error }, 'a part did not close'));
  };
  const on_error = (error: unknown, what: string): void => log.error({ err: error }, `could not ${what}`);
  try {
    const unclean = await exists(path.join(given.run_dir, 'owner.json'));
    const lock = await acquireLock(given.run_dir);
    releases.push(() => lock.release());

    const newId = createIds(clock);
    const metrics = createMetrics();
    const trail = await openHostTrail({ config: given, clock, log, dist_dir, on_error });
    let opened: OpenedKeys | null = null;
    // Before the database, so that it closes after: what is written at the end may use new keys.
    releases.push(async () => opened?.keyring.close());
    const database = await openDatabase({
      file: given.db_file,
      // No row is written whose key could be lost.
      before_batch: async () => opened?.keyring.prepare(),
      new_chain_id: newId(),
      continues: trail.continues,
      on_batch: (_units, took_ms) => metrics.commit(took_ms),
      probe: probe ? (point, units) => probe(point, units) : undefined,
    });
    releases.push(() => database.close());
    opened = await openKeys(database.reader, { keys_dir: given.keys_dir, master_key: given.master_key, now: () => clock.now() });
    const { keyring, settings: key_settings } = opened;
    const feed = createFeed((error) => on_error(error, 'tell a listener'));
    const ledger = createLedger({ database, keys: keyring.keys, feed });
    releases.push(() => trail.close());
    await trail.attach(ledger, keyring, mode);
    if (key_settings.length > 0) await ledger.commit({ settings: key_settings });

    const governance = await createHostGovernance({
      config: given,
      ledger,
      clock,
      newId,
      log,
      serving: mode === 'serve',
      on_mode() {
        egress.modeChanged();
        rooms.modeChanged();
        bus.modeChanged();
      },
      executors: { connector_request: (...given) => connectors.service.executor(...given) },
      shown: { connector_request: (request) => connectors.service.shown(request) },
      on_error,
    });
    const { config, network_mode, execution_phase, pairings, shut } = governance;
    releases.push(async () => governance.live.close());

    const people = createPeople({ ledger, clock, newId });
    const sessions = createSessions({ ledger, clock, newId });
    const rates = createRateWindow();
    const run_tokens = createRunTokens();
    const agent = createAgent(config, clock, {
      run_tokens,
      shut: () => (network_mode.value() === 'off' ? shut('POST') : null),
      history: (message, said) => sessionHistory(ledger, message, said),
      // Built below, from what the approvals and channels are built from too.
      tools: { list: () => connectors.tools.list(), call: (...call) => connectors.tools.call(...call) },
      on_usage: (usage) => metrics.agentTokens(usage),
    });
    releases.push(() => agent.close());
    const commands = createHostCommands({
      config,
      ledger,
      approvals: governance.approvals,
      execute: (...given) => connectors.service.execute(...given),
    });
    const session_step = createSessionStep(sessions);
    const steps = createSteps([
      createDedupe(),
      createAuthorize({
        clock,
        holderOf: (turn) => sessions.holderOf(turn.message, turn.channel.session_scope),
        join: async (turn) => session_step.run(turn),
        phase: execution_phase.value,
        pairings,
      }),
      createRateLimit(rates),
      session_step,
      createDispatch({ agent, commands, sessions }),
    ]);
    const bus = createBus({
      ledger,
      clock,
      newId,
      feed,
      people,
      sessions,
      steps,
      agent,
      audit_allowed: config.audit_log_enabled,
      channel: (id) => rooms.busChannel(id),
      gate: governance.gate,
      isPaired: pairings.isPaired,
      on_message: (channel_id, state, latency_ms) => metrics.message(channel_id, state, latency_ms),
      on_error,
      probe,
    });
    const egress_policy = () => ({
      allow_private: config.policy.egress?.allow_private ?? [],
      allowed_domains: config.policy.egress?.allowed_domains ?? [],
      blocked_domains: config.policy.egress?.blocked_domains ?? [],
      network_mode: network_mode.value(),
    });
    const egress = createEgress({ policy: egress_policy, shut });
    releases.push(() => egress.close());
    const sandbox = createSandbox({ clock }, { bootstrap_dir: path.join(dist_dir, 'sandbox'), canary_files: [config.db_file] });
    releases.push(() => sandbox.close());
    const ofPlugins = {
      config,
      log,
      clock,
      ledger,
      metrics,
      egress,
      sandbox,
      bundles: createPluginBundles(path.join(config.home, 'store/bundles')),
      network_mode: network_mode.value,
      dist_dir,
      reload,
      offline: mode === 'offline',
      on_error,
    };
    const rooms = createHostChannels({ ...ofPlugins, newId, feed, bus, unclean, probe });
    const { channels } = rooms;
    releases.push(() => rooms.close());
    const pool = createConnectorPool({ ...ofPlugins, feed });
    releases.push(() => pool.close());
    const connectors = createHostConnectors({
      config,
      ledger,
      clock,
      newId,
      network_mode: network_mode.value,
      phase: execution_phase.value,
      approvals: governance.approvals,
      egress_policy,
      rates: createRateWindow(),
      directories: [pool.directory],
      deliver: createDeliverResult({ ledger, clock, newId, announce: bus.announce }),
      on_error,
      probe,
    });
    releases.push(() => connectors.close());
    releases.push(async () => bus.stop());

    let address: string | null = null;
    let draining = false;
    const operations = createHostOperations({
      governance,
      ledger,
      clock,
      newId,
      feed,
      people,
      sessions,
      steps,
      agent,
      bus,
      rooms,
      pool,
      trail,
      address: () => address,
    });
    const administration = governance.administration({
      requireChannel: (id) => void channels.show(id),
      inWindow: (channel_id, user_key, at, window_ms) => rates.count(rateKey(channel_id, user_key), at, window_ms),
      async holderOf(asked) {
        const message = asked as Parameters<typeof sessions.holderOf>[0];
        return sessions.holderOf(message, rooms.busChannel(asked.channel_id)?.session_scope ?? 'user_conversation');
      },
      commands: COMMAND_NAMES,
      agent: agent.name,
    });
    const hostPeople = createHostPeople({
      config,
      database,
      ledger,
      keyring,
      clock,
      newId,
      people,
      sessions,
      pairings,
      wake: (id) => rooms.wake(id),
      listConfig: operations.listConfig,
      probe,
    });
    const { app, tokens, stream } = await openHostApi({
      config,
      ledger,
      clock,
      newId,
      feed,
      metrics,
      rooms,
      run_tokens,
      operations,
      governance: administration,
      people: hostPeople,
      requests: createRequestOperations(ledger, connectors.service),
      dist_dir,
      offline: mode === 'offline',
      ready: () => channels.ready() && pool.connectors.ready() && !draining,
      on_error,
    });
    releases.push(() => app.close());

    return {
      app,
      webhooks: rooms.webhooks(() => draining),
      operations,
      /** Those of the folders and those of code. */
      connectors: connectors.directory,
      tokens,
      /** For the embedding program: requests to connectors, and connectors of its own. */
      communication: connectors.communication,
      /** Names the process that owns this home, for a second one that wants it. */
      async announce(at: string): Promise<void> {
        address = at;
        await lock.announce({ pid: process.pid, address: at, started_at: isoTime(clock.now()) });
      },
      /** Settles what the process before left, reads the folders, starts what may run. */
      async start(): Promise<void> {
        // Before the first look, so that no change falls between the two.
        if (reload) await Promise.all([rooms.watch(), pool.watch()]);
        if (mode === 'serve') {
          for (const { person_id } of await hostPeople.applyTombstones('unfinished', 'host'))
            log.warn({ person_id }, 'an erasure that the stop before this start interrupted was brought to its end');
          const interrupted = await failInterrupted({ ledger, clock, resend: await rooms.lookAhead() });
          if (interrupted > 0)
            log.warn(
              { deliveries: interrupted },
              'deliveries that were in flight when the host stopped are now unknown: agentos deliveries list --state unknown',
            );
          const requests = await failInterruptedRequests({ ledger, clock });
          if (requests > 0) log.warn({ requests }, 'requests to connectors that were under way when the host stopped are now unknown');
          await connectors.service.remember();
          for (const sender of await ledger.recentSenders(clock.now() - 3_600_000))
            rates.remember(rateKey(sender.channel_id, sender.user_key), sender.received_at);
        }
        await Promise.all([rooms.load(), pool.load()]);
        if (mode !== 'serve') return;
        governance.live.watch();
        trail.startRetention(config);
      },
      /** Reads the policy and the channel folders again. */
      async reload(): Promise<void> {
        governance.live.reload();
        await Promise.all([rooms.load(), pool.load()]);
      },
      /** Takes nothing new: health says so, webhooks answer 503. */
      drain(): void {
        draining = true;
        // They would hold their connections open.
        stream.close();
      },
      /** Lets what is under way end, then closes everything. */
      close: release,
    };
  } catch (error) {
    await release();
    throw error;
  }
};

export type Host = Awaited<ReturnType<typeof openHost>>;

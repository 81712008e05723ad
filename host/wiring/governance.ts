/** The part of the composition root that decides what may happen: the policy in force, modes, approvals, pairings. */
import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import type { SecurityPolicy } from '../../schemas/security-policy.ts';
import type { Governance } from '../admin/governance.ts';
import { createModeOperations, modeExecutor } from '../admin/mode-operations.ts';
import { createPolicyOperations, type PolicyOperationsDeps } from '../admin/policy-operations.ts';
import { createApprovals, type Executor } from '../approvals/approvals.ts';
import { createPairings } from '../approvals/pairings.ts';
import { createLivePolicy } from '../config/live-policy.ts';
import { DEFAULT_POLICY } from '../config/policy-defaults.ts';
import { type Config, messagePolicyOf, rateOf } from '../config.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { canonical } from '../lib/canonical.ts';
import type { Clock } from '../lib/clock.ts';
import { createGate } from '../lib/gate.ts';
import type { NewId } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';
import type { ExecutionPhase } from '../policy/decide.ts';
import { createModeSwitch } from '../policy/mode-switch.ts';
import { EXECUTION_PHASES, NETWORK_MODES, type NetworkMode, settleMode } from '../policy/modes.ts';

export interface HostGovernanceDeps {
  /** As it was loaded; its policy is the one of the start. */
  config: Config;
  ledger: Ledger;
  clock: Clock;
  newId: NewId;
  log: Logger;
  /** A command on the database alone decides nothing by the way. */
  serving: boolean;
  /** The network mode has changed: what may leave. */
  on_mode(): void;
  /** What approvals of further kinds do, and how they are shown. */
  executors: Readonly<Record<string, Executor>>;
  shown: Readonly<Record<string, (request: unknown) => Promise<unknown>>>;
  on_error(error: unknown, what: string): void;
}

/** The operations that ask other rooms too. */
export type GovernanceView = Pick<PolicyOperationsDeps, 'requireChannel' | 'inWindow' | 'holderOf' | 'commands' | 'agent'>;

const digestOf = (policy: SecurityPolicy): string => `sha256-${createHash('sha256').update(canonical(policy)).digest('hex')}`;

export const createHostGovernance = async (deps: HostGovernanceDeps) => {
  const { ledger, clock, log, newId } = deps;
  const allowedModes = (policy: SecurityPolicy): readonly NetworkMode[] =>
    policy.network_mode?.allowed_modes ?? DEFAULT_POLICY.network_mode.allowed_modes;

  const live = createLivePolicy(
    {
      file: path.join(deps.config.home, 'config/security_policy.json'),
      clock,
      objection(policy) {
        const mode = network_mode.value();
        if (allowedModes(policy).includes(mode)) return null;
        return { message: `The network mode is ${mode}, which allowed_modes would not allow.`, hint: 'Change the mode first.' };
      },
      on_change(policy) {
        log.info({ digest: digestOf(policy) }, 'the security policy has changed');
        const entry = { at: clock.now(), actor: 'host', action: 'policy.changed', subject: 'security_policy', decision: digestOf(policy) };
        ledger.commit({ audit: [entry] }).catch((error) => deps.on_error(error, 'record that the policy changed'));
      },
      on_problem: (problem) => log.warn({ problem }, 'config/security_policy.json cannot be used; the last good policy stays in force'),
    },
    { policy: deps.config.policy, found: deps.config.policy_found },
  );
  /** Whatever reads `config.policy` reads the one in force. */
  const config: Config = Object.freeze(
    Object.defineProperties(
      { ...deps.config },
      { policy: { get: live.current, enumerable: true }, policy_found: { get: live.found, enumerable: true } },
    ),
  );

  const { policy } = deps.config;
  const mode = await settleMode<NetworkMode>(
    ledger,
    {
      name: 'network_mode',
      environment: config.network_mode,
      fallback: policy.network_mode?.default ?? 'on',
      allowed: allowedModes(policy),
    },
    clock.now(),
    deps.serving,
  );
  const phase = await settleMode<ExecutionPhase>(
    ledger,
    { name: 'execution_phase', environment: config.execution_phase, fallback: 'execution', allowed: EXECUTION_PHASES },
    clock.now(),
    deps.serving,
  );
  const now = (): number => clock.now();
  const network_mode = createModeSwitch<NetworkMode>(
    {
      ledger,
      now,
      name: 'network_mode',
      values: NETWORK_MODES,
      allowed: () => allowedModes(live.current()),
      on_change(value) {
        log.info({ network_mode: value }, `the network mode is ${value}`);
        deps.on_mode();
        // What spoke against the file may have been the mode.
        if (live.problem() !== null) live.reload();
      },
    },
    mode,
  );
  const execution_phase = createModeSwitch<ExecutionPhase>(
    {
      ledger,
      now,
      name: 'execution_phase',
      // The most open one first.
      values: ['execution', 'planning'],
      allowed: () => EXECUTION_PHASES,
      on_change: (value) => log.info({ execution_phase: value }, `the execution phase is ${value}`),
    },
    phase,
  );
  const approvals = createApprovals({
    ledger,
    clock,
    newId,
    executors: { ...deps.executors, network_mode: modeExecutor(network_mode), execution_phase: modeExecutor(execution_phase) },
    shown: deps.shown,
  });
  const pairings = await createPairings({ ledger, clock, random: randomBytes });

  return {
    config,
    live,
    network_mode,
    execution_phase,
    approvals,
    pairings,
    gate: createGate(() => network_mode.value() !== 'off'),
    /** For the one door out: why a request may not leave now. */
    shut(method: string): string | null {
      const holds = network_mode.value();
      if (holds === 'on') return null;
      if (holds === 'off') return 'The network mode is off: nothing leaves until it returns.';
      return method === 'GET' || method === 'HEAD' ? null : `The network mode is readonly: ${method} would write.`;
    },
    administration: (view: GovernanceView): Governance => ({
      approvals,
      pairings,
      modes: createModeOperations({
        network_mode,
        execution_phase,
        operators_may_ask: () =>
          live.current().network_mode?.mode_change_requires_approval ?? DEFAULT_POLICY.network_mode.mode_change_requires_approval,
        ask: (kind, request, actor) => approvals.request(kind, request, actor),
      }),
      policy: createPolicyOperations({
        ...view,
        ledger,
        clock,
        current: live.current,
        check: live.check,
        write: live.write,
        rulesOf(rules, channel_id) {
          const sources = { ...deps.config, policy: rules };
          return { message: messagePolicyOf(sources, channel_id), rate: rateOf(sources, channel_id) };
        },
        isPaired: pairings.isPaired,
        modes: () => ({ network_mode: network_mode.value(), phase: execution_phase.value() }),
      }),
    }),
  };
};

export type HostGovernance = Awaited<ReturnType<typeof createHostGovernance>>;

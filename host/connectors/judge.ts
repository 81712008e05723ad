/** Gathers what is known of a request in one turn of the event loop, and lets the policy decide. */
import type { ConnectorPolicy } from '../../schemas/security-policy.ts';
import { resolveConnectorLimits, resolveConnectorPolicy } from '../policy/connector-policy.ts';
import type { ExecutionPhase } from '../policy/decide.ts';
import {
  decideOperation,
  type OperationDecision,
  type OperationFacts,
  type OperationPolicy,
  type OperationRules,
} from '../policy/decide-operation.ts';
import type { NetworkMode } from '../policy/modes.ts';
import { type AddressVerdict, addressesIn } from './addresses.ts';
import type { Connector, ConnectorDirectory } from './connector.ts';
import { type RefusalFacts, refusalOf } from './refusal.ts';
import type { RequestError } from './request.ts';

export interface JudgeDeps {
  directory: ConnectorDirectory;
  network_mode(): NetworkMode;
  phase(): ExecutionPhase;
  /** The connector's entry of the policy in force. */
  policyOf(connector_id: string): ConnectorPolicy | undefined;
  rules(): OperationRules;
  /** What egress would say of an address before any look-up. */
  judgeAddress(url: string): AddressVerdict;
}

/** A request as it is judged: cleaned. */
export interface Asked {
  connector_type: string;
  operation: string;
  params: Record<string, unknown>;
  /** What is wrong with it before any connector looks at it. */
  problem: string | null;
}

/** When the caller's requests of the last minute were made, oldest first, and what time it is. */
export interface Recent {
  times: readonly number[];
  at: number;
}

export const NO_REQUESTS: Recent = { times: [], at: 0 };
export const WINDOW_MS = 60_000;

/** Until so many of them are older than a minute that one more is within the limit. */
const retryAfter = ({ times, at }: Recent, limit: number): number => {
  const leaves = times[times.length - Math.max(1, limit)];
  return leaves === undefined ? WINDOW_MS : Math.max(1, leaves + WINDOW_MS - at);
};

export interface Verdict {
  decision: OperationDecision;
  connector: Connector | null;
  policy: OperationPolicy | null;
  effect: 'read' | 'write' | null;
  /** The addresses that the parameters name. */
  addresses: readonly string[];
  /** What to tell whoever asked; null when it may be carried out. */
  error: RequestError | null;
}

/** What an operation is called as a tool. */
export const toolName = (connector_id: string, operation: string): string => `${connector_id}__${operation}`;

export const unavailableOf = (state: ReturnType<Connector['unavailable']>): OperationFacts['unavailable'] =>
  state === null ? null : state.state === 'disabled' || state.state === 'needs_approval' ? state.state : 'other';

const own = <Value>(record: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined =>
  record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;

export const createJudge = (deps: JudgeDeps) => {
  const limitsOf = (connector_type: string) => resolveConnectorLimits(deps.policyOf(connector_type));

  return {
    limitsOf,
    judge(asked: Asked, recent: Recent, approved: boolean): Verdict {
      const { connector_type, operation, params } = asked;
      const connector = deps.directory.get(connector_type);
      const declared = own(connector?.operations, operation);
      const addresses = declared ? addressesIn(declared.params, params) : [];
      const verdicts = addresses.map(deps.judgeAddress);
      const fault = verdicts.find((verdict) => 'host' in verdict && !verdict.ok);
      const problems = [
        ...(asked.problem === null ? [] : [asked.problem]),
        ...(declared && asked.problem === null ? (connector as Connector).problems(operation, params) : []),
        ...verdicts.flatMap((verdict) => (!verdict.ok && verdict.code === 'INVALID_PARAMS' ? [verdict.message] : [])),
      ];
      const unavailable = connector?.unavailable() ?? null;
      const facts: OperationFacts = {
        connector_known: connector !== null,
        network_mode: deps.network_mode(),
        phase: deps.phase(),
        operation,
        tool_name: toolName(connector_type, operation),
        effect: declared?.effect ?? null,
        params_valid: problems.length === 0,
        hosts: verdicts.flatMap((verdict) => ('host' in verdict ? [verdict.host] : [])),
        egress: fault && !fault.ok ? fault.code : null,
        unavailable: unavailableOf(unavailable),
        recent_requests: recent.times.length,
        approved,
      };
      const policy = connector === null ? null : resolveConnectorPolicy(deps.policyOf(connector_type), connector);
      const decision = decideOperation(facts, policy, deps.rules());
      const refusal = (rule: string): RefusalFacts => ({
        connector_type,
        operation,
        connector,
        known: deps.directory.list().map(({ id }) => id),
        network_mode: facts.network_mode,
        phase: facts.phase,
        rule,
        problems: rule === 'egress' && fault && !fault.ok ? [fault.message] : problems,
        unavailable,
        rate_limit_per_minute: policy?.rate_limit_per_minute ?? 0,
        retry_after_ms: retryAfter(recent, policy?.rate_limit_per_minute ?? 0),
      });
      const error = decision.effect === 'allow' ? null : refusalOf(decision.code, refusal(decision.rule));
      return { decision, connector, policy, effect: facts.effect, addresses, error };
    },
  };
};

export type Judge = ReturnType<typeof createJudge>;

/**
 * Whether one request of a connector may be carried out: facts in, decision out, in the fixed order of the
 * checks. Pure, so that every cell of the mode and phase table is a row of a test. What needs the network
 * itself (addresses, sizes, times) is judged later, at the door.
 */
import type { ExecutionPhase } from './decide.ts';
import type { NetworkMode } from './modes.ts';

export interface OperationFacts {
  /** A connector of this name is registered. */
  connector_known: boolean;
  network_mode: NetworkMode;
  phase: ExecutionPhase;
  operation: string;
  /** What it is called as a tool: `<connector>__<operation>`. */
  tool_name?: string;
  /** As the manifest declares it, never guessed from the name; null: the connector has no such operation. */
  effect: 'read' | 'write' | null;
  /** The parameters fit the operation's schema. */
  params_valid: boolean;
  /** Hosts that the parameters name, lower-case. */
  hosts: readonly string[];
  /** Why egress would refuse one of them before any look-up; null when it would not. */
  egress: 'SSRF_BLOCKED' | 'DOMAIN_BLOCKED' | null;
  /** Why the connector itself cannot serve now; null when it can. */
  unavailable: 'disabled' | 'needs_approval' | 'other' | null;
  /** Requests of this caller in the last minute, without this one. */
  recent_requests: number;
  /** A person has approved exactly this request. */
  approved: boolean;
}

/** The part of the policy that decides about one connector, every value resolved; null: nobody has stated or approved anything. */
export interface OperationPolicy {
  enabled: boolean;
  /** null: every operation that only reads. */
  allowed_operations: readonly string[] | null;
  /** Empty: every public one. */
  allowed_domains: readonly string[];
  blocked_domains: readonly string[];
  /** null: for writes only. */
  require_approval: boolean | null;
  rate_limit_per_minute: number;
}

/** What holds for all connectors. */
export interface OperationRules {
  blocked_operations: readonly string[];
  external_fetch: Readonly<Record<ExecutionPhase, boolean>>;
}

export type OperationCode =
  | 'CONNECTOR_NOT_FOUND'
  | 'NETWORK_MODE_BLOCKED'
  | 'NOT_SUPPORTED'
  | 'INVALID_PARAMS'
  | 'OUTBOUND_FORBIDDEN_IN_PLANNING'
  | 'NO_POLICY'
  | 'CONNECTOR_DISABLED'
  | 'OPERATION_NOT_ALLOWED'
  | 'DOMAIN_BLOCKED'
  | 'SSRF_BLOCKED'
  | 'CONNECTOR_ERROR'
  | 'RATE_LIMITED'
  | 'APPROVAL_REQUIRED';

export type OperationDecision =
  | { effect: 'allow'; rule: 'default' }
  | { effect: 'deny' | 'fail' | 'rate_limited' | 'requires_approval'; rule: string; code: OperationCode };

type Denied = Exclude<OperationDecision, { effect: 'allow' }>;
interface OperationRule {
  id: string;
  decide(facts: OperationFacts, policy: OperationPolicy | null, rules: OperationRules): OperationCode | null;
}

/** Whole labels only: `example.com` covers `api.example.com`, never `badexample.com`. */
const covers = (domain: string, host: string): boolean => {
  const name = domain.toLowerCase().replace(/^\*?\./, '');
  return host === name || host.endsWith(`.${name}`);
};

const known: OperationRule = { id: 'connector', decide: (facts) => (facts.connector_known ? null : 'CONNECTOR_NOT_FOUND') };

const networkMode: OperationRule = {
  id: 'network_mode',
  decide({ network_mode, effect }) {
    if (network_mode === 'on') return null;
    // What does not exist writes nothing: its own check says so.
    return network_mode === 'readonly' && effect !== 'write' ? null : 'NETWORK_MODE_BLOCKED';
  },
};

const operation: OperationRule = {
  id: 'operation',
  decide: ({ effect, params_valid }) => (effect === null ? 'NOT_SUPPORTED' : params_valid ? null : 'INVALID_PARAMS'),
};

const phase: OperationRule = {
  id: 'phase',
  decide({ phase: current, effect }, _policy, { external_fetch }) {
    if (current === 'planning' && effect === 'write') return 'OUTBOUND_FORBIDDEN_IN_PLANNING';
    if (effect === 'write' || external_fetch[current]) return null;
    return current === 'planning' ? 'OUTBOUND_FORBIDDEN_IN_PLANNING' : 'OPERATION_NOT_ALLOWED';
  },
};

const connectorPolicy: OperationRule = {
  id: 'connector_policy',
  decide(facts, policy) {
    // Code that nobody has approved has no policy either, whatever stands in the file for its name.
    if (policy === null || facts.unavailable === 'needs_approval') return 'NO_POLICY';
    if (!policy.enabled || facts.unavailable === 'disabled') return 'CONNECTOR_DISABLED';
    const allowed = policy.allowed_operations === null ? facts.effect === 'read' : policy.allowed_operations.includes(facts.operation);
    if (!allowed) return 'OPERATION_NOT_ALLOWED';
    const refused = facts.hosts.some(
      (host) =>
        policy.blocked_domains.some((domain) => covers(domain, host)) ||
        (policy.allowed_domains.length > 0 && !policy.allowed_domains.some((domain) => covers(domain, host))),
    );
    return refused ? 'DOMAIN_BLOCKED' : null;
  },
};

/** Also when the connector's own policy names the operation: these words are refused everywhere. */
const blocked: OperationRule = {
  id: 'blocked_operations',
  decide: (facts, _policy, { blocked_operations }) =>
    [facts.operation, facts.tool_name].some((word) => word !== undefined && blocked_operations.includes(word.toLowerCase()))
      ? 'OPERATION_NOT_ALLOWED'
      : null,
};

const egress: OperationRule = { id: 'egress', decide: (facts) => facts.egress };

/** Before the limit and the approval: what cannot serve costs neither. */
const state: OperationRule = {
  id: 'connector_state',
  decide: ({ unavailable }) => (unavailable === null ? null : 'CONNECTOR_ERROR'),
};

const rateLimit: OperationRule = {
  id: 'rate_limit',
  decide: ({ recent_requests }, policy) => (recent_requests >= (policy?.rate_limit_per_minute ?? 0) ? 'RATE_LIMITED' : null),
};

const approval: OperationRule = {
  id: 'approval',
  decide: ({ effect, approved }, policy) => ((policy?.require_approval ?? effect === 'write') && !approved ? 'APPROVAL_REQUIRED' : null),
};

/** In this order; the first that speaks decides. */
export const OPERATION_RULES: readonly OperationRule[] = [
  known,
  networkMode,
  operation,
  phase,
  connectorPolicy,
  blocked,
  egress,
  state,
  rateLimit,
  approval,
];

const EFFECTS: Partial<Record<OperationCode, Denied['effect']>> = {
  CONNECTOR_ERROR: 'fail',
  RATE_LIMITED: 'rate_limited',
  APPROVAL_REQUIRED: 'requires_approval',
};

export const decideOperation = (facts: OperationFacts, policy: OperationPolicy | null, rules: OperationRules): OperationDecision => {
  for (const rule of OPERATION_RULES) {
    const code = rule.decide(facts, policy, rules);
    if (code !== null) return { effect: EFFECTS[code] ?? 'deny', rule: rule.id, code };
  }
  return { effect: 'allow', rule: 'default' };
};

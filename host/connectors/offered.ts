/** What can be asked for at all: the operations that the policy in force allows, whatever the mode, the phase and the parameters. */
import { createHash } from 'node:crypto';
import type { Operation } from '../../schemas/connector-manifest.ts';
import type { PluginState } from '../../schemas/plugin-state.ts';
import { resolveConnectorPolicy } from '../policy/connector-policy.ts';
import { decideOperation } from '../policy/decide-operation.ts';
import type { Connector } from './connector.ts';
import { type JudgeDeps, toolName, unavailableOf } from './judge.ts';

export interface Offered {
  /** `<connector>__<operation>`, at most 64 characters, each once. */
  name: string;
  connector: Connector;
  operation: string;
  declared: Operation;
  /** A person approves each request. */
  needs_approval: boolean;
}

/** The longest name that every provider of models takes. */
const LONGEST_NAME = 64;
const PHASES = ['planning', 'execution'] as const;
/** Only a person can change these; what is merely not well now is offered, and refused with its reason. */
const CLOSED: ReadonlySet<PluginState> = new Set(['disabled', 'needs_approval', 'needs_config', 'invalid']);

const hashed = (plain: string, parts: readonly string[]): string =>
  `${plain.slice(0, LONGEST_NAME - 9)}_${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8)}`;

/** `a__b` and `c` read like `a` and `b__c`: whoever comes second gets another name, so that no call goes astray. */
const createNames = () => {
  const taken = new Set<string>();
  return (id: string, operation: string): string => {
    const plain = toolName(id, operation);
    const name = plain.length > LONGEST_NAME || taken.has(plain) ? hashed(plain, [id, operation]) : plain;
    taken.add(name);
    return name;
  };
};

/** By connector and then in the order of the manifest. Decided by the very rules that decide about a request, so that the two never part. */
export const offeredOperations = ({ directory, policyOf, rules }: Pick<JudgeDeps, 'directory' | 'policyOf' | 'rules'>): Offered[] => {
  const all = rules();
  const nameOf = createNames();
  return directory.list().flatMap((connector) => {
    const policy = resolveConnectorPolicy(policyOf(connector.id), connector);
    const state = connector.unavailable();
    const unavailable = state !== null && CLOSED.has(state.state) ? unavailableOf(state) : null;
    return Object.entries(connector.operations).flatMap(([operation, declared]) => {
      const asked = { operation, tool_name: toolName(connector.id, operation), effect: declared.effect, hosts: [] };
      const facts = { ...asked, connector_known: true, network_mode: 'on', params_valid: true, egress: null, unavailable } as const;
      const effects = (approved: boolean) =>
        PHASES.map((phase) => decideOperation({ ...facts, phase, recent_requests: 0, approved }, policy, all).effect);
      if (!effects(true).includes('allow')) return [];
      return [{ name: nameOf(connector.id, operation), connector, operation, declared, needs_approval: !effects(false).includes('allow') }];
    });
  });
};

/** The operations that may be offered as tools: those that the policy as it stands does not refuse whatever is asked of them. */
import { createHash } from 'node:crypto';
import type { Operation } from '../../schemas/connector-manifest.ts';
import type { PluginState } from '../../schemas/plugin-state.ts';
import { resolveConnectorPolicy } from '../policy/connector-policy.ts';
import type { OperationPolicy } from '../policy/decide-operation.ts';
import type { Connector } from './connector.ts';
import type { JudgeDeps } from './judge.ts';

export interface Offered {
  /** `<connector>__<operation>`, at most 64 characters, each once. */
  name: string;
  connector: Connector;
  operation: string;
  declared: Operation;
  needs_approval: boolean;
}

/** The longest name that every provider of models takes. */
const LONGEST_NAME = 64;
/** Only a person can change these; what is merely not well now is offered, and refused with its reason. */
const CLOSED: ReadonlySet<PluginState> = new Set(['disabled', 'needs_approval', 'needs_config', 'invalid']);

const hashed = (plain: string, parts: readonly string[]): string =>
  `${plain.slice(0, LONGEST_NAME - 9)}_${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8)}`;

const isPermitted = (operation: string, { effect }: Operation, { allowed_operations }: OperationPolicy): boolean =>
  allowed_operations === null ? effect === 'read' : allowed_operations.includes(operation);

export const offeredOperations = ({ directory, policyOf, rules }: Pick<JudgeDeps, 'directory' | 'policyOf' | 'rules'>): Offered[] => {
  const { blocked_operations } = rules();
  const taken = new Set<string>();
  // `a__b` and `c` read like `a` and `b__c`: whoever comes second gets another name, so that no call goes astray.
  const nameOf = (id: string, operation: string): string => {
    const plain = `${id}__${operation}`;
    const name = plain.length > LONGEST_NAME || taken.has(plain) ? hashed(plain, [id, operation]) : plain;
    taken.add(name);
    return name;
  };
  return directory.list().flatMap((connector) => {
    const policy = resolveConnectorPolicy(policyOf(connector.id), connector);
    const unavailable = connector.unavailable();
    if (policy === null || !policy.enabled || (unavailable !== null && CLOSED.has(unavailable.state))) return [];
    return Object.entries(connector.operations).flatMap(([operation, declared]) => {
      const words = [operation, `${connector.id}__${operation}`];
      if (!isPermitted(operation, declared, policy) || words.some((word) => blocked_operations.includes(word.toLowerCase()))) return [];
      const needs_approval = policy.require_approval ?? declared.effect === 'write';
      return [{ name: nameOf(connector.id, operation), connector, operation, declared, needs_approval }];
    });
  });
};

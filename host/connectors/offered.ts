/** What can be asked for at all: the operations that the policy in force allows, whatever the mode, the phase and the parameters. */
import type { Operation } from '../../schemas/connector-manifest.ts';
import { resolveConnectorPolicy } from '../policy/connector-policy.ts';
import { decideOperation } from '../policy/decide-operation.ts';
import type { Connector } from './connector.ts';
import { type JudgeDeps, unavailableOf } from './judge.ts';

export interface OfferedOperation {
  connector: Connector;
  operation: string;
  declared: Operation;
  /** A person approves each request. */
  needs_approval: boolean;
}

const PHASES = ['planning', 'execution'] as const;

/** By connector and then in the order of the manifest. Decided by the very rules that decide about a request, so that the two never part. */
export const offeredOperations = ({
  directory,
  policyOf,
  rules,
}: Pick<JudgeDeps, 'directory' | 'policyOf' | 'rules'>): OfferedOperation[] => {
  const all = rules();
  return directory.list().flatMap((connector) => {
    const policy = resolveConnectorPolicy(policyOf(connector.id), connector);
    const unavailable = unavailableOf(connector.unavailable());
    return Object.entries(connector.operations).flatMap(([operation, declared]) => {
      const facts = { connector_known: true, network_mode: 'on', operation, effect: declared.effect, params_valid: true } as const;
      const effects = (approved: boolean) =>
        PHASES.map(
          (phase) =>
            decideOperation({ ...facts, phase, hosts: [], egress: null, unavailable, recent_requests: 0, approved }, policy, all).effect,
        );
      if (!effects(true).includes('allow')) return [];
      return [{ connector, operation, declared, needs_approval: !effects(false).includes('allow') }];
    });
  });
};

/** What decides what may happen, as the API asks and changes it. */
import type { Approvals } from '../approvals/approvals.ts';
import type { Pairings } from '../approvals/pairings.ts';
import type { ModeOperations } from './mode-operations.ts';
import type { PolicyOperations } from './policy-operations.ts';

export interface Governance {
  modes: ModeOperations;
  approvals: Approvals;
  pairings: Pairings;
  policy: PolicyOperations;
}

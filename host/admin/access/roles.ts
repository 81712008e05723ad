import type { RunPlace } from '../../agents/run-tokens.ts';

/** viewer reads; operator acts on messages and channels; admin changes policy, modes, tokens, grants, secrets. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Each role may do all that the ones before it may. */
export const covers = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed);

/** Who asks. */
export interface Caller {
  /** Named in the audit trail: `token:<name>` or `cli:<os user>`. */
  actor: string;
  role: Role;
  /** What was shown. A cookie goes along by itself, so what it may do depends on the page it comes from. */
  by: 'token' | 'cookie' | 'command_line';
  /** Names what must stand for the caller to go on; its streams end with it. */
  credential: string;
  /** Of an agent's run, which showed the token of its call. */
  run?: RunPlace;
}

/** Network mode and execution phase as people see and change them: who may, and who has to ask first. */
import type { Executor } from '../approvals/approvals.ts';
import { AppError } from '../errors.ts';
import { isoTime } from '../lib/clock.ts';
import type { ExecutionPhase } from '../policy/decide.ts';
import type { ModeChange, ModeSwitch } from '../policy/mode-switch.ts';
import type { NetworkMode } from '../policy/modes.ts';
import type { Caller } from './access/roles.ts';

export type Who = Pick<Caller, 'actor' | 'role'>;

export interface ModeOperationsDeps {
  network_mode: ModeSwitch<NetworkMode>;
  execution_phase: ModeSwitch<ExecutionPhase>;
  /** The policy's `mode_change_requires_approval`: an operator may ask an admin. */
  operators_may_ask(): boolean;
  ask(kind: string, request: unknown, actor: string): Promise<{ id: string; expires_at: string }>;
}

/** What is to be changed, and why; exactly this is approved. */
interface ModeWish {
  value: string;
  reason: string | null;
}

/** The change, or the approval that an operator's wish waits for. */
export type ModeOutcome<Value extends string> =
  | { done: true; change: ModeChange<Value> }
  | { done: false; approval_id: string; expires_at: string };

const parseWish = (request: unknown): ModeWish => {
  const { value, reason } = (request ?? {}) as Partial<Record<keyof ModeWish, unknown>>;
  if (typeof value !== 'string' || (reason !== null && typeof reason !== 'string'))
    throw new AppError('INVALID_PARAMS', 'The approved request is no change of a mode.');
  return { value, reason };
};

/** What an approved wish does. */
export const modeExecutor =
  <Value extends string>(mode: ModeSwitch<Value>): Executor =>
  (request, approval, { decided_by }) =>
    mode.set({ ...parseWish(request), actor: decided_by, approval });

const createChange =
  (deps: ModeOperationsDeps) =>
  async <Value extends string>(
    kind: string,
    mode: ModeSwitch<Value>,
    wish: ModeWish,
    { actor, role }: Who,
  ): Promise<ModeOutcome<Value>> => {
    const value = mode.parse(wish.value);
    if (role === 'admin') return { done: true, change: await mode.set({ ...wish, actor }) };
    if (role !== 'operator' || !deps.operators_may_ask())
      throw new AppError(
        'FORBIDDEN',
        `Changing the ${kind} needs the admin role.`,
        'Use a token of an admin, or the agentos command on the host.',
      );
    const { value: holding, updated_at } = mode.current();
    if (holding === value) return { done: true, change: { previous: holding, value, changed: false, at: updated_at } };
    const { id, expires_at } = await deps.ask(kind, wish, actor);
    return { done: false, approval_id: id, expires_at };
  };

export const createModeOperations = (deps: ModeOperationsDeps) => {
  const { network_mode, execution_phase } = deps;
  const change = createChange(deps);
  const shown = ({ updated_at, updated_by }: { updated_at: number; updated_by: string }) => ({
    updated_at: isoTime(updated_at),
    updated_by,
  });
  const changed = ({ changed: is, at }: ModeChange<string>) => ({ changed: is, timestamp: isoTime(at) });
  const asked = ({ approval_id, expires_at }: { approval_id: string; expires_at: string }) => ({ approval_id, expires_at });
  return {
    networkMode: () => ({ mode: network_mode.value(), ...shown(network_mode.current()) }),
    phase: () => ({ phase: execution_phase.value(), ...shown(execution_phase.current()) }),
    async setNetworkMode(mode: string, reason: string | null, who: Who) {
      const outcome = await change('network_mode', network_mode, { value: mode, reason }, who);
      if (!outcome.done) return asked(outcome);
      return { previous_mode: outcome.change.previous, new_mode: outcome.change.value, ...changed(outcome.change) };
    },
    async setPhase(phase: string, reason: string | null, who: Who) {
      const outcome = await change('execution_phase', execution_phase, { value: phase, reason }, who);
      if (!outcome.done) return asked(outcome);
      return { previous_phase: outcome.change.previous, new_phase: outcome.change.value, ...changed(outcome.change) };
    },
  };
};

export type ModeOperations = ReturnType<typeof createModeOperations>;

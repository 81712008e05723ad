/**
 * Network mode or execution phase while the host runs. What is stricter holds at once, before its commit; what is
 * looser holds only after it: a change that could not be written never opens anything.
 */
import type { ApprovalUse, AuditEntry, Unit } from '../db/unit.ts';
import { AppError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Mode } from './modes.ts';

export interface ModeSwitchDeps<Value extends string> {
  ledger: Ledger;
  now(): number;
  /** `network_mode` or `execution_phase`. */
  name: string;
  /** Every value, the most open one first. */
  values: readonly Value[];
  /** The values that the policy allows now. */
  allowed(): readonly Value[];
  /** Called in the turn in which what holds has changed. */
  on_change(value: Value): void;
}

export interface ModeRequest {
  value: string;
  actor: string;
  reason: string | null;
  /** Consumed in the commit that makes the change. */
  approval?: ApprovalUse | undefined;
}

/** `changed` is false when the value held already: nothing was written then. */
export interface ModeChange<Value extends string> {
  previous: Value;
  value: Value;
  changed: boolean;
  /** When the value that holds was decided; wall time in ms. */
  at: number;
}

export const createModeSwitch = <Value extends string>(deps: ModeSwitchDeps<Value>, start: Mode<Value>) => {
  const { name, values } = deps;
  let decided = start;
  let holding = start.value;
  /** Stricter values that are on their way to the disk, or did not get there. */
  const asked: Value[] = [];
  let last: Promise<unknown> = Promise.resolve();

  const strictest = (some: readonly Value[]): Value => values[Math.max(...some.map((value) => values.indexOf(value)))] as Value;
  const settle = (): void => {
    const next = strictest([decided.value, ...asked]);
    if (next === holding) return;
    holding = next;
    deps.on_change(next);
  };

  /** Exactly one of the values, and one that the policy allows. */
  const parse = (value: string): Value => {
    const known = values.find((each) => each === value);
    if (known === undefined)
      throw new AppError('INVALID_PARAMS', `${JSON.stringify(value.slice(0, 64))} is no ${name}.`, `It is one of ${values.join(', ')}.`);
    const allowed = deps.allowed();
    if (allowed.includes(known)) return known;
    throw new AppError(
      'FORBIDDEN',
      `The policy does not allow the ${name} ${known}.`,
      `Allowed are ${allowed.join(', ')}: config/security_policy.json, ${name}.allowed_modes.`,
    );
  };

  const changeUnit = (value: Value, at: number, { actor, reason, approval }: ModeRequest): Unit => {
    const requires = approval === undefined ? {} : { requires_approval: approval.change.id };
    const entry: AuditEntry = {
      at,
      actor,
      action: `${name}.changed`,
      subject: name,
      decision: value,
      detail: { previous: decided.value, reason, ...(approval ? { approval_id: approval.change.id } : {}) },
      ...requires,
    };
    return {
      settings: [{ name, value, at, actor, reason, ...requires }],
      approval_changes: approval ? [approval.change] : [],
      audit: [...(approval?.audit ?? []), entry],
    };
  };

  const write = async (unit: Unit, approval: ApprovalUse | undefined): Promise<void> => {
    const { approvals } = await deps.ledger.commit(unit);
    if (approval === undefined || approvals.has(approval.change.id)) return;
    throw new AppError('STATE_CONFLICT', `Approval ${approval.change.id} cannot be used any more.`, 'Ask for a new one.');
  };

  const apply = async (value: Value, request: ModeRequest): Promise<ModeChange<Value>> => {
    const previous = decided.value;
    const { approval } = request;
    const at = deps.now();
    if (value === previous) {
      if (approval) await write({ approval_changes: [approval.change], audit: approval.audit }, approval);
      return { previous, value, changed: false, at: decided.updated_at };
    }
    await write(changeUnit(value, at, request), approval);
    decided = { value, updated_at: at, updated_by: request.actor };
    return { previous, value, changed: true, at };
  };

  return {
    /** What holds now. */
    value: (): Value => holding,
    /** What was decided last, when and by whom; `value` is what holds. */
    current: (): Mode<Value> => ({ ...decided, value: holding }),
    parse,
    /**
     * One after the other. Throws `INVALID_PARAMS` or `FORBIDDEN` for a value, `STATE_CONFLICT` for an approval that
     * does not count any more; rejects when it could not be written, and the stricter of both values holds then.
     */
    async set(request: ModeRequest): Promise<ModeChange<Value>> {
      const value = parse(request.value);
      if (request.approval === undefined) {
        asked.push(value);
        settle();
      }
      const turn = last.then(() => apply(value, request));
      last = turn.catch(() => undefined);
      const change = await turn;
      // Written: of what was asked before it, this is the last word; what was asked after it is still to come.
      if (request.approval === undefined) asked.splice(0, asked.indexOf(value) + 1);
      settle();
      return change;
    },
  };
};

export type ModeSwitch<Value extends string> = ReturnType<typeof createModeSwitch<Value>>;

/**
 * Network mode and execution phase: the last decision wins and survives restarts. The environment seeds
 * the first start; a value that differs from the one seen at the start before is a decision of this
 * start; the policy's default counts only where nobody ever said anything.
 */
import type { StoredSetting } from '../db/tables/settings.ts';
import type { AuditEntry, SettingRow } from '../db/unit.ts';
import { AppError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ExecutionPhase } from './decide.ts';

export const NETWORK_MODES = ['on', 'readonly', 'off'] as const;
export type NetworkMode = (typeof NETWORK_MODES)[number];
export const EXECUTION_PHASES = ['planning', 'execution'] as const satisfies readonly ExecutionPhase[];
export type { ExecutionPhase };

export interface ModeSource<Value extends string> {
  /** `network_mode` or `execution_phase`. */
  name: string;
  /** What the environment states at this start; null when it is silent. */
  environment: Value | null;
  /** The policy's default. */
  fallback: Value;
  allowed: readonly Value[];
}

export interface Mode<Value extends string> {
  value: Value;
  updated_at: number;
  updated_by: string;
}

const refused = (name: string, value: string, allowed: readonly string[]): AppError =>
  new AppError(
    'CONFIG_INVALID',
    `${name} is ${value}, which the policy does not allow.`,
    `Allowed are ${allowed.join(', ')}: state one of them in ${name.toUpperCase()}, or change the policy.`,
  );

/** What a start decides: null when everything stays as it is. A value that only the host wrote is nobody's decision. */
const decideMode = <Value extends string>(
  { environment, fallback }: ModeSource<Value>,
  stored: StoredSetting | undefined,
  seen: string | undefined,
): { value: Value; actor: string; reason: string } | null => {
  const decided = stored !== undefined && (stored.updated_by !== 'host' || environment !== null);
  // Before the first start only a person can have decided, by a command.
  if (seen === undefined && decided && stored.updated_by !== 'host') return null;
  if (environment !== null && environment !== (seen ?? ''))
    return { value: environment, actor: 'environment', reason: 'stated by the environment at this start' };
  return decided ? null : { value: fallback, actor: 'host', reason: 'default' };
};

/**
 * Reads what was decided, lets the environment decide when it changed, and records that. `record: false` only
 * tells what a start would decide: the environment of a command is not the one that the host is started with. Throws
 * `CONFIG_INVALID` when the value that would hold is not allowed: another one is never chosen in its place.
 */
export const settleMode = async <Value extends string>(
  ledger: Ledger,
  source: ModeSource<Value>,
  now: number,
  record = true,
): Promise<Mode<Value>> => {
  const { name, environment, allowed } = source;
  const stored = await ledger.setting(name);
  const seen = (await ledger.setting(`${name}.environment`))?.value;
  const decision = decideMode(source, stored, seen);
  const value = decision?.value ?? (stored?.value as Value);
  if (!allowed.includes(value)) throw refused(name, value, allowed);
  const settings: SettingRow[] = [];
  const audit: AuditEntry[] = [];
  let mode: Mode<Value> = { value, updated_at: stored?.updated_at ?? now, updated_by: stored?.updated_by ?? 'host' };
  if (decision && value !== stored?.value) {
    const { actor, reason } = decision;
    settings.push({ name, value, at: now, actor, reason });
    audit.push({
      at: now,
      actor,
      action: `${name}.changed`,
      subject: name,
      decision: value,
      detail: { previous: stored?.value ?? null, reason },
    });
    mode = { value, updated_at: now, updated_by: actor };
  }
  // Silence is remembered too: the same word after a silence is a new decision.
  if ((environment ?? '') !== seen)
    settings.push({ name: `${name}.environment`, value: environment ?? '', at: now, actor: 'host', reason: null });
  if (record && settings.length > 0) await ledger.commit({ settings, audit });
  return mode;
};

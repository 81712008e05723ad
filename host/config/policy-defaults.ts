/** The security policy with every value in its place: what the file says over what holds without it. */
import type { SecurityPolicy } from '../../schemas/security-policy.ts';
import { freezeDocument } from './freeze.ts';

export const DEFAULT_POLICY = freezeDocument({
  network_mode: { default: 'on', allowed_modes: ['on', 'readonly', 'off'], mode_change_requires_approval: true },
  phase_gates: {
    planning: { comm_commands_allowed: false, external_fetch_allowed: false },
    execution: { comm_commands_allowed: true, external_fetch_allowed: true },
  },
  rate_limits: { max_requests_per_user: 100, time_window_seconds: 60, dedupe_window_seconds: 300 },
  blocked_operations: ['execute', 'shell', 'system'],
  egress: { allow_private: [], allowed_domains: [], blocked_domains: [] },
  retention: { messages_days: 90, events_days: 7, audit_days: 365 },
  inbox: { max_age_hours: 24 },
  outbox: { max_attempts: 8, max_age_hours: 24 },
} as const satisfies SecurityPolicy);

type Filled<T> = T extends readonly (infer Item)[]
  ? readonly Item[]
  : T extends object
    ? { readonly [K in keyof T]-?: Filled<NonNullable<T[K]>> }
    : T;
type Defaulted = 'network_mode' | 'phase_gates' | 'rate_limits' | 'blocked_operations' | 'egress' | 'retention' | 'inbox' | 'outbox';
/** Sections with defaults have all their values; `connectors`, `channels` and `budgets` are as stated. */
export type ResolvedPolicy = { [K in Defaulted]: Filled<NonNullable<SecurityPolicy[K]>> } & Pick<
  SecurityPolicy,
  'connectors' | 'channels' | 'budgets'
>;

/** Lists are replaced whole: an operator's shorter list is meant. */
const over = (fallback: unknown, stated: unknown): unknown => {
  if (stated === undefined) return fallback;
  if (typeof stated !== 'object' || stated === null || Array.isArray(stated)) return stated;
  const merged: Record<string, unknown> = { ...(fallback as object | undefined) };
  for (const [key, value] of Object.entries(stated)) merged[key] = over(merged[key], value);
  return merged;
};

export const resolvePolicy = ({ $schema: _, ...policy }: SecurityPolicy): ResolvedPolicy => over(DEFAULT_POLICY, policy) as ResolvedPolicy;

/** What wins for a limit: the channel's entry in the policy, else the environment, else the policy file, else the default. */
import type { ChannelPolicy } from '../../schemas/security-policy.ts';
import type { Config } from '../config.ts';
import type { MessagePolicy } from '../policy/decide.ts';
import { DEFAULT_POLICY } from './policy-defaults.ts';

const HOUR_MS = 3_600_000;

/** The configuration as far as limits depend on it. */
export type LimitSources = Pick<Config, 'policy' | 'rate_limit_max_requests' | 'rate_limit_time_window' | 'dedupe_window'>;

const entryOf = ({ policy }: LimitSources, channel_id: string): ChannelPolicy =>
  policy.channels !== undefined && Object.hasOwn(policy.channels, channel_id) ? (policy.channels[channel_id] as ChannelPolicy) : {};

/** Commands are compared in lower case and without their slash; an operator may have written either. */
const commandName = (word: string): string => word.trim().replace(/^\//, '').toLowerCase();

export const messagePolicyOf = (config: LimitSources, channel_id: string): MessagePolicy => {
  const { policy } = config;
  const { group_policy, unknown_senders, allow_users, allowed_commands } = entryOf(config, channel_id);
  return {
    max_age_ms: (policy.inbox?.max_age_hours ?? DEFAULT_POLICY.inbox.max_age_hours) * HOUR_MS,
    group_policy: group_policy ?? 'mention',
    unknown_senders: unknown_senders ?? 'allow',
    allow_users: allow_users ?? [],
    allowed_commands: allowed_commands?.map(commandName) ?? null,
    blocked_operations: (policy.blocked_operations ?? DEFAULT_POLICY.blocked_operations).map(commandName),
    comm_commands: {
      planning: policy.phase_gates?.planning?.comm_commands_allowed ?? DEFAULT_POLICY.phase_gates.planning.comm_commands_allowed,
      execution: policy.phase_gates?.execution?.comm_commands_allowed ?? DEFAULT_POLICY.phase_gates.execution.comm_commands_allowed,
    },
  };
};

/** How many messages of one person are handled within the window. */
export const rateOf = (config: LimitSources, channel_id: string): { max_requests: number; window_ms: number } => {
  const file = config.policy.rate_limits;
  const fallback = DEFAULT_POLICY.rate_limits;
  const seconds = config.rate_limit_time_window ?? file?.time_window_seconds ?? fallback.time_window_seconds;
  return {
    max_requests:
      entryOf(config, channel_id).max_requests_per_user ??
      config.rate_limit_max_requests ??
      file?.max_requests_per_user ??
      fallback.max_requests_per_user,
    window_ms: seconds * 1000,
  };
};

/** The least time for which a repeated event is recognised. */
export const dedupeWindowMs = ({ dedupe_window, policy }: LimitSources): number =>
  (dedupe_window ?? policy.rate_limits?.dedupe_window_seconds ?? DEFAULT_POLICY.rate_limits.dedupe_window_seconds) * 1000;

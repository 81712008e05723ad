import { describe, expect, it } from 'vitest';
import { dedupeWindowMs, messagePolicyOf, rateOf } from '../../../host/config/limits.ts';
import { resolvePolicy } from '../../../host/config/policy-defaults.ts';
import type { SecurityPolicy } from '../../../schemas/security-policy.ts';
import { load } from './home.ts';

const configOf = (policy: SecurityPolicy, env: Record<string, string> = {}) =>
  load({ 'config/security_policy.json': JSON.stringify(policy) }, env).config;

describe('a limit', () => {
  const policy: SecurityPolicy = {
    rate_limits: { max_requests_per_user: 7, time_window_seconds: 30, dedupe_window_seconds: 10 },
    channels: { telegram: { max_requests_per_user: 3 } },
  };
  const env = { RATE_LIMIT_MAX_REQUESTS: '5', RATE_LIMIT_TIME_WINDOW: '20', DEDUPE_WINDOW: '40' };

  it("is the channel's, else the environment's, else the policy file's, else the default", () => {
    expect(rateOf(configOf(policy, env), 'telegram')).toEqual({ max_requests: 3, window_ms: 20_000 });
    expect(rateOf(configOf(policy, env), 'other')).toEqual({ max_requests: 5, window_ms: 20_000 });
    expect(rateOf(configOf(policy), 'other')).toEqual({ max_requests: 7, window_ms: 30_000 });
    expect(rateOf(configOf({}), 'other')).toEqual({ max_requests: 100, window_ms: 60_000 });
    expect([dedupeWindowMs(configOf(policy, env)), dedupeWindowMs(configOf(policy)), dedupeWindowMs(configOf({}))]).toEqual([
      40_000, 10_000, 300_000,
    ]);
  });

  it('is not found on what every object has', () => {
    expect(rateOf(configOf({ channels: {} }), 'constructor')).toEqual({ max_requests: 100, window_ms: 60_000 });
    expect(messagePolicyOf(configOf({ channels: {} }), 'constructor').group_policy).toBe('mention');
  });
});

describe("a channel's message policy", () => {
  it('has defaults that block the dangerous words', () => {
    expect(messagePolicyOf(configOf({}), 'telegram')).toEqual({
      max_age_ms: 24 * 3_600_000,
      group_policy: 'mention',
      unknown_senders: 'allow',
      allow_users: [],
      allowed_commands: null,
      blocked_operations: ['execute', 'shell', 'system'],
      comm_commands: { planning: false, execution: true },
    });
  });

  it('compares commands as people write them, with a slash or in capitals', () => {
    const policy = configOf({ blocked_operations: ['/Shell', 'EXECUTE'], channels: { telegram: { allowed_commands: ['/Help'] } } });
    expect(messagePolicyOf(policy, 'telegram')).toMatchObject({ blocked_operations: ['shell', 'execute'], allowed_commands: ['help'] });
  });

  it('takes what the policy states for that channel only', () => {
    const policy = configOf({
      inbox: { max_age_hours: 0.5 },
      channels: { telegram: { group_policy: 'all', unknown_senders: 'deny', allow_users: ['1'], allowed_commands: [] } },
    });
    expect(messagePolicyOf(policy, 'telegram')).toMatchObject({
      max_age_ms: 1_800_000,
      group_policy: 'all',
      unknown_senders: 'deny',
      allow_users: ['1'],
      allowed_commands: [],
    });
    expect(messagePolicyOf(policy, 'slack')).toMatchObject({
      group_policy: 'mention',
      unknown_senders: 'allow',
      allow_users: [],
      allowed_commands: null,
    });
  });
});

describe('the resolved policy', () => {
  it('fills what is not stated, and replaces lists whole', () => {
    const resolved = resolvePolicy({
      network_mode: { allowed_modes: ['on'] },
      phase_gates: { planning: { comm_commands_allowed: true } },
      blocked_operations: [],
      channels: { telegram: {} },
    });
    expect(resolved.network_mode).toEqual({ default: 'on', allowed_modes: ['on'], mode_change_requires_approval: true });
    expect(resolved.phase_gates.planning).toEqual({ comm_commands_allowed: true, external_fetch_allowed: false });
    expect(resolved.blocked_operations).toEqual([]);
    expect(resolved.retention).toEqual({ messages_days: 90, events_days: 7, audit_days: 365 });
    expect(resolved.channels).toEqual({ telegram: {} });
  });
});

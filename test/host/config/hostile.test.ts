/** Settings that would be obeyed less than they say, or would hold the start. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../host/config.ts';
import { makeHome, refusal } from './home.ts';

const POLICY = 'config/security_policy.json';

describe('a domain in the policy that would match no host, and so block nothing', () => {
  it.each([
    'https://evil.example',
    'evil.example/path',
    'evil.example:443',
    '*evil.example',
    'evil.*',
    '',
    ' evil.example',
    '::1',
    '[::1]',
  ])('is refused at its line: %j', (domain) => {
    for (const section of [{ egress: { blocked_domains: [domain] } }, { connectors: { web_fetch: { blocked_domains: [domain] } } }]) {
      const error = refusal({ [POLICY]: JSON.stringify(section, null, 1) });
      expect(error).toMatchObject({ code: 'POLICY_INVALID', message: expect.stringMatching(/^config\/security_policy\.json:[45]: /) });
    }
  });

  it.each([
    'evil.example',
    '*.evil.example',
    '.evil.example',
    'evil.example.',
    'EVIL.example',
    'bücher.example',
    'xn--bcher-kva.example',
    '10.0.0.1',
  ])('is not %j', (domain) => {
    const home = makeHome({ [POLICY]: JSON.stringify({ egress: { blocked_domains: [domain] } }) });
    expect(loadConfig({ argv: { home }, env: {} }).config.policy.egress?.blocked_domains).toEqual([domain]);
  });
});

it('a secret in a pipe is refused, and never waited for', { timeout: 5_000 }, () => {
  const home = makeHome();
  execFileSync('mkfifo', [path.join(home, 'token')]);
  const load = () => loadConfig({ argv: { home }, env: { AGENTOS_ADMIN_TOKEN_FILE: 'token' } });
  expect(load).toThrow('AGENTOS_ADMIN_TOKEN_FILE names is no regular file');
});

it('a database address never shows its password', () => {
  for (const url of ['postgres://me:hunter2@db/agentos', 'mysql://me:hunter2@db/x', 'sqlite://me:hunter2@db']) {
    const { message, hint } = refusal({}, { DATABASE_URL: url });
    expect(message).toContain('DATABASE_URL');
    expect(message + hint).not.toContain('hunter2');
  }
});

it('every number of the policy may be as large as 1e9', () => {
  const most = 1_000_000_000;
  const policy = {
    rate_limits: { max_requests_per_user: most, time_window_seconds: most, dedupe_window_seconds: most },
    retention: { messages_days: most, events_days: most, audit_days: most },
    inbox: { max_age_hours: most },
    outbox: { max_attempts: most, max_age_hours: most },
    budgets: { heap_mb: most, call_timeout_ms: most, cpu_ms_per_second: most, queue: most },
    connectors: { web_fetch: { rate_limit_per_minute: most, max_response_size_mb: most, timeout_seconds: most } },
    channels: { telegram: { max_requests_per_user: most, retention_days: most } },
  };
  const home = makeHome({ [POLICY]: JSON.stringify(policy) });
  expect(loadConfig({ argv: { home }, env: {} }).config.policy).toEqual(policy);
});

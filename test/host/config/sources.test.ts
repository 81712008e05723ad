import { describe, expect, it } from 'vitest';
import { type ConfigState, configTable } from '../../../host/config/sources.ts';
import { GUIDE_ENV, GUIDE_POLICY } from '../../support/guide.ts';
import { load } from './home.ts';

const STATE: ConfigState = {
  network_mode: { value: 'on', updated_by: 'host' },
  execution_phase: { value: 'execution', updated_by: 'host' },
  channels: [
    {
      id: 'telegram',
      config: {
        bot_token: { value: '1:planted-secret', source: 'environment', secret: true },
        api_base_url: { value: 'https://api.telegram.org', source: 'default', secret: false },
        note: { value: 'x', source: 'file', secret: false },
      },
      missing: ['webhook_secret'],
    },
  ],
  connectors: [{ id: 'wiki', config: { api_key: { value: 'planted-secret', source: 'file', secret: true } }, missing: ['space'] }],
};

const table = (files: Record<string, string> = {}, env: Record<string, string> = {}, state: Partial<ConfigState> = {}) =>
  configTable(load(files, env).config, () => ({ ...STATE, ...state }));

const POLICY = {
  'config/security_policy.json': JSON.stringify({
    network_mode: { default: 'readonly' },
    rate_limits: { max_requests_per_user: 7, time_window_seconds: 30 },
  }),
};

describe('agentos config get', () => {
  it("answers the guide's three", () => {
    const { getConfig } = table({ '.env': GUIDE_ENV, 'config/security_policy.json': JSON.stringify(GUIDE_POLICY) });
    expect(getConfig('network_mode')).toMatchObject({ key: 'network_mode', value: 'on' });
    expect(getConfig('execution_phase')).toMatchObject({ value: 'execution', source: 'default' });
    expect(getConfig('rate_limits')).toEqual({
      key: 'rate_limits',
      value: { max_requests_per_user: 100, time_window_seconds: 60, dedupe_window_seconds: 300 },
      source: 'config/security_policy.json',
    });
  });

  it('names the source of a limit: variable, file or default', () => {
    const { getConfig } = table(POLICY, { RATE_LIMIT_TIME_WINDOW: '20' });
    expect(getConfig('rate_limits.max_requests_per_user')).toMatchObject({ value: 7, source: 'config/security_policy.json' });
    expect(getConfig('rate_limits.time_window_seconds')).toMatchObject({ value: 20, source: 'environment' });
    expect(getConfig('RATE_LIMIT_TIME_WINDOW')).toMatchObject({ value: 20, source: 'environment' });
    expect(getConfig('dedupe_window')).toMatchObject({ value: 300, source: 'default' });
    expect(getConfig('rate_limits')?.source).toBe('config/security_policy.json, environment, default');
  });

  it('shows the mode that is in force and who decided it', () => {
    const sourceOf = (updated_by: string, files = {}, env = {}) =>
      table(files, env, { network_mode: { value: 'off', updated_by } }).getConfig('network_mode');
    expect(sourceOf('ann')).toEqual({ key: 'network_mode', value: 'off', source: 'decided by ann' });
    expect(sourceOf('environment', { '.env': 'NETWORK_MODE=off' })?.source).toBe('.env');
    expect(sourceOf('host', POLICY)?.source).toBe('config/security_policy.json');
    expect(sourceOf('host')?.source).toBe('default');
    expect(table(POLICY).getConfig('network_mode.default')).toMatchObject({ value: 'readonly', source: 'config/security_policy.json' });
  });

  it("answers a channel's field, its whole section, and what has no value", () => {
    const { getConfig } = table();
    expect(getConfig('channels.telegram.bot_token')).toEqual({
      key: 'channels.telegram.bot_token',
      value: '********',
      source: 'environment',
    });
    expect(getConfig('channels.telegram.note')).toMatchObject({ value: 'x', source: 'config/channels.json' });
    expect(getConfig('channels.telegram.webhook_secret')).toMatchObject({ value: null, source: 'not set' });
    expect(getConfig('channels.telegram')?.value).toMatchObject({ bot_token: '********', note: 'x' });
  });

  it.each(['', 'nonsense', 'rate_limits.', 'rate_limit', 'constructor', '__proto__', 'channels.nobody', 'PATH'])(
    'knows no setting %j',
    (key) => {
      expect(table({}, { PATH: '/bin' }).getConfig(key)).toBeNull();
    },
  );
});

describe('agentos config list', () => {
  it('names every variable of the host and of the built-in channels once', () => {
    const keys = table()
      .listConfig()
      .map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual(
      expect.arrayContaining([
        'DATABASE_URL',
        'NETWORK_MODE',
        'DEDUPE_WINDOW',
        'TRUSTED_PROXIES',
        'SLACK_APP_TOKEN',
        'phase_gates.planning.external_fetch_allowed',
        'channels.telegram.bot_token',
      ]),
    );
  });

  it('shows no secret', () => {
    const env = {
      AGENTOS_ADMIN_TOKEN: 'planted-secret-admin-token',
      AGENTOS_MASTER_KEY: Buffer.from('planted-secret-0123456789-abcdef').toString('base64'),
      AGENT_SECRET: 'planted-secret',
      AGENT_API_KEY: 'planted-secret',
      TELEGRAM_BOT_TOKEN: 'planted-secret',
      SLACK_SIGNING_SECRET: 'planted-secret',
      TWILIO_ACCOUNT_SID: 'AC1',
    };
    const list = table({}, env).listConfig();
    const text = JSON.stringify(list);
    expect(text).not.toContain('planted');
    expect(text).not.toContain(env.AGENTOS_MASTER_KEY);
    expect(list.filter(({ value }) => value === '********').map(({ key }) => key)).toEqual([
      'AGENTOS_ADMIN_TOKEN',
      'AGENTOS_MASTER_KEY',
      'AGENT_SECRET',
      'AGENT_API_KEY',
      'TELEGRAM_BOT_TOKEN',
      'SLACK_SIGNING_SECRET',
      'channels.telegram.bot_token',
      'connectors.wiki.api_key',
    ]);
    expect(list).toContainEqual({ key: 'TWILIO_ACCOUNT_SID', value: 'AC1', source: 'environment' });
  });

  it('does not show the length of a secret, nor that an unset one is masked', () => {
    const list = table().listConfig();
    expect(list).toContainEqual({ key: 'AGENT_SECRET', value: null, source: 'not set' });
    expect(list).toContainEqual({ key: 'TELEGRAM_BOT_TOKEN', value: null, source: 'not set' });
  });
});

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../host/config.ts';
import { AppError } from '../../../host/errors.ts';
import { GUIDE_ENV, GUIDE_POLICY } from '../../support/guide.ts';
import { load, makeHome, refusal } from './home.ts';

describe('a home', () => {
  it('that is empty runs with defaults', () => {
    const home = makeHome();
    const { config, warnings } = loadConfig({ argv: { home }, env: {} });
    expect(config).toMatchObject({
      home,
      db_file: path.join(home, 'store/agentos.db'),
      run_dir: path.join(home, 'store/run'),
      keys_dir: path.join(home, 'store/keys'),
      channels_dir: path.join(home, 'store/channels'),
      network_mode: null,
      execution_phase: null,
      log_level: 'INFO',
      debug: false,
      audit_log_enabled: true,
      rate_limit_max_requests: null,
      public_url: null,
      master_key: null,
      tls: null,
      trusted_proxies: [],
      listen: { host: '127.0.0.1', port: 8080 },
      agent: { backend: 'echo', timeout_seconds: 60 },
      policy: {},
      channels_config: {},
      connectors_config: {},
    });
    expect(warnings).toEqual([]);
    expect(existsSync(path.join(home, 'store'))).toBe(false);
  });

  it("with the guide's files loads without a warning, and its placeholders are not set", () => {
    const { config, warnings } = load({ '.env': GUIDE_ENV, 'config/security_policy.json': JSON.stringify(GUIDE_POLICY) });
    expect(warnings).toEqual([]);
    expect(config).toMatchObject({
      network_mode: 'on',
      execution_phase: 'execution',
      log_level: 'INFO',
      audit_log_enabled: true,
      policy: GUIDE_POLICY,
    });
    const read = ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TELEGRAM_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_BOT_TOKEN'].map(
      config.channelEnv,
    );
    expect(read).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(config.channelEnv('TWILIO_PHONE_NUMBER')).toBe('+14155238886');
  });

  it.each(['.env.example', 'config/security_policy.json', 'config/channels.json', 'config/connectors.json'])(
    'is given a %s by the repository that loads without a warning',
    (file) => {
      const text = readFileSync(path.join(import.meta.dirname, '../../..', file), 'utf8');
      const { config, warnings } = load({ [file.replace('.example', '')]: text });
      expect(warnings).toEqual([]);
      expect(Object.keys(config.variable_sources).includes('DATABASE_URL')).toBe(file === '.env.example');
    },
  );

  it("holds the guide's security policy unchanged", () => {
    const text = readFileSync(path.join(import.meta.dirname, '../../../config/security_policy.json'), 'utf8');
    expect(JSON.parse(text)).toEqual(GUIDE_POLICY);
  });

  it('is the one of --home, else AGENTOS_HOME, else the current folder', () => {
    const [first, second, third] = [makeHome(), makeHome(), makeHome()];
    const homeOf = (argvHome: string | undefined, env: Record<string, string>) =>
      loadConfig({ argv: { home: argvHome }, env, cwd: third }).config.home;
    expect(homeOf(first, { AGENTOS_HOME: second })).toBe(first);
    expect(homeOf(undefined, { AGENTOS_HOME: second })).toBe(second);
    expect(homeOf(undefined, {})).toBe(third);
    expect(homeOf(path.relative(third, first), {})).toBe(first);
  });

  it('that does not exist is told with the command that makes one', () => {
    expect(() => loadConfig({ argv: { home: '/nowhere/at/all' }, env: {} })).toThrow(AppError);
    try {
      loadConfig({ argv: { home: '/nowhere/at/all' }, env: {} });
    } catch (error) {
      expect((error as AppError).hint).toContain('agentos init /nowhere/at/all');
    }
  });
});

describe('the configuration', () => {
  it('is frozen to its leaves', () => {
    const { config } = load({
      'config/security_policy.json': JSON.stringify(GUIDE_POLICY),
      'config/channels.json': '{"telegram": {"config": {}}}',
    });
    expect(() => Object.assign(config, { network_mode: 'on' })).toThrow(TypeError);
    expect(() => (config.policy.blocked_operations as string[]).pop()).toThrow(TypeError);
    expect(() => Object.assign(config.channels_config.telegram ?? {}, { enabled: true })).toThrow(TypeError);
    expect(() => Object.assign(config.listen, { host: '0.0.0.0' })).toThrow(TypeError);
  });

  it('has no entry for a channel that is called like a property of every object', () => {
    const { config } = load({ 'config/channels.json': '{}', 'config/security_policy.json': '{"channels": {}}' });
    expect(config.channels_config.constructor).toBeUndefined();
    expect(config.policy.channels?.constructor).toBeUndefined();
  });

  it('leaves $schema of channels.json out: it is no channel', () => {
    expect(load({ 'config/channels.json': '{"$schema": "x", "telegram": {}}' }).config.channels_config).toEqual({ telegram: {} });
  });

  it('takes files with a byte order mark', () => {
    const { config } = load({
      '.env': '\ufeffNETWORK_MODE=off\r\nEXECUTION_PHASE=planning\r\n',
      'config/security_policy.json': '\ufeff{"blocked_operations": ["x"]}',
    });
    expect(config).toMatchObject({ network_mode: 'off', execution_phase: 'planning', policy: { blocked_operations: ['x'] } });
  });

  it('warns of what works but is hardly meant', () => {
    const { warnings } = load({
      '.env':
        'NETWORK_MOD=off\nCHANNEL_X_Y=1\nAGENTOS_ADMIN_TOKEN=short\nPUBLIC_URL=http://bot.example.com\nAGENT_URL=http://127.0.0.1:1\n',
    });
    expect(warnings.join('\n')).toMatch(/NETWORK_MOD is no variable.*NETWORK_MODE/);
    expect(warnings.join('\n')).toMatch(/AGENTOS_ADMIN_TOKEN has fewer/);
    expect(warnings.join('\n')).toMatch(/PUBLIC_URL is not https/);
    expect(warnings.join('\n')).toMatch(/AGENT_BACKEND is echo/);
    expect(warnings).toHaveLength(4);
  });
});

describe('an error', () => {
  it('shows everything that is wrong at once', () => {
    const { code, message } = refusal({ '.env': 'NETWORK_MODE=maybe\nDEBUG=perhaps\nAGENT_BACKEND=http\n' });
    expect(code).toBe('CONFIG_INVALID');
    expect(message.split('\n')).toHaveLength(3);
    expect(message).toContain('NETWORK_MODE');
    expect(message).toContain('DEBUG');
    expect(message).toContain('AGENT_URL is not set');
  });

  it('never repeats a secret', () => {
    const files = {
      '.env':
        'AGENTOS_MASTER_KEY=hunter2secret\nAGENTOS_ADMIN_TOKEN=bad token hunter2\nDATABASE_URL=postgres://user:hunter2@db/agentos\nAGENT_URL=http://user:hunter2@agent/\n',
    };
    const error = refusal(files);
    expect(error.message.split('\n')).toHaveLength(4);
    expect(JSON.stringify([error.message, error.hint])).not.toContain('hunter2');
  });
});

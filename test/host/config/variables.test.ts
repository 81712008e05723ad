import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../host/config.ts';
import { load, makeHome, refusal } from './home.ts';

describe('a variable', () => {
  it('of the real environment wins over .env', () => {
    expect(load({ '.env': 'NETWORK_MODE=on' }, { NETWORK_MODE: 'off' }).config.network_mode).toBe('off');
  });

  it('that is empty states nothing, so .env still counts', () => {
    expect(load({ '.env': 'NETWORK_MODE=off' }, { NETWORK_MODE: '' }).config.network_mode).toBe('off');
  });

  it.each([
    ['NETWORK_MODE', 'On'],
    ['NETWORK_MODE', 'online'],
    ['NETWORK_MODE', ' on'],
    ['EXECUTION_PHASE', 'EXECUTION'],
    ['EXECUTION_PHASE', 'plan'],
    ['LOG_LEVEL', 'VERBOSE'],
    ['DEBUG', 'express:*'],
    ['AUDIT_LOG_ENABLED', 'nope'],
    ['RATE_LIMIT_MAX_REQUESTS', '0'],
    ['RATE_LIMIT_MAX_REQUESTS', '-1'],
    ['RATE_LIMIT_MAX_REQUESTS', '1e3'],
    ['RATE_LIMIT_MAX_REQUESTS', '1000000001'],
    ['RATE_LIMIT_TIME_WINDOW', '60s'],
    ['DEDUPE_WINDOW', '1.5'],
    ['PUBLIC_URL', 'bot.example.com'],
    ['PUBLIC_URL', 'ftp://bot.example.com'],
    ['PUBLIC_URL', 'https://bot.example.com/?a=1'],
    ['AGENT_BACKEND', 'openai'],
    ['AGENT_BACKEND', 'Echo'],
    ['AGENT_TIMEOUT_SECONDS', '0'],
    ['AGENT_URL', 'javascript:alert(1)'],
    ['AGENTOS_MASTER_KEY', 'too short'],
    ['AGENTOS_MASTER_KEY', 'z'.repeat(64)],
    ['AGENTOS_ADMIN_TOKEN', 'two words'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', 'proxy.example.com'],
    ['DATABASE_URL', 'store/agentos.db'],
    ['DATABASE_URL', 'sqlite://store/agentos.db'],
    ['DATABASE_URL', 'sqlite:///:memory:'],
    ['DATABASE_URL', 'sqlite:///store/'],
    ['DATABASE_URL', 'mysql://db/agentos'],
    ['TLS_CERT_FILE', 'cert.pem'],
  ])('%s=%j stops the start and is named with an example', (name, value) => {
    const error = refusal({}, { [name]: value });
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toContain(name);
    expect(error.hint).not.toBe('');
  });

  it('DATABASE_URL for PostgreSQL says that this version has SQLite only', () => {
    expect(refusal({}, { DATABASE_URL: 'postgresql+psycopg://u:p@db/agentos' }).message).toContain('SQLite only');
  });

  it.each([
    ['sqlite:///data/agentos.db', (home: string) => path.join(home, 'data/agentos.db')],
    ['sqlite:////var/lib/agentos.db', () => '/var/lib/agentos.db'],
  ])('DATABASE_URL=%s names a file', (url, expected) => {
    const { config } = load({}, { DATABASE_URL: url });
    expect(config.db_file).toBe(expected(config.home));
  });

  it('LOG_LEVEL may be written in any case, and DEBUG lowers it', () => {
    expect(load({}, { LOG_LEVEL: 'warning' }).config.log_level).toBe('WARNING');
    expect(load({}, { LOG_LEVEL: 'ERROR', DEBUG: 'true' }).config).toMatchObject({ log_level: 'DEBUG', debug: true });
  });

  it('PUBLIC_URL loses its slash and keeps its path', () => {
    expect(load({}, { PUBLIC_URL: 'https://example.com:8443/bots/' }).config.public_url).toBe('https://example.com:8443/bots');
  });

  it('AGENTOS_MASTER_KEY is 32 bytes in base64 or hex', () => {
    const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7));
    for (const text of [key.toString('hex'), key.toString('base64'), key.toString('base64url')]) {
      expect(load({}, { AGENTOS_MASTER_KEY: text }).config.master_key).toEqual(key);
    }
  });

  it('TRUSTED_PROXIES lists addresses and networks', () => {
    expect(load({}, { TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8,,fd00::/8' }).config.trusted_proxies).toEqual([
      '127.0.0.1',
      '10.0.0.0/8',
      'fd00::/8',
    ]);
  });

  it('TLS needs both files, and both readable', () => {
    expect(refusal({ 'c.pem': 'x' }, { TLS_CERT_FILE: 'c.pem' }).message).toContain('TLS_KEY_FILE is not');
    expect(refusal({ 'c.pem': 'x' }, { TLS_CERT_FILE: 'c.pem', TLS_KEY_FILE: 'k.pem' }).message).toContain(
      'TLS_KEY_FILE names a file that cannot be read',
    );
    const { config } = load({ 'c.pem': 'x', 'k.pem': 'y' }, { TLS_CERT_FILE: 'c.pem', TLS_KEY_FILE: 'k.pem' });
    expect(config.tls).toEqual({ cert_file: path.join(config.home, 'c.pem'), key_file: path.join(config.home, 'k.pem') });
  });

  it('AGENT_BACKEND=http takes its settings', () => {
    const { config, warnings } = load(
      {},
      { AGENT_BACKEND: 'http', AGENT_URL: 'http://127.0.0.1:9000/agent?v=1', AGENT_SECRET: 's', AGENT_TIMEOUT_SECONDS: '5' },
    );
    expect(config.agent).toMatchObject({ backend: 'http', url: 'http://127.0.0.1:9000/agent?v=1', secret: 's', timeout_seconds: 5 });
    expect(warnings).toEqual([]);
  });

  it('NETWORK_MODE outside allowed_modes of the policy is refused', () => {
    const policy = { network_mode: { default: 'readonly', allowed_modes: ['readonly', 'off'] } };
    expect(refusal({ 'config/security_policy.json': JSON.stringify(policy) }, { NETWORK_MODE: 'on' }).message).toContain('allowed_modes');
  });
});

describe('a secret', () => {
  it('may come from the file that NAME_FILE names, without its last line break', () => {
    const { config } = load(
      { 'secrets/token': 'an-admin-token-of-length\n', bot: '1:abc\r\n' },
      { AGENTOS_ADMIN_TOKEN_FILE: 'secrets/token', TELEGRAM_BOT_TOKEN_FILE: 'bot' },
    );
    expect(config.admin_token).toBe('an-admin-token-of-length');
    expect(config.channelEnv('TELEGRAM_BOT_TOKEN')).toBe('1:abc');
  });

  it('given twice is refused, unless the real environment overrules .env', () => {
    expect(refusal({ t: 'x' }, { AGENTOS_ADMIN_TOKEN: 'a'.repeat(24), AGENTOS_ADMIN_TOKEN_FILE: 't' }).message).toContain('both set');
    expect(
      load({ t: 'from-the-file-by-variable', '.env': `AGENTOS_ADMIN_TOKEN=${'a'.repeat(24)}` }, { AGENTOS_ADMIN_TOKEN_FILE: 't' }).config
        .admin_token,
    ).toBe('from-the-file-by-variable');
  });

  it.each([
    ['missing', {}, 'cannot be read'],
    ['empty', { t: '\n' }, 'is empty'],
    ['too large', { t: 'x'.repeat(70_000) }, 'larger'],
  ])('whose file is %s is an error, never an unset secret', (_, files, message) => {
    expect(refusal(files as Record<string, string>, { AGENTOS_ADMIN_TOKEN_FILE: 't' }).message).toContain(message);
    const read = load(files as Record<string, string>, { TELEGRAM_BOT_TOKEN_FILE: 't' }).config.channelEnv('TELEGRAM_BOT_TOKEN');
    expect(read).toMatchObject({ problem: expect.stringContaining(message) });
  });
});

describe('what channels may read of the environment', () => {
  const secrets = {
    AGENTOS_ADMIN_TOKEN: 'a'.repeat(24),
    AGENT_SECRET: 's',
    AGENT_API_KEY: 'k',
    DATABASE_URL: 'sqlite:///x.db',
    PATH: '/bin',
    AWS_SECRET_ACCESS_KEY: 'aws',
    PUBLIC_URL: 'https://x.example',
  };

  it.each(Object.keys(secrets))('leaves out %s', (name) => {
    expect(load({}, secrets).config.channelEnv(name)).toBeUndefined();
  });

  it('is the variables of fields and those that built-in plugins name', () => {
    const { channelEnv } = load({}, { CHANNEL_MINE_TOKEN: 'x', TELEGRAM_BOT_TOKEN: 'y' }).config;
    expect([channelEnv('CHANNEL_MINE_TOKEN'), channelEnv('TELEGRAM_BOT_TOKEN'), channelEnv('CHANNEL_MINE_OTHER')]).toEqual([
      'x',
      'y',
      undefined,
    ]);
  });
});

describe('the address to listen on', () => {
  const listen = (host?: string, port?: string) => loadConfig({ argv: { home: makeHome(), host, port }, env: {} }).config.listen;

  it('is checked', () => {
    expect(listen('0.0.0.0', '0')).toEqual({ host: '0.0.0.0', port: 0 });
    expect(listen('[::1]', '65535')).toEqual({ host: '::1', port: 65_535 });
    expect(() => listen(undefined, '65536')).toThrow(/--port/);
    expect(() => listen(undefined, '80x')).toThrow(/--port/);
    expect(() => listen('http://localhost')).toThrow(/--host/);
    expect(() => listen('')).toThrow(/--host/);
  });
});

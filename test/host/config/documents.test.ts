import { chmodSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPolicy } from '../../../host/config/documents.ts';
import { GUIDE_POLICY } from '../../support/guide.ts';
import { load, makeHome, refusal } from './home.ts';

const policyRefusal = (text: string | Buffer) => refusal({ 'config/security_policy.json': text });
const channelsRefusal = (text: string) => refusal({ 'config/channels.json': text });

describe('security_policy.json', () => {
  it.each([
    ['{}', {}],
    [JSON.stringify(GUIDE_POLICY), GUIDE_POLICY],
    [
      '{"rate_limits": {"max_requests_per_user": 1000000000, "dedupe_window_seconds": 0}}',
      { rate_limits: { max_requests_per_user: 1e9, dedupe_window_seconds: 0 } },
    ],
    [
      '{"egress": {"allow_private": ["127.0.0.1:9999", "[::1]:80", "db.internal:5432"]}}',
      { egress: { allow_private: ['127.0.0.1:9999', '[::1]:80', 'db.internal:5432'] } },
    ],
  ])('takes %s', (text, value) => {
    expect(load({ 'config/security_policy.json': text }).config.policy).toEqual(value);
  });

  it.each([
    ['a misspelt section', '{\n  "rate_limit": {}\n}', 2, 'rate_limit', 'rate_limits'],
    ['a misspelt key', '{\n  "network_mode": {\n    "allowed_mode": ["off"]\n  }\n}', 3, 'allowed_mode', 'allowed_modes'],
    ['an unknown mode', '{\n  "network_mode": {\n    "default": "online"\n  }\n}', 3, 'default', '"readonly"'],
    ['a number in quotes', '{"rate_limits": {\n  "max_requests_per_user": "100"\n}}', 2, 'max_requests_per_user', 'without quotes'],
    ['a number that is too large', '{"rate_limits": {\n\n  "time_window_seconds": 1000000001\n}}', 3, 'at most', '1000000000'],
    ['no mode at all', '{"network_mode": {\n"allowed_modes": []}}', 2, 'allowed_modes', '1'],
    ['a default outside allowed_modes', '{"network_mode": {"allowed_modes": ["off"],\n"default": "on"}}', 2, 'allowed_modes', 'off'],
    ['no default when "on" is not allowed', '{"network_mode": {\n"allowed_modes": ["off"]}}', 2, 'on is not among', 'off'],
    ['a private target without a port', '{"egress": {"allow_private": [\n"127.0.0.1"]}}', 2, '"0"', 'match'],
    [
      'a private target with an impossible port',
      '{"egress": {"allow_private": ["a.b:1",\n"127.0.0.1:70000"]}}',
      2,
      'port',
      '127.0.0.1:9999',
    ],
    ['a channel id that is none', '{"channels": {\n"My Channel": {}}}', 2, 'My Channel', ''],
    ['a misspelt choice of a channel', '{"channels": {"telegram": {\n"group_policy": "mentions"}}}', 2, 'group_policy', '"mention"'],
    [
      'events kept shorter than the dedupe window',
      '{"retention": {\n"events_days": 1},"rate_limits": {"dedupe_window_seconds": 90000}}',
      2,
      'dedupe',
      '2 days',
    ],
    ['the same key twice', '{"blocked_operations": ["shell"],\n\n"blocked_operations": []}', 3, 'blocked_operations', ''],
    ['a comma too many', '{"blocked_operations": [\n"shell",\n]}', 2, 'comma', ''],
    ['a comment', '{\n// mine\n}', 2, 'comment', 'Remove'],
    ['a list', '[]', 1, 'The document', 'object'],
    ['the key __proto__', '{\n"__proto__": {"blocked_operations": []}}', 2, '__proto__', ''],
    ['nothing in it', '', 1, '', ''],
  ])('with %s stops the start at its line', (_, text, line, message, hint) => {
    const error = policyRefusal(text);
    expect(error.code).toBe('POLICY_INVALID');
    expect(error.message).toContain(`config/security_policy.json:${line}: `);
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });

  it('names every fault, in the order of the lines', () => {
    const { message } = policyRefusal('{\n"inbox": {"max_age_hours": 0},\n"outbox": {"max_attempts": 0},\n"x": 1\n}');
    expect(message.split('\n').map((line) => line.split(':')[1])).toEqual(['2', '3', '4']);
  });

  it('that is binary, huge or nested without end is refused', () => {
    expect(policyRefusal(Buffer.from([0x7b, 0xff, 0xfe, 0x7d])).message).toContain('UTF-8');
    expect(policyRefusal(`{"blocked_operations": ["${'x'.repeat(1_100_000)}"]}`).message).toContain('larger');
    expect(policyRefusal('['.repeat(100_000)).message).toContain('config/security_policy.json:1:');
  });

  it('that cannot be read is an error, never an empty policy', () => {
    const home = makeHome({ 'config/security_policy.json/inside': 'x' });
    chmodSync(path.join(home, 'config'), 0o755);
    const read = readPolicy(path.join(home, 'config/security_policy.json'));
    expect(read).toMatchObject({
      ok: false,
      problems: [{ file: 'config/security_policy.json', message: expect.stringContaining('EISDIR') }],
    });
  });

  it('can be read again later, where a fault is a value', () => {
    const home = makeHome({ 'bad.json': '{"x": 1}', 'good.json': '{}' });
    expect(readPolicy(path.join(home, 'bad.json'))).toMatchObject({ ok: false, problems: [{ line: 1 }] });
    expect(readPolicy(path.join(home, 'good.json'))).toEqual({ ok: true, value: {}, found: true });
    expect(readPolicy(path.join(home, 'none.json'))).toEqual({ ok: true, value: {}, found: false });
  });
});

describe('channels.json', () => {
  it('states whether a channel runs, its values and its grants', () => {
    const channels = {
      my_channel: {
        enabled: true,
        config: { api_base_url: 'https://api.example.com', limit: 3, loud: false },
        grants: {
          digest: `sha256-${'a'.repeat(43)}`,
          network: ['https://api.example.com', 'http://127.0.0.1:9999'],
          websocket: ['wss://gw.example.com'],
          storage: true,
          unsigned_webhook: true,
        },
      },
    };
    expect(load({ 'config/channels.json': JSON.stringify(channels) }).config.channels_config).toEqual(channels);
  });

  it.each([
    ['a misspelt key', '{"telegram": {\n"enable": true}}', 2, 'enable', 'enabled'],
    ['a grant that is false', '{"x_1": {"grants": {\n"storage": false}}}', 2, 'storage', 'true'],
    ['a digest that is none', '{"x_1": {"grants": {\n"digest": "sha256-abc"}}}', 2, 'digest', 'agentos channel show'],
    [
      'an origin with a path',
      '{"x_1": {"grants": {"network": ["https://a.example",\n"https://a.example/path"]}}}',
      2,
      'no origin',
      'https://api.example.com',
    ],
    ['a socket to an https address', '{"x_1": {"grants": {"websocket": [\n"https://a.example"]}}}', 2, 'no origin', 'wss://'],
    ['a value that is an object', '{"x_1": {"config": {\n"token": {"value": 1}}}}', 2, 'token', 'a text'],
    ['an id in capitals', '{\n"Telegram": {}}', 2, 'Telegram', ''],
  ])('with %s stops the start at its line', (_, text, line, message, hint) => {
    const error = channelsRefusal(text);
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toContain(`config/channels.json:${line}: `);
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });

  it('never has its values repeated in an error', () => {
    const error = channelsRefusal('{"x_1": {"config": {"Token": "hunter2"}, "grants": {"digest": "hunter2"}}}');
    expect(error.message + error.hint).not.toContain('hunter2');
  });
});

describe('connectors.json', () => {
  it('states the same of connectors', () => {
    const connectors = { my_wiki: { enabled: true, config: { space: 'x' }, grants: { network: ['https://wiki.example'], mail: true } } };
    const text = JSON.stringify({ $schema: 'x', ...connectors });
    expect(load({ 'config/connectors.json': text }).config.connectors_config).toEqual(connectors);
  });

  it.each([
    ['a grant of a power that no connector has', '{"wiki": {"grants": {\n"unsigned_webhook": true}}}', 'Unknown key "unsigned_webhook"'],
    ['an origin with a path', '{"wiki": {"grants": {"network": [\n"https://a.example/path"]}}}', 'no origin'],
  ])('is refused for %s, with its line', (_what, text, message) => {
    expect(() => load({ 'config/connectors.json': text })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(`config/connectors.json:2: `) }),
    );
    expect(() => load({ 'config/connectors.json': text })).toThrow(message);
  });
});

import { describe, expect, test } from 'vitest';
import { resolveTarget } from '../../../host/egress/resolve.ts';
import { parseTarget, type Target } from '../../../host/egress/target.ts';

const target = (url: string): Target => {
  const parsed = parseTarget(url);
  if (!parsed.ok) throw new Error(parsed.fault.message);
  return parsed.value;
};
const resolve = (answers: readonly string[], url = 'https://innocent.example/') => resolveTarget(target(url), async () => answers);

describe('resolveTarget', () => {
  test('calls a name public when all its answers are', async () => {
    expect(await resolve(['93.184.216.34', '2606:2800:220:1::1'])).toMatchObject({ ok: true, value: { isPublic: true } });
  });

  test.each([
    [['10.0.0.1']],
    [['93.184.216.34', '127.0.0.1']],
    [['127.0.0.1', '93.184.216.34']],
    [['93.184.216.34', 'fd00::1']],
    [['::ffff:169.254.169.254']],
    [['64:ff9b::127.0.0.1']],
    [['fe80::1%eth0']],
  ])('calls a name private when one of %j is', async (answers) => {
    expect(await resolve(answers)).toMatchObject({ ok: true, value: { isPublic: false } });
  });

  test.each([[[]], [['not an address']], [['93.184.216.34', 'x']], [['2130706433']]])('takes nothing from %j', async (answers) => {
    expect(await resolve(answers)).toMatchObject({ ok: false, fault: { code: 'DNS_FAILED' } });
  });

  test('says DNS_FAILED when the resolver does, without its words', async () => {
    const failed = await resolveTarget(target('https://innocent.example/'), async () => {
      throw new Error('SERVFAIL from 10.0.0.53');
    });
    expect(failed).toMatchObject({ ok: false, fault: { code: 'DNS_FAILED' } });
    expect(JSON.stringify(failed)).not.toContain('10.0.0.53');
  });

  test('asks no resolver about an address', async () => {
    expect(await resolve(['93.184.216.34'], 'http://127.0.0.1/')).toEqual({
      ok: true,
      value: { addresses: ['127.0.0.1'], isPublic: false },
    });
  });

  test('tries IPv4 first', async () => {
    const resolved = await resolve(['2606:2800:220:1::1', '93.184.216.34']);
    expect(resolved.ok && resolved.value.addresses).toEqual(['93.184.216.34', '2606:2800:220:1::1']);
  });
});

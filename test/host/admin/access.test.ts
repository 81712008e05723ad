/** Tokens and logins on a clock that stands: what stands, what ends, and what nobody can read. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseExpiry } from '../../../host/admin/access/expiry.ts';
import { createLoginThrottle } from '../../../host/admin/access/login-throttle.ts';
import { createLogins, LONGEST_MS } from '../../../host/admin/access/logins.ts';
import { covers, ROLES } from '../../../host/admin/access/roles.ts';
import { createTokens, type Tokens } from '../../../host/admin/access/tokens.ts';
import { openTestLedger, type TestLedger } from '../ledger/fixture.ts';

const HOUR_MS = 3_600_000;
let home: TestLedger;
let revoked: string[];
let errors: unknown[];

const openTokens = async (bootstrap: string | null = null): Promise<Tokens> => {
  const { ledger, clock, newId } = home;
  const on_error = (error: unknown) => errors.push(error);
  const tokens = createTokens({ ledger, clock, newId, bootstrap, on_revoked: (id) => revoked.push(id), on_error });
  await tokens.load();
  return tokens;
};

beforeEach(async () => {
  home = await openTestLedger();
  revoked = [];
  errors = [];
});
afterEach(async () => {
  await home.close();
  expect(errors).toEqual([]);
});

it('each role may do what the ones before it may, and no more', () => {
  const table = ROLES.map((role) => ROLES.map((needed) => covers(role, needed)));
  expect(table).toEqual([
    [true, false, false],
    [true, true, false],
    [true, true, true],
  ]);
});

describe('a token', () => {
  it('is 256 random bits with a prefix, and neither the database nor its side files hold it', async () => {
    const tokens = await openTokens();
    const { token } = await tokens.create({ name: 'ci', role: 'viewer', expires_at: null }, 'cli:ada');
    expect(token).toMatch(/^aos_[A-Za-z0-9_-]{43}$/);
    for (const file of [home.file, `${home.file}-wal`]) {
      const bytes = readFileSync(file);
      expect(bytes.includes(token)).toBe(false);
      expect(bytes.includes(token.slice(4))).toBe(false);
    }
  });

  it('is found again after a restart, and nothing near it is', async () => {
    const { token } = await (await openTokens()).create({ name: 'ci', role: 'operator', expires_at: null }, 'cli:ada');
    await home.reopen();
    const tokens = await openTokens();
    expect(tokens.find(token)).toMatchObject({ name: 'ci', role: 'operator' });
    for (const other of ['', 'aos_', token.slice(0, -1), `${token}x`, token.toUpperCase(), token.slice(4)])
      expect(tokens.find(other)).toBeNull();
  });

  it('ends at its time', async () => {
    const tokens = await openTokens();
    const { token, id, expires_at } = await tokens.create(
      { name: 'short', role: 'admin', expires_at: home.clock.now() + HOUR_MS },
      'cli:ada',
    );
    expect(expires_at).toBe(new Date(home.clock.now() + HOUR_MS).toISOString());
    home.clock.advance(HOUR_MS - 1);
    expect(tokens.find(token)).not.toBeNull();
    home.clock.advance(1);
    expect([tokens.find(token), tokens.stands(id), tokens.hasAdmin()]).toEqual([null, false, false]);
    // Shown still, so that one sees why a program is refused; its name is free again.
    expect(tokens.list()).toMatchObject([{ name: 'short' }]);
    await tokens.create({ name: 'short', role: 'viewer', expires_at: null }, 'cli:ada');
  });

  it('is revoked at once and for good, and what rests on it is told', async () => {
    const tokens = await openTokens();
    const { token, id } = await tokens.create({ name: 'ci', role: 'admin', expires_at: null }, 'cli:ada');
    await tokens.revoke(id, 'cli:ada');
    expect([tokens.find(token), tokens.stands(id), tokens.list(), revoked]).toEqual([null, false, [], [id]]);
    await home.reopen();
    const again = await openTokens();
    expect([again.find(token), again.isFirstStart()]).toEqual([null, false]);
    await expect(again.revoke(id, 'cli:ada')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is not brought back by a use at the moment of its revocation', async () => {
    const tokens = await openTokens();
    const { token, id } = await tokens.create({ name: 'ci', role: 'admin', expires_at: null }, 'cli:ada');
    tokens.find(token);
    home.clock.advance(60_000);
    const revoking = tokens.revoke(id, 'cli:ada');
    expect(tokens.find(token)).toBeNull();
    await revoking;
    const [row] = await home.ledger.tokens();
    await home.ledger.commit({ tokens: [{ ...(row as NonNullable<typeof row>), revoked_at: null }] });
    await home.reopen();
    expect((await openTokens()).find(token)).toBeNull();
  });

  it('has a name that the audit trail can tell from the others', async () => {
    const tokens = await openTokens('a-bootstrap-token-of-length');
    const make = (name: string) => tokens.create({ name, role: 'viewer', expires_at: null }, 'cli:ada');
    const both = await Promise.allSettled([make('ci'), make('ci')]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await expect(make('admin')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });

  it('shows when it was used last, and is not written at every use', async () => {
    const tokens = await openTokens();
    const { token } = await tokens.create({ name: 'ci', role: 'viewer', expires_at: null }, 'cli:ada');
    const first = home.clock.now();
    tokens.find(token);
    home.clock.advance(59_999);
    tokens.find(token);
    await home.reopen();
    const [row] = await home.ledger.tokens();
    expect(row?.last_used_at).toBe(first);
  });

  it('is made and revoked in the audit trail, by whom, without the token', async () => {
    const tokens = await openTokens();
    const { token, id } = await tokens.create({ name: 'ci', role: 'viewer', expires_at: null }, 'cli:ada');
    await tokens.revoke(id, 'token:boss');
    const audit = await home.ledger.auditOf([id]);
    expect(audit.map(({ actor, action }) => `${actor} ${action}`)).toEqual(['cli:ada token.created', 'token:boss token.revoked']);
    expect(JSON.stringify(audit)).not.toContain(token);
  });

  it('that an environment states is an admin without a row', async () => {
    const tokens = await openTokens('a-bootstrap-token-of-length');
    expect(tokens.find('a-bootstrap-token-of-length')).toEqual({ id: 'bootstrap', name: 'admin', role: 'admin' });
    expect([tokens.hasAdmin(), tokens.isFirstStart(), tokens.list()]).toEqual([true, false, []]);
    expect((await openTokens()).isFirstStart()).toBe(true);
  });
});

describe('when a token ends', () => {
  it.each([
    ['90m', 90 * 60_000],
    ['12h', 12 * HOUR_MS],
    ['30d', 720 * HOUR_MS],
  ])('%s from now', (expires, ms) => expect(parseExpiry({ expires }, 1000)).toBe(1000 + ms));

  it('is a date, or never; not both', () => {
    expect(parseExpiry({ expires_at: '2026-01-02T00:00:00Z' }, 0)).toBe(Date.UTC(2026, 0, 2));
    expect(parseExpiry({}, 0)).toBeNull();
    expect(() => parseExpiry({ expires: '1d', expires_at: '2026-01-02T00:00:00Z' }, 0)).toThrow('both');
  });
});

describe('a login', () => {
  const token = { id: 't', name: 'ci', role: 'viewer' } as const;
  const open = () => {
    const ended: string[] = [];
    let stands = true;
    const logins = createLogins({ clock: home.clock, newId: home.newId, stands: () => stands, on_ended: (id) => ended.push(id) });
    return { logins, ended, endToken: () => (stands = false) };
  };

  it('lasts while it is used, half a day at most', () => {
    const { logins, ended } = open();
    const { secret, login } = logins.begin(token);
    for (let used = 0; used + 29 * 60_000 < LONGEST_MS; used += 29 * 60_000) {
      home.clock.advance(29 * 60_000);
      expect(logins.find(secret)?.id).toBe(login.id);
    }
    home.clock.advance(29 * 60_000);
    expect([logins.find(secret), ended]).toEqual([null, [login.id]]);
  });

  it('ends when nobody uses it, and with its token', () => {
    const { logins, endToken } = open();
    const idle = logins.begin(token);
    home.clock.advance(30 * 60_000);
    expect([logins.find(idle.secret), logins.stands(idle.login.id)]).toEqual([null, false]);
    const other = logins.begin(token);
    endToken();
    expect([logins.find(other.secret), logins.stands(other.login.id)]).toEqual([null, false]);
  });

  it('of one token are so many and no more: the oldest makes room', () => {
    const { logins, ended } = open();
    const all = Array.from({ length: 21 }, () => logins.begin(token));
    expect(ended).toEqual([all[0]?.login.id]);
    logins.endOf('t');
    expect(ended).toHaveLength(21);
  });
});

describe('failed logins', () => {
  const open = () => createLoginThrottle(home.clock, { per_address: 3, total: 5, window_ms: 60_000 });

  it('of one address are so many in a minute; others go on', () => {
    const throttle = open();
    for (let failure = 0; failure < 3; failure++) {
      expect(throttle.wait('a')).toBe(0);
      throttle.failed('a');
      home.clock.advance(1000);
    }
    expect([throttle.wait('a'), throttle.wait('b')]).toEqual([57_000, 0]);
    home.clock.advance(57_000);
    expect(throttle.wait('a')).toBe(0);
  });

  it('of all addresses together too', () => {
    const throttle = open();
    for (const address of ['a', 'b', 'c', 'd', 'e']) throttle.failed(address);
    expect(throttle.wait('f')).toBe(60_000);
    home.clock.advance(60_000);
    expect(throttle.wait('f')).toBe(0);
  });
});

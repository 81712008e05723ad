import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPairings, MOST_PENDING, type Pairings } from '../../../host/approvals/pairings.ts';
import { openTestLedger, type TestLedger } from '../ledger/fixture.ts';

let home: TestLedger;
let pairings: Pairings;
const build = (): Promise<Pairings> => createPairings({ ledger: home.ledger, clock: home.clock, random: randomBytes });

beforeEach(async () => {
  home = await openTestLedger();
  pairings = await build();
});
afterEach(() => home.close());

/** As the bus does: the code is told with the commit that holds its row. */
const ask = async (user: string, channel = 'telegram'): Promise<string | null> => {
  const asked = pairings.ask(channel, user, `person of ${user}`);
  if (asked) await home.ledger.commit({ pairings: [asked.row] });
  return asked?.code ?? null;
};

describe('pairing', () => {
  it('gives a code of 8 characters that nobody confuses, and lets nobody in by itself', async () => {
    expect(await ask('ada')).toMatch(/^[A-HJ-NP-Z2-9]{8}$/);
    expect(pairings.isPaired('telegram', 'ada')).toBe(false);
  });

  it('lets in whom an operator approves, on that channel only, and after a restart too', async () => {
    const code = (await ask('ada')) as string;
    expect(await pairings.approve(code.toLowerCase(), 'cli:op')).toMatchObject({
      user_key: 'ada',
      state: 'approved',
      decided_by: 'cli:op',
    });
    expect([pairings.isPaired('telegram', 'ada'), pairings.isPaired('slack', 'ada'), pairings.isPaired('telegram', null)]).toEqual([
      true,
      false,
      false,
    ]);
    await home.reopen();
    expect((await build()).isPaired('telegram', 'ada')).toBe(true);
    expect((await home.ledger.auditOf(['person of ada'])).map(({ actor, action }) => [actor, action])).toEqual([
      ['cli:op', 'pairing.approved'],
    ]);
  });

  it('tells one sender the same code again, a few times', async () => {
    const codes = [await ask('ada'), await ask('ada'), await ask('ada'), await ask('ada')];
    expect(new Set(codes.slice(0, 3)).size).toBe(1);
    expect(codes[3]).toBeNull();
  });

  it('has a code for the first few of a channel, and for others when those are over', async () => {
    const codes = [];
    for (let user = 0; user < MOST_PENDING + 1; user++) codes.push(await ask(`user ${user}`));
    expect(codes.map((code) => code !== null)).toEqual([true, true, true, false]);
    expect(await ask('somebody', 'slack')).not.toBeNull();
    home.clock.advance(3_600_000);
    expect(await ask('late')).not.toBeNull();
  });

  it('ends after an hour: the code is nobody’s then, and the sender gets another', async () => {
    const code = (await ask('ada')) as string;
    home.clock.advance(3_599_999);
    expect(pairings.list()).toMatchObject([{ code, state: 'pending' }]);
    home.clock.advance(1);
    expect(pairings.list()).toMatchObject([{ code, state: 'expired' }]);
    await expect(pairings.approve(code, 'cli:op')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const other = await ask('ada');
    expect(other).not.toBe(code);
  });

  it('is approved once, and not by a code that nobody has', async () => {
    const code = (await ask('ada')) as string;
    await pairings.approve(code, 'cli:op');
    await expect(pairings.approve(code, 'cli:op')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(pairings.approve('AAAAAAAA', 'cli:op')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('that was approved is not taken back by a code that is written late', async () => {
    const asked = pairings.ask('telegram', 'ada', 'p');
    await pairings.approve(asked?.code as string, 'cli:op');
    await home.ledger.commit({ pairings: [asked?.row as NonNullable<typeof asked>['row']] });
    expect((await build()).isPaired('telegram', 'ada')).toBe(true);
  });

  it('is taken back: the sender is a stranger again at once and after a restart, and gets another code', async () => {
    const code = (await ask('ada')) as string;
    await ask('bob');
    await pairings.approve(code, 'cli:op');
    const revoking = pairings.revoke('telegram', 'ada', 'cli:eve');
    expect(pairings.isPaired('telegram', 'ada')).toBe(false);
    expect(await revoking).toMatchObject({ code, user_key: 'ada', state: 'approved', decided_by: 'cli:op' });
    expect((await home.ledger.auditOf(['person of ada'])).map(({ actor, action }) => [actor, action])).toEqual([
      ['cli:op', 'pairing.approved'],
      ['cli:eve', 'pairing.revoked'],
    ]);
    await home.reopen();
    pairings = await build();
    expect([pairings.isPaired('telegram', 'ada'), pairings.list().map(({ user_key }) => user_key)]).toEqual([false, ['bob']]);
    expect(await ask('ada')).not.toBe(code);
  });

  it('that waits is taken back too: its code is nobody’s; what nobody has cannot be', async () => {
    const code = (await ask('ada')) as string;
    expect(await pairings.revoke('telegram', 'ada', 'cli:op')).toMatchObject({ state: 'pending' });
    await expect(pairings.approve(code, 'cli:op')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    for (const [channel, user] of [
      ['telegram', 'ada'],
      ['slack', 'ada'],
      ['telegram', 'nobody'],
    ] as const)
      await expect(pairings.revoke(channel, user, 'cli:op')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('that is approved while it is taken back stays taken back, and whoever approves is told', async () => {
    const code = (await ask('ada')) as string;
    const [approving, revoking] = [pairings.approve(code, 'cli:op'), pairings.revoke('telegram', 'ada', 'cli:eve')];
    await expect(approving).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await revoking;
    expect([pairings.isPaired('telegram', 'ada'), (await build()).isPaired('telegram', 'ada')]).toEqual([false, false]);
  });

  it('stands when taking it back cannot be written', async () => {
    await pairings.approve((await ask('ada')) as string, 'cli:op');
    const commit = () => Promise.reject(new Error('SQLITE_FULL'));
    const full = await createPairings({ ledger: { ...home.ledger, commit }, clock: home.clock, random: randomBytes });
    await expect(full.revoke('telegram', 'ada', 'cli:op')).rejects.toThrow('SQLITE_FULL');
    expect(full.isPaired('telegram', 'ada')).toBe(true);
  });
});

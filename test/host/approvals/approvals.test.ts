import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Approvals, createApprovals, hashRequest } from '../../../host/approvals/approvals.ts';
import type { ApprovalUse } from '../../../host/db/unit.ts';
import { openTestLedger, type TestLedger } from '../ledger/fixture.ts';

let home: TestLedger;
let approvals: Approvals;
/** What the executor of the kind `act` was given. */
let carried: { request: unknown; by: unknown }[];
let use: ApprovalUse | null;

const REQUEST = { connector: 'web_fetch', operation: 'fetch', params: { url: 'https://example.com/a' }, session_id: 's1' };

const build = (): Approvals =>
  createApprovals({
    ledger: home.ledger,
    clock: home.clock,
    newId: home.newId,
    executors: {
      async act(request, given, by) {
        use = given;
        const { approvals: used } = await home.ledger.commit({ approval_changes: [given.change], audit: given.audit });
        if (!used.has(given.change.id)) throw new Error('did not count');
        carried.push({ request, by });
      },
    },
  });

beforeEach(async () => {
  home = await openTestLedger();
  carried = [];
  use = null;
  approvals = build();
});
afterEach(() => home.close());

const commit = async (given: ApprovalUse): Promise<boolean> =>
  (
    await home.ledger.commit({
      approval_changes: [given.change],
      settings: [{ name: 'acted', value: 'yes', at: home.clock.now(), actor: 'x', reason: null, requires_approval: given.change.id }],
      audit: given.audit,
    })
  ).approvals.has(given.change.id);

const acted = async (): Promise<boolean> => (await home.ledger.setting('acted')) !== undefined;
const trail = async (id: string): Promise<string[]> =>
  (await home.ledger.auditOf([id])).map(({ actor, decision }) => `${actor}: ${decision}`);

describe('an approval', () => {
  it('shows exactly what is asked for, by whom and until when, and keeps it sealed', async () => {
    const asked = await approvals.request('connector', REQUEST, 'token:op');
    expect(asked).toMatchObject({ kind: 'connector', request: REQUEST, state: 'pending', requested_by: 'token:op', decided_by: null });
    expect(Date.parse(asked.expires_at) - Date.parse(asked.requested_at)).toBe(300_000);
    const [row] = await home.database.reader.all<{ request: string }>('SELECT request FROM approvals');
    expect(row?.request).toMatch(/^v1\./);
    expect(await approvals.list({ before: null, limit: 10 })).toEqual([asked]);
  });

  it('is used once, in the commit that acts', async () => {
    const { id } = await approvals.request('connector', REQUEST, 'agent');
    await approvals.approve(id, 'cli:ada');
    const given = await approvals.use(id, 'connector', REQUEST, 'agent');
    expect(await commit(given)).toBe(true);
    expect(await approvals.show(id)).toMatchObject({ state: 'used', decided_by: 'cli:ada' });
    expect(await trail(id)).toEqual(['agent: pending', 'cli:ada: approved', 'agent: used']);
    await expect(approvals.use(id, 'connector', REQUEST, 'agent')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });

  it('counts for one of two who hold it at the same time; what the other would have done is not written', async () => {
    const { id } = await approvals.request('connector', REQUEST, 'agent');
    await approvals.approve(id, 'cli:ada');
    const [one, other] = [await approvals.use(id, 'connector', REQUEST, 'a'), await approvals.use(id, 'connector', REQUEST, 'b')];
    const counted = await Promise.all([commit(one), commit(other)]);
    expect(counted).toEqual([true, false]);
    const history = await home.database.reader.all(`SELECT * FROM settings_history WHERE name = 'acted'`);
    expect(history).toHaveLength(1);
    expect(await trail(id)).toEqual(['agent: pending', 'cli:ada: approved', 'a: used']);
  });

  it.each<[string, string, unknown]>([
    ['one character of a parameter', 'connector', { ...REQUEST, params: { url: 'https://example.com/b' } }],
    ['another session', 'connector', { ...REQUEST, session_id: 's2' }],
    ['a parameter more', 'connector', { ...REQUEST, params: { ...REQUEST.params, depth: 2 } }],
    ['another kind', 'network_mode', REQUEST],
  ])('is not for %s', async (_what, kind, request) => {
    const { id } = await approvals.request('connector', REQUEST, 'agent');
    await approvals.approve(id, 'cli:ada');
    await expect(approvals.use(id, kind, request, 'agent')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    expect((await approvals.show(id)).state).toBe('approved');
  });

  it('is for the same request however its members are ordered', async () => {
    const { id } = await approvals.request('connector', { a: 1, b: [2, 3] }, 'agent');
    await approvals.approve(id, 'cli:ada');
    expect(await commit(await approvals.use(id, 'connector', { b: [2, 3], a: 1 }, 'agent'))).toBe(true);
    expect(hashRequest('x', { a: 1 })).not.toBe(hashRequest('x', { a: '1' }));
  });

  it('cannot be used before it is approved, nor after it was denied', async () => {
    const { id } = await approvals.request('connector', REQUEST, 'agent');
    await expect(approvals.use(id, 'connector', REQUEST, 'agent')).rejects.toMatchObject({ message: expect.stringContaining('pending') });
    expect((await approvals.deny(id, 'cli:ada')).state).toBe('denied');
    await expect(approvals.use(id, 'connector', REQUEST, 'agent')).rejects.toMatchObject({ message: expect.stringContaining('denied') });
    await expect(approvals.approve(id, 'cli:ada')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await expect(approvals.deny(id, 'cli:ada')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });

  it('ends after its time: not approved, not used, also when it was taken out a moment before', async () => {
    const { id } = await approvals.request('connector', REQUEST, 'agent');
    const late = await approvals.request('connector', REQUEST, 'agent');
    await approvals.approve(id, 'cli:ada');
    home.clock.advance(299_999);
    const given = await approvals.use(id, 'connector', REQUEST, 'agent');
    home.clock.advance(1);
    given.change.at = home.clock.now();
    expect(await commit(given)).toBe(false);
    expect(await acted()).toBe(false);
    expect((await approvals.show(id)).state).toBe('expired');
    await expect(approvals.approve(late.id, 'cli:ada')).rejects.toMatchObject({ message: expect.stringContaining('expired') });
  });

  it('survives a restart', async () => {
    const { id } = await approvals.request('connector', REQUEST, 'agent');
    await home.reopen();
    approvals = build();
    await approvals.approve(id, 'cli:ada');
    expect(await commit(await approvals.use(id, 'connector', REQUEST, 'agent'))).toBe(true);
  });

  it('whose stored request was changed is not carried out', async () => {
    const { id } = await approvals.request('act', { value: 'off' }, 'token:op');
    const other = await approvals.request('act', { value: 'on' }, 'token:op');
    await home.database.reader.all('SELECT 1');
    const forged = home.ledger.sealText('{"value":"on"}', 'approvals', id, 'request');
    const { openConnection } = await import('../../../host/db/connection.ts');
    const db = await openConnection(home.file);
    await db.run('UPDATE approvals SET request = ? WHERE id = ?', [forged, id]);
    await db.close();
    await expect(approvals.approve(id, 'cli:ada')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    expect(carried).toEqual([]);
    expect((await approvals.approve(other.id, 'cli:ada')).state).toBe('used');
  });
});

describe('an approval that the host carries out itself', () => {
  it('is carried out once, as it was asked, when it is approved', async () => {
    const { id } = await approvals.request('act', { value: 'off', reason: null }, 'token:op');
    expect(await approvals.approve(id, 'cli:ada')).toMatchObject({ state: 'used', decided_by: 'cli:ada' });
    expect(carried).toEqual([{ request: { value: 'off', reason: null }, by: { requested_by: 'token:op', decided_by: 'cli:ada' } }]);
    await expect(approvals.approve(id, 'cli:bob')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    expect(await commit(use as ApprovalUse)).toBe(false);
    expect(carried).toHaveLength(1);
  });

  it('is carried out once when two approve it at the same time', async () => {
    const { id } = await approvals.request('act', { value: 'off' }, 'token:op');
    const outcomes = await Promise.allSettled([approvals.approve(id, 'cli:ada'), approvals.approve(id, 'cli:bob')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(carried).toHaveLength(1);
  });

  it('is not found under a name that every object has', async () => {
    const { id } = await approvals.request('constructor', {}, 'x');
    expect((await approvals.approve(id, 'cli:ada')).state).toBe('approved');
  });
});

/** A person's consent to one exact request: carried out once, however it comes, and never for anything else. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failInterruptedRequests } from '../../../host/ledger/resume.ts';
import { type Bench, openBench, WRITES } from './harness.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  bench.policy = WRITES;
  await bench.home.ledger.commit({
    sessions: [
      {
        id: 's1',
        session_key: 'k1',
        channel_id: 'telegram',
        user_key: 'ada',
        conversation_key: 'chat',
        thread_key: null,
        state: 'open',
        active: 1,
        held_by: null,
        created_at: 1,
        last_active_at: 1,
      },
    ],
  });
});
afterEach(() => bench.close());

const SEND = { operation: 'send', params: { text: 'hello', to: 'https://example.com/' } };
const ask = async (more: object = {}) => {
  const answer = await bench.execute({ ...SEND, ...more });
  expect(answer).toMatchObject({ status: 'requires_approval', data: null, error: { code: 'APPROVAL_REQUIRED' } });
  return { evidence_id: answer.evidence_id, approval_id: answer.error?.approval_id as string };
};

describe('a request that needs consent', () => {
  it('shows whoever approves what is asked, by whom and how risky it is, and has done nothing yet', async () => {
    const { approval_id, evidence_id } = await ask({ session_id: 's1' });
    expect(bench.items.calls).toEqual([]);
    const shown = await bench.approvals.show(approval_id);
    expect(shown).toMatchObject({ kind: 'connector_request', state: 'pending', requested_by: 'token:t' });
    expect(Date.parse(shown.expires_at) - Date.parse(shown.requested_at)).toBe(300_000);
    expect(shown.request).toMatchObject({
      connector: 'items',
      operation: 'send',
      params: SEND.params,
      effect: 'write',
      risk: 'high',
      session_id: 's1',
      caller: { kind: 'api', actor: 'token:t', channel_id: 'telegram', user_key: 'ada' },
    });
    expect(await bench.evidence(evidence_id)).toMatchObject({ state: 'requires_approval', approval_id, finished_at: null });
  });

  it('is carried out once when it is approved, and its result lies with its evidence', async () => {
    const { approval_id, evidence_id } = await ask();
    expect(await bench.approvals.approve(approval_id, 'cli:op')).toMatchObject({ state: 'used', decided_by: 'cli:op' });
    expect(bench.items.calls).toEqual([SEND]);
    expect(await bench.evidence(evidence_id)).toMatchObject({ state: 'success', data: { got: SEND.params }, rule: 'approval' });
    expect(await bench.trail(evidence_id)).toEqual([
      'connector.requested requires_approval',
      'connector.requested started',
      'connector.finished success',
    ]);
    await expect(bench.approvals.approve(approval_id, 'cli:op')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    expect(bench.items.calls).toHaveLength(1);
  });

  it('hands its result to the session that asked', async () => {
    const { approval_id, evidence_id } = await ask({ session_id: 's1' });
    await bench.approvals.approve(approval_id, 'cli:op');
    expect(bench.delivered).toMatchObject([
      {
        approval_id,
        request: { connector_type: 'items', operation: 'send' },
        caller: { session_id: 's1', channel_id: 'telegram', user_key: 'ada' },
        response: { status: 'success', evidence_id, data: { got: SEND.params } },
      },
    ]);
    const alone = await ask();
    await bench.approvals.approve(alone.approval_id, 'cli:op');
    expect(bench.delivered).toHaveLength(1);
  });

  it('lets whoever asked fetch what it brought, once, without another call', async () => {
    const { approval_id, evidence_id } = await ask();
    await bench.approvals.approve(approval_id, 'cli:op');
    const fetched = await bench.execute({ ...SEND, approval_id });
    expect(fetched).toMatchObject({ status: 'success', evidence_id, data: { got: SEND.params } });
    const again = await bench.execute({ ...SEND, approval_id });
    expect(again).toMatchObject({ status: 'denied', data: null, error: { code: 'APPROVAL_REQUIRED' } });
    expect(again.evidence_id).not.toBe(evidence_id);
    expect(bench.items.calls).toHaveLength(1);
  });

  it('that cannot be carried out when it is approved stays approved, and is carried out with its id once', async () => {
    const { approval_id, evidence_id } = await ask();
    bench.mode = 'readonly';
    expect(await bench.approvals.approve(approval_id, 'cli:op')).toMatchObject({ state: 'approved' });
    expect(bench.items.calls).toEqual([]);
    expect((await bench.execute({ ...SEND, approval_id })).error?.code).toBe('NETWORK_MODE_BLOCKED');
    bench.mode = 'on';
    const answers = await Promise.all([bench.execute({ ...SEND, approval_id }), bench.execute({ ...SEND, approval_id })]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['denied', 'success']);
    expect(answers.find(({ status }) => status === 'success')).toMatchObject({ evidence_id, data: { got: SEND.params } });
    expect(bench.items.calls).toEqual([SEND]);
    expect((await bench.execute({ ...SEND, approval_id })).status).toBe('denied');
    expect(bench.delivered).toEqual([]);
    expect((await bench.approvals.show(approval_id)).state).toBe('used');
  });
});

describe('an approval', () => {
  it.each([
    ['another character in the parameters', { params: { ...SEND.params, text: 'hellO' } }],
    ['one more parameter', { params: { ...SEND.params, more: 1 } }],
    ['another operation', { operation: 'execute', params: {} }],
    ['another session', { session_id: 's1' }],
  ])('is for no request with %s', async (_what, change) => {
    bench.policy = { blocked_operations: [], connectors: { items: { ...WRITES.connectors?.items, require_approval: true } } };
    for (const approved of [false, true]) {
      const { approval_id } = await ask();
      bench.mode = approved ? 'on' : 'readonly';
      await bench.approvals.approve(approval_id, 'cli:op');
      bench.mode = 'on';
      bench.items.calls = [];
      expect(await bench.execute({ ...SEND, ...change, approval_id })).toMatchObject({
        status: 'denied',
        error: { code: 'APPROVAL_REQUIRED', message: expect.stringContaining('for another request') },
      });
      expect(bench.items.calls).toEqual([]);
    }
  });

  it('counts for nothing before it was given, after it was denied, or when it is over', async () => {
    const pending = await ask();
    expect(await bench.execute({ ...SEND, approval_id: pending.approval_id })).toMatchObject({
      status: 'denied',
      error: { code: 'APPROVAL_REQUIRED', message: expect.stringContaining('pending') },
    });
    await bench.approvals.deny(pending.approval_id, 'cli:op');
    expect((await bench.execute({ ...SEND, approval_id: pending.approval_id })).error?.message).toContain('denied');
    const late = await ask();
    bench.home.clock.advance(300_000);
    await expect(bench.approvals.approve(late.approval_id, 'cli:op')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    expect((await bench.execute({ ...SEND, approval_id: late.approval_id })).error?.message).toContain('expired');
    const given = await ask();
    bench.mode = 'readonly';
    await bench.approvals.approve(given.approval_id, 'cli:op');
    bench.mode = 'on';
    bench.home.clock.advance(300_000);
    expect((await bench.execute({ ...SEND, approval_id: given.approval_id })).status).toBe('denied');
    const carried = await ask();
    await bench.approvals.approve(carried.approval_id, 'cli:op');
    bench.items.calls = [];
    bench.home.clock.advance(300_000);
    expect((await bench.execute({ ...SEND, approval_id: carried.approval_id })).status).toBe('denied');
    expect((await bench.execute({ ...SEND, approval_id: 'none' })).error?.message).toContain('no approval');
    expect(bench.items.calls).toEqual([]);
  });

  it('of another kind is for no request', async () => {
    const other = await bench.approvals.request('other', { evidence_id: 'x', params_hash: 'y' }, 'token:t');
    await bench.approvals.approve(other.id, 'cli:op');
    expect((await bench.execute({ ...SEND, approval_id: other.id })).status).toBe('denied');
  });

  it('to a read is none when the connector says meanwhile that the operation writes', async () => {
    bench.policy = { connectors: { items: { ...WRITES.connectors?.items, require_approval: true } } };
    const answer = await bench.execute({ operation: 'fetch' });
    const { OPERATIONS } = await import('./harness.ts');
    const before = OPERATIONS.fetch;
    OPERATIONS.fetch = { ...before, effect: 'write' } as never;
    try {
      bench.build();
      await expect(bench.approvals.approve(answer.error?.approval_id ?? '', 'cli:op')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    } finally {
      OPERATIONS.fetch = before as never;
    }
    expect(bench.items.calls).toEqual([]);
  });

  it('counts against the limit once, when it is asked for', async () => {
    bench.policy = { connectors: { items: { ...WRITES.connectors?.items, rate_limit_per_minute: 1 } } };
    const { approval_id } = await ask();
    expect((await bench.execute(SEND)).status).toBe('rate_limited');
    await bench.approvals.approve(approval_id, 'cli:op');
    expect(bench.items.calls).toHaveLength(1);
  });

  it('for an erased person carries nothing out and shows nothing of them', async () => {
    const { approval_id, evidence_id } = await ask({ session_id: 's1' });
    await bench.home.ledger.commit({ erasures: [{ at: 1, evidence: [evidence_id] }] });
    expect((await bench.approvals.show(approval_id)).request).toMatchObject({ params: null });
    await expect(bench.approvals.approve(approval_id, 'cli:op')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    expect(bench.items.calls).toEqual([]);
  });
});

describe('a host that dies', () => {
  class Died extends Error {}
  const die = (at: string) => {
    bench.probe = (point) => {
      if (point === at) throw new Died();
    };
  };
  const restart = async () => {
    await bench.home.reopen();
    bench.probe = undefined;
    bench.build();
    return failInterruptedRequests(bench.home);
  };

  it.each([
    ['before the call', 'request.started', 0],
    ['after the call', 'request.called', 1],
  ])('%s has used the approval up: nobody knows, and nothing is repeated', async (_when, point, calls) => {
    const { approval_id, evidence_id } = await ask({ session_id: 's1' });
    die(point);
    await expect(bench.approvals.approve(approval_id, 'cli:op')).rejects.toThrow(Died);
    expect(await restart()).toBe(1);
    expect(await bench.evidence(evidence_id)).toMatchObject({ state: 'unknown', code: 'INTERRUPTED', data: null, error: null });
    expect((await bench.trail(evidence_id)).at(-1)).toBe('connector.finished unknown');
    await expect(bench.approvals.approve(approval_id, 'cli:op')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    // What is fetched is that nobody knows.
    expect(await bench.execute({ ...SEND, session_id: 's1', approval_id })).toMatchObject({
      status: 'failed',
      evidence_id,
      error: { code: 'CONNECTOR_ERROR', message: expect.stringContaining('nobody can say') },
    });
    expect(bench.items.calls).toHaveLength(calls as number);
    expect(await restart()).toBe(0);
  });

  it('before the approval was consumed leaves it to be given', async () => {
    const { approval_id } = await ask();
    expect(await restart()).toBe(0);
    await bench.approvals.approve(approval_id, 'cli:op');
    expect(bench.items.calls).toEqual([SEND]);
  });
});

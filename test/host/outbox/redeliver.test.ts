import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutboundState } from '../../../host/db/unit.ts';
import { dropDelivery, type RedeliverDeps, retryDelivery } from '../../../host/outbox/redeliver.ts';
import { inboundRow, openTestLedger, outboundRow, someOutbound, statesOf, type TestLedger } from '../ledger/fixture.ts';

let home: TestLedger;
let woken: string[];
let told: string[];
let deps: RedeliverDeps;
beforeEach(async () => {
  home = await openTestLedger();
  woken = [];
  told = [];
  deps = {
    ledger: home.ledger,
    now: () => home.clock.now(),
    feed: { publish: ({ kind, id, state }) => void told.push(`${kind} ${id} ${state}`) },
    wake: (channel_id) => void woken.push(channel_id),
  };
});
afterEach(() => home.close());

/** The parts of one answer, each in a state and with a reason. */
const answer = async (...parts: [OutboundState, string | null][]): Promise<void> => {
  await home.ledger.commit({
    messages: [
      inboundRow(home, 'q', {}, { state: 'answered' }),
      ...parts.map((_, index) => outboundRow(home, `p${index + 1}`, { part: index + 1 }, { in_reply_to: 'q' })),
    ],
  });
  await home.ledger.commit({
    message_changes: parts.map(([state, reason], index) => ({
      id: `p${index + 1}`,
      from: ['pending'],
      state,
      reason,
      attempts: 3,
      next_attempt_at: 5,
      finished_at: 9,
      error: home.ledger.sealMessageError(someOutbound(`p${index + 1}`), 'went wrong'),
    })),
  });
};

const trail = async (...ids: string[]) =>
  (await home.ledger.auditOf(ids)).map(({ subject, actor, action, decision }) => [subject, actor, action, decision]);

describe('handing a delivery back', () => {
  it.each<OutboundState>(['unknown', 'expired', 'dead'])('sends one that is %s again, as if for the first time', async (state) => {
    await answer([state, 'NO_ANSWER']);
    expect(await retryDelivery(deps, 'p1', 'cli:ada')).toEqual({ retried: ['p1'] });
    expect(await home.ledger.messageById('p1')).toMatchObject({
      state: 'pending',
      reason: null,
      error: null,
      attempts: 0,
      next_attempt_at: null,
      held_by: null,
      finished_at: null,
    });
    expect(woken).toEqual(['telegram']);
    expect(await trail('p1')).toEqual([['p1', 'cli:ada', 'delivery.retried', 'pending']]);
  });

  it('takes along the later parts that fell with it, and no other part', async () => {
    await answer(
      ['sent', null],
      ['unknown', 'NO_ANSWER'],
      ['dead', 'EARLIER_PART_FAILED'],
      ['dead', 'BLOCKED'],
      ['dead', 'EARLIER_PART_FAILED'],
    );
    expect(await retryDelivery(deps, 'p2', 'cli:ada')).toEqual({ retried: ['p2', 'p3', 'p5'] });
    expect(await statesOf(home, 'p1', 'p2', 'p3', 'p4', 'p5')).toEqual(['sent', 'pending', 'pending', 'dead', 'pending']);
    expect(told).toEqual(['message p2 pending', 'message p3 pending', 'message p5 pending']);
    expect(woken).toEqual(['telegram']);
  });

  it.each<OutboundState>(['sent', 'delivered', 'read', 'sending', 'pending', 'held'])(
    'refuses one that is %s, says so, and writes nothing',
    async (state) => {
      await answer([state, null], ['dead', 'EARLIER_PART_FAILED']);
      await expect(retryDelivery(deps, 'p1', 'cli:ada')).rejects.toMatchObject({
        code: 'STATE_CONFLICT',
        message: expect.stringContaining(state),
        hint: expect.stringContaining('unknown'),
      });
      expect(await statesOf(home, 'p1', 'p2')).toEqual([state, 'dead']);
      expect([await trail('p1', 'p2'), woken]).toEqual([[], []]);
    },
  );

  it('is done once when two people do it at the same moment', async () => {
    await answer(['dead', 'BLOCKED']);
    const both = await Promise.allSettled([retryDelivery(deps, 'p1', 'cli:ada'), retryDelivery(deps, 'p1', 'cli:bob')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await trail('p1')).toHaveLength(1);
  });

  it.each(['nobody', 'q'])('is not possible for %s, which is no delivery', async (id) => {
    await answer(['dead', null]);
    await expect(retryDelivery(deps, id, 'cli:ada')).rejects.toMatchObject({
      code: 'DELIVERY_NOT_FOUND',
      hint: expect.stringContaining('deliveries list'),
    });
    await expect(dropDelivery(deps, id, 'cli:ada')).rejects.toMatchObject({ code: 'DELIVERY_NOT_FOUND' });
  });
});

describe('giving a delivery up', () => {
  it.each<OutboundState>(['pending', 'held', 'unknown', 'expired', 'dead'])('ends one that is %s', async (state) => {
    await answer([state, null]);
    expect(await dropDelivery(deps, 'p1', 'cli:ada')).toEqual({ dropped: 'p1' });
    expect(await home.ledger.messageById('p1')).toMatchObject({ state: 'dead', reason: 'DROPPED', finished_at: home.clock.now() });
    expect(await trail('p1')).toEqual([['p1', 'cli:ada', 'delivery.dropped', 'dead']]);
    expect(woken).toEqual(['telegram']);
  });

  it('ends the later parts that still wait: half an answer is not sent', async () => {
    await answer(['held', null], ['held', null], ['pending', null]);
    await dropDelivery(deps, 'p1', 'cli:ada');
    expect(await statesOf(home, 'p1', 'p2', 'p3')).toEqual(['dead', 'dead', 'dead']);
    expect(told).toEqual(['message p1 dead', 'message p2 dead', 'message p3 dead']);
    expect((await home.ledger.messageById('p3'))?.reason).toBe('EARLIER_PART_FAILED');
    expect(await trail('p2', 'p3')).toHaveLength(2);
  });

  it.each<OutboundState>(['sending', 'sent', 'delivered', 'read'])('is refused for one that is %s', async (state) => {
    await answer([state, null]);
    await expect(dropDelivery(deps, 'p1', 'cli:ada')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    expect([await statesOf(home, 'p1'), await trail('p1'), told]).toEqual([[state], [], []]);
  });
});

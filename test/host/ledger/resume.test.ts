import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutboundState } from '../../../host/db/unit.ts';
import { failInterrupted } from '../../../host/ledger/resume.ts';
import { eventRow, inboundRow, openTestLedger, outboundRow, statesOf, type TestLedger } from './fixture.ts';

let home: TestLedger;
beforeEach(async () => {
  home = await openTestLedger();
});
afterEach(() => home.close());

/** An answer in parts, each in a state. */
const answer = async (id: string, states: readonly OutboundState[], channel_id = 'telegram'): Promise<void> => {
  await home.ledger.commit({
    messages: [
      inboundRow(home, id, { channel_id }, { state: 'answered' }),
      ...states.map((state, index) => outboundRow(home, `${id}.${index + 1}`, { channel_id, part: index + 1 }, { in_reply_to: id, state })),
    ],
  });
};

const resume = (resend: (channel_id: string) => boolean = () => false) =>
  failInterrupted({ ledger: home.ledger, clock: home.clock, resend });
const reasonOf = async (id: string) => (await home.ledger.messageById(id))?.reason;

describe('after the host died', () => {
  it('a delivery that was being sent is unknown, neither forgotten nor sent again, and the later parts fall with it', async () => {
    await answer('q', ['sent', 'sending', 'pending', 'held']);
    await home.reopen();
    expect(await resume()).toBe(1);
    expect(await statesOf(home, 'q', 'q.1', 'q.2', 'q.3', 'q.4')).toEqual(['answered', 'sent', 'unknown', 'dead', 'dead']);
    expect(await home.ledger.messageById('q.2')).toMatchObject({ reason: 'INTERRUPTED', attempts: 1, finished_at: home.clock.now() });
    expect([await reasonOf('q.3'), await reasonOf('q.4')]).toEqual(['EARLIER_PART_FAILED', 'EARLIER_PART_FAILED']);
  });

  it('each of these has its line in the audit trail', async () => {
    await answer('q', ['sending', 'pending']);
    await resume();
    expect((await home.ledger.auditOf(['q.1', 'q.2'])).map(({ subject, action, decision }) => [subject, action, decision])).toEqual([
      ['q.1', 'delivery.finished', 'unknown'],
      ['q.2', 'delivery.finished', 'dead'],
    ]);
  });

  it('a channel that may resend gets its delivery back, and no part is given up', async () => {
    await answer('q', ['sending', 'pending']);
    await answer('r', ['sending'], 'slack');
    expect(await resume((channel_id) => channel_id === 'telegram')).toBe(2);
    expect(await statesOf(home, 'q.1', 'q.2', 'r.1')).toEqual(['pending', 'pending', 'unknown']);
    expect(await home.ledger.messageById('q.1')).toMatchObject({ attempts: 1, finished_at: null });
  });

  it('everything else stands as it was committed', async () => {
    await home.ledger.commit({
      events: [eventRow(home, 'e')],
      messages: [inboundRow(home, 'asked', {}, { state: 'dispatched' }), inboundRow(home, 'waits')],
    });
    await answer('q', ['pending']);
    await answer('done', ['sent']);
    await home.reopen();
    expect(await resume()).toBe(0);
    expect(await statesOf(home, 'asked', 'waits', 'q.1', 'done.1')).toEqual(['dispatched', 'received', 'pending', 'sent']);
    expect((await home.ledger.openInbound(0, 10)).map(({ id }) => id)).toEqual(['asked', 'waits']);
    expect((await home.ledger.waitingOutbound('telegram', 0, 10)).map(({ id }) => id)).toEqual(['q.1']);
    expect((await home.ledger.waitingEvents('telegram', 0, 10)).map(({ event }) => event.id)).toEqual(['e']);
  });

  it('a host that dies again while it settles goes on where it was: twice is the same as once', async () => {
    await answer('q', ['sending', 'pending']);
    await resume();
    expect(await resume()).toBe(0);
    expect(await home.ledger.auditOf(['q.1'])).toHaveLength(1);
  });

  it('more than a page of them are all settled', async () => {
    await home.ledger.commit({
      messages: Array.from({ length: 1203 }, (_, index) => outboundRow(home, `o${index}`, {}, { state: 'sending' })),
    });
    expect(await resume()).toBe(1203);
    expect(await home.ledger.interruptedOutbound(1)).toEqual([]);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ReceivedChecks, reportChange, sortReceived } from '../../../host/bus/received.ts';
import type { OutboundState } from '../../../host/db/unit.ts';
import { compile } from '../../../schemas/compile.ts';
import { AccountReport, DeliveryReport, InboundMessageInput } from '../../../schemas/message.ts';
import { createCountingIds } from '../../support/counting-ids.ts';
import { openTestLedger, outboundRow, someEvent, type TestLedger } from '../ledger/fixture.ts';

const CHECKS: ReceivedChecks = {
  message: compile(InboundMessageInput),
  delivery_report: compile(DeliveryReport),
  account: compile(AccountReport),
};
const MESSAGE = {
  message_id: 'm1',
  type: 'text',
  conversation_key: 'chat',
  conversation_type: 'direct',
  timestamp: '2026-01-01T10:00:00Z',
};
const AT = '2026-01-01T10:00:00Z';

const sort = (...received: unknown[]) => sortReceived(received, someEvent('e'), CHECKS, createCountingIds());

describe('what an adapter made of an event', () => {
  it('is sorted into messages, delivery reports and reports of the account', () => {
    const sorted = sort(
      MESSAGE,
      { kind: 'delivery_report', platform_message_id: 'p', status: 'read', at: AT },
      { kind: 'message', ...MESSAGE, message_id: 'm2' },
      { kind: 'account', status: 'degraded', reason: 'token revoked' },
    );
    expect(sorted.messages.map(({ id, message_id }) => [id, message_id])).toEqual([
      ['id-000001', 'm1'],
      ['id-000002', 'm2'],
    ]);
    expect([sorted.reports.length, sorted.accounts.length, sorted.refused]).toEqual([1, 1, []]);
  });

  it.each<[string, unknown, RegExp]>([
    ['no object', 'hi', /^message 0: /],
    ['null', null, /^message 0: /],
    ['a list', [MESSAGE], /^message 0: /],
    ['a message without its id', { ...MESSAGE, message_id: undefined }, /message_id/],
    ['an empty id', { ...MESSAGE, message_id: '' }, /\/message_id/],
    ['a key that is too long', { ...MESSAGE, user_key: 'x'.repeat(256) }, /\/user_key/],
    ['a number for an id', { ...MESSAGE, user_key: 5 }, /\/user_key/],
    ['a type that is none', { ...MESSAGE, type: 'shell' }, /\/type/],
    ['a field that is not ours', { ...MESSAGE, channel_id: 'slack' }, /additional/],
    ['a time that is none', { ...MESSAGE, timestamp: 'yesterday' }, /\/timestamp/],
    ['a kind that is none', { ...MESSAGE, kind: 'command' }, /\/kind/],
    [
      'a report of an unknown status',
      { kind: 'delivery_report', platform_message_id: 'p', status: 'lost', at: AT },
      /^delivery_report 0: .*\/status/,
    ],
    ['a report of the account without a reason', { kind: 'account', status: 'ok' }, /^account 0: .*reason/],
  ])('is kept but for %s, which is refused with its reason', (_what, wrong, reason) => {
    const sorted = sort(wrong, MESSAGE);
    expect(sorted.messages.map(({ message_id }) => message_id)).toEqual(['m1']);
    expect(sorted.refused).toEqual([expect.stringMatching(reason)]);
  });

  it('is not taken beyond a thousand, and that is said', () => {
    const sorted = sort(...Array.from({ length: 1500 }, (_, index) => ({ ...MESSAGE, message_id: `m${index}` })));
    expect([sorted.messages.length, sorted.refused]).toEqual([1000, ['500 more than 1000 are not taken']]);
  });
});

describe('a delivery report', () => {
  let home: TestLedger;
  beforeEach(async () => {
    home = await openTestLedger();
  });
  afterEach(() => home.close());

  const stand = async (state: OutboundState): Promise<void> => {
    await home.ledger.commit({ messages: [outboundRow(home, 'd')] });
    await home.ledger.commit({
      message_changes: [{ id: 'd', from: ['pending'], state, platform_message_id: 'p', reason: state === 'unknown' ? 'NO_ANSWER' : null }],
    });
  };
  const report = async (status: DeliveryReport['status'], at = AT, reason?: string): Promise<void> => {
    const row = await home.ledger.outboundByPlatformId('telegram', 'p');
    if (!row) throw new Error('no such delivery');
    const change = reportChange(home.ledger, row, {
      kind: 'delivery_report',
      platform_message_id: 'p',
      status,
      at,
      ...(reason ? { reason } : {}),
    });
    await home.ledger.commit({ message_changes: [change] });
  };
  const now = async () => {
    const row = await home.ledger.messageById('d');
    if (!row) throw new Error('no such delivery');
    return { ...row, error: home.ledger.openError('messages', 'd', row.error) };
  };

  it.each<[OutboundState, DeliveryReport['status'], OutboundState]>([
    ['sent', 'sent', 'sent'],
    ['sent', 'delivered', 'delivered'],
    ['sent', 'read', 'read'],
    ['sent', 'failed', 'dead'],
    ['delivered', 'sent', 'delivered'],
    ['delivered', 'read', 'read'],
    ['delivered', 'failed', 'delivered'],
    ['read', 'sent', 'read'],
    ['read', 'delivered', 'read'],
    ['read', 'failed', 'read'],
    ['unknown', 'sent', 'sent'],
    ['unknown', 'delivered', 'delivered'],
    ['unknown', 'failed', 'dead'],
    ['dead', 'sent', 'dead'],
    ['dead', 'delivered', 'dead'],
    ['pending', 'delivered', 'pending'],
    ['held', 'failed', 'held'],
    ['expired', 'read', 'expired'],
  ])('moves a delivery that is %s and is said to be %s to %s', async (from, status, to) => {
    await stand(from);
    await report(status);
    expect((await now()).state).toBe(to);
  });

  it('tells when, and that what was unknown is known now', async () => {
    await stand('unknown');
    await report('delivered', '2026-01-01T12:00:00+02:00');
    expect(await now()).toMatchObject({ delivered_at: Date.parse(AT), finished_at: Date.parse(AT), reason: null });
  });

  it('of a failure keeps its reason', async () => {
    await stand('sent');
    await report('failed', AT, 'the number does not exist');
    expect(await now()).toMatchObject({ state: 'dead', reason: 'REPORTED_FAILED', error: 'the number does not exist' });
  });

  it('of a failure after the message was read is only recorded', async () => {
    await stand('read');
    await report('failed', AT, 'could not be shown');
    expect(await now()).toMatchObject({ state: 'read', reason: null, error: 'could not be shown' });
  });

  it('that comes late still tells its time, and a repeated one does not change it', async () => {
    await stand('sent');
    await report('read', '2026-01-01T11:00:00Z');
    await report('delivered', AT);
    await report('delivered', '2026-01-01T12:00:00Z');
    expect(await now()).toMatchObject({
      state: 'read',
      delivered_at: Date.parse(AT),
      read_at: Date.parse('2026-01-01T11:00:00Z'),
      finished_at: Date.parse('2026-01-01T11:00:00Z'),
    });
  });

  it.each(['2016-12-31T23:59:60Z', 'nonsense'])('at the time %j leaves no hole in the row', async (at) => {
    await stand('sent');
    await report('delivered', at);
    const row = await now();
    expect(row.state).toBe('delivered');
    expect(row.delivered_at).toBe(at === 'nonsense' ? null : Date.UTC(2016, 11, 31, 23, 59, 59));
  });
});

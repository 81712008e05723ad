import { describe, expect, it } from 'vitest';
import type { Approval, Channel, Connector, Message, Pairing } from '../../../host/console/page/api/answers.ts';
import { type AttentionFacts, attentionOf } from '../../../host/console/page/views/overview/attention.ts';

const nothing: AttentionFacts = {
  policy_problem: null,
  database: 'healthy',
  channels: [],
  connectors: [],
  approvals: [],
  pairings: [],
  dead: { items: [], next_cursor: null },
  unknown: { items: [], next_cursor: null },
};
const channel = (more: object) =>
  ({ id: 'telegram', name: 'Telegram', state: 'running', enabled: true, reason: null, fix: null, pending: null, ...more }) as Channel;
const page = (count: number, next_cursor: string | null = null) => ({ items: Array(count).fill({}) as Message[], next_cursor });
const whatOf = (facts: Partial<AttentionFacts>) => attentionOf({ ...nothing, ...facts }).map(({ tone, what }) => `${tone}: ${what}`);

it('nothing waits when everything runs', () => {
  expect(whatOf({ channels: [channel({}), channel({ id: 'starts', state: 'starting' })] })).toEqual([]);
});

describe('a plugin', () => {
  it.each([
    ['degraded', 'warn: Telegram degraded'],
    ['quarantined', 'bad: Telegram quarantined'],
    ['needs_approval', 'warn: Telegram needs approval'],
    ['needs_config', 'warn: Telegram needs config'],
    ['invalid', 'bad: Telegram invalid'],
  ])('that is %s waits, with its reason and fix', (state, what) => {
    const [found] = attentionOf({ ...nothing, channels: [channel({ state, reason: 'Why', fix: 'How' })] });
    expect(`${found?.tone}: ${found?.what}`).toBe(what);
    expect(found).toMatchObject({ reason: 'Why', fix: 'How', path: ['channels', 'telegram'] });
  });

  it('that was switched off waits for nobody, whatever else is wrong with it', () => {
    expect(whatOf({ channels: [channel({ enabled: false, state: 'disabled' }), channel({ enabled: false, state: 'invalid' })] })).toEqual(
      [],
    );
  });

  it('that runs by older code waits when its folder has newer', () => {
    const pending = { state: 'needs_approval', reason: 'Not approved.', fix: 'Read it.' };
    expect(whatOf({ connectors: [channel({ id: 'wiki', name: 'Wiki', pending }) as unknown as Connector] })).toEqual([
      'warn: Wiki: a change needs approval',
    ]);
    expect(whatOf({ channels: [channel({ pending: { ...pending, state: 'starting' } })] })).toEqual([]);
  });
});

describe('what people and the host wait for', () => {
  it('counts deliveries, and does not pretend to know how many more there are', () => {
    expect(whatOf({ dead: page(1), unknown: page(3) })).toEqual(['bad: 1 delivery is dead', 'warn: 3 deliveries are unknown']);
    expect(whatOf({ dead: page(50, '7') })).toEqual(['bad: 50 or more deliveries are dead']);
  });

  it('counts only approvals and pairings that nobody has decided', () => {
    const of = (state: string) => ({ state }) as Approval & Pairing;
    expect(whatOf({ approvals: ['pending', 'expired', 'used', 'denied'].map(of), pairings: ['approved', 'expired'].map(of) })).toEqual([
      'warn: 1 request waits for approval',
    ]);
    expect(whatOf({ pairings: [of('pending'), of('pending')] })).toEqual(['warn: 2 senders wait with a code']);
  });

  it('says what is broken first', () => {
    expect(
      whatOf({
        policy_problem: 'line 3',
        database: 'unhealthy',
        channels: [channel({ state: 'degraded' })],
        dead: page(2),
      }),
    ).toEqual([
      'bad: The database cannot be written',
      'bad: The policy file is not the policy in force',
      'bad: 2 deliveries are dead',
      'warn: Telegram degraded',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import type { MessageFacts, MessagePolicy } from '../../../host/policy/decide.ts';
import { type ExplainFacts, explainMessage } from '../../../host/policy/explain.ts';
import { type RecordedDecision, type ReplayedRate, recordedOutcome, replayed } from '../../../host/policy/replay.ts';

const FACTS: MessageFacts = {
  channel_id: 'telegram',
  type: 'text',
  user_key: 'ada',
  user_is_bot: false,
  conversation_type: 'direct',
  mentions_bot: false,
  command: null,
  age_ms: 0,
  taken_over_by: null,
  paired: false,
  phase: 'execution',
};
const POLICY: MessagePolicy = {
  max_age_ms: 1000,
  group_policy: 'mention',
  unknown_senders: 'allow',
  allow_users: [],
  allowed_commands: null,
  blocked_operations: ['execute'],
  comm_commands: { planning: false, execution: true },
};

type Given = Partial<Omit<ExplainFacts, 'facts' | 'policy'>> & { facts?: Partial<MessageFacts>; policy?: Partial<MessagePolicy> };

const explain = ({ facts, policy, ...given }: Given = {}) =>
  explainMessage({
    rate: { max_requests: 2, window_ms: 60_000, in_window: 0 },
    network_mode: 'on',
    commands: ['help', 'comm'],
    agent: 'http',
    ...given,
    facts: { ...FACTS, ...facts },
    policy: { ...POLICY, ...policy },
  });

const steps = (explanation: ReturnType<typeof explain>): string[] => explanation.steps.map(({ step, outcome }) => `${step}:${outcome}`);

describe('what would happen to a message', () => {
  it('is told step by step when nothing speaks against it', () => {
    const explanation = explain();
    expect(explanation).toMatchObject({ outcome: 'dispatched', rule: 'default', waits: false });
    expect(steps(explanation)).toEqual([
      'dedupe:pass',
      'authorize:pass',
      'rate-limit:pass',
      'session:pass',
      'dispatch:dispatched',
      'delivery:sent',
    ]);
    expect(explanation.rules.every(({ outcome }) => outcome === 'pass')).toBe(true);
  });

  it('ends with the rule that speaks', () => {
    const explanation = explain({ policy: { unknown_senders: 'deny' } });
    expect(explanation).toMatchObject({ outcome: 'rejected', rule: 'unknown_senders', reason: 'UNKNOWN_SENDER' });
    expect(steps(explanation)).toEqual(['dedupe:pass', 'authorize:rejected']);
    expect(explanation.rules.at(-1)).toEqual({ rule: 'unknown_senders', outcome: 'UNKNOWN_SENDER' });
  });

  it('is the limit of the user', () => {
    const rate = { max_requests: 2, window_ms: 60_000, in_window: 2 };
    expect(explain({ rate })).toMatchObject({ outcome: 'rejected', rule: 'rate_limit', reason: 'RATE_LIMITED' });
    expect(explain({ rate: { ...rate, in_window: 1 } }).outcome).toBe('dispatched');
    expect(explain({ rate, facts: { user_key: null } }).outcome).toBe('dispatched');
  });

  it('depends on the mode: answers wait in readonly, everything waits in off', () => {
    expect(steps(explain({ network_mode: 'readonly' })).at(-1)).toBe('delivery:held');
    const off = explain({ network_mode: 'off' });
    expect(off).toMatchObject({ waits: true, outcome: 'dispatched' });
    expect(steps(off)[0]).toBe('handling:waits');
  });

  it('knows commands, and words that are none', () => {
    expect(explain({ facts: { command: 'help' } })).toMatchObject({ outcome: 'answered', reason: 'COMMAND_HELP' });
    expect(explain({ facts: { command: 'nothing' } })).toMatchObject({ outcome: 'answered', reason: 'UNKNOWN_COMMAND' });
    expect(explain({ facts: { command: 'nothing', conversation_type: 'group', mentions_bot: true } })).toMatchObject({
      outcome: 'ignored',
    });
    expect(explain({ facts: { command: 'comm', phase: 'planning' } })).toMatchObject({ rule: 'phase_gates' });
  });
});

describe('a recorded decision', () => {
  const recorded = (fields: Partial<RecordedDecision> = {}): RecordedDecision => ({
    channel_id: 'telegram',
    steps: 'dedupe:pass authorize:pass rate-limit:pass session:pass dispatch:answered',
    type: 'text',
    user_key: 'ada',
    conversation_type: 'direct',
    command: null,
    facts: {},
    ...fields,
  });
  const again = (
    fields: Partial<RecordedDecision> = {},
    policy: Partial<MessagePolicy> = {},
    max_requests = 100,
    window: ReplayedRate['window'] = 'same',
  ) => replayed(recorded(fields), { ...POLICY, ...policy }, { max_requests, window })?.outcome ?? null;

  it.each([
    ['dedupe:pass authorize:pass rate-limit:pass session:pass dispatch:answered', 'ALLOWED'],
    ['dedupe:pass authorize:NOT_ADDRESSED', 'NOT_ADDRESSED'],
    ['dedupe:pass authorize:pass rate-limit:RATE_LIMITED', 'RATE_LIMITED'],
    ['dedupe:DUPLICATE', null],
  ])('of %j was %s', (trail, outcome) => {
    expect(recordedOutcome(trail)).toBe(outcome);
  });

  it('is decided again on what is recorded with it', () => {
    expect(again()).toBe('ALLOWED');
    expect(again({}, { unknown_senders: 'deny' })).toBe('UNKNOWN_SENDER');
    expect(again({ facts: { paired: true } }, { unknown_senders: 'pair' })).toBe('ALLOWED');
    expect(again({ facts: { user_is_bot: true } })).toBe('FROM_BOT');
    expect(again({ facts: { taken_over: true } })).toBe('TAKEN_OVER');
    expect(again({ conversation_type: 'group' })).toBe('NOT_ADDRESSED');
    expect(again({ conversation_type: 'group', facts: { mentions_bot: true } })).toBe('ALLOWED');
    expect(again({ facts: { age_ms: 2000 } })).toBe('STALE');
    expect(again({ facts: { command: 'execute' } })).toBe('BLOCKED_OPERATION');
    expect(again({ command: 'execute' })).toBe('BLOCKED_OPERATION');
    expect(again({ facts: { command: 'comm', phase: 'planning' } })).toBe('COMM_FORBIDDEN_IN_PHASE');
  });

  it('meets a changed limit with the count of its own time', () => {
    expect(again({ facts: { in_window: 4 } }, {}, 5)).toBe('ALLOWED');
    expect(again({ facts: { in_window: 5 } }, {}, 5)).toBe('RATE_LIMITED');
    expect(again({ facts: {} }, {}, 5)).toBe('ALLOWED');
  });

  it('meets a changed time window with the same count, as far as that tells', () => {
    const at = (in_window: number, window: ReplayedRate['window'], fields: Partial<RecordedDecision> = {}) =>
      again({ facts: { in_window }, ...fields }, {}, 5, window);
    expect([at(4, 'shorter'), at(5, 'shorter'), at(9, 'shorter')]).toEqual(['ALLOWED', null, null]);
    expect([at(0, 'longer'), at(4, 'longer'), at(5, 'longer')]).toEqual([null, null, 'RATE_LIMITED']);
    // Without a user nothing was counted, and what was refused before never came to the count.
    expect([at(0, 'longer', { user_key: null }), at(0, 'longer', { conversation_type: 'group' })]).toEqual(['ALLOWED', 'NOT_ADDRESSED']);
  });
});

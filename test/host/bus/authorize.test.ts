/** What people are told when they are refused, and what is recorded of a decision so that it can be taken again. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPairings, type Pairings } from '../../../host/approvals/pairings.ts';
import { createRateWindow, type RateWindow } from '../../../host/bus/rate-window.ts';
import { createAuthorize } from '../../../host/bus/steps/authorize.ts';
import { createRateLimit } from '../../../host/bus/steps/rate-limit.ts';
import type { Ending, Step, Turn } from '../../../host/bus/turn.ts';
import { commandWord } from '../../../host/commands/command.ts';
import type { ExecutionPhase, MessagePolicy } from '../../../host/policy/decide.ts';
import type { InboundMessage } from '../../../schemas/message.ts';
import { openTestLedger, someInbound, type TestLedger } from '../ledger/fixture.ts';

let home: TestLedger;
let pairings: Pairings;
let policy: MessagePolicy;
let notices: boolean | null;
let holder: string | null;
let phase: ExecutionPhase;
let authorize: Step;
let window: RateWindow;

beforeEach(async () => {
  home = await openTestLedger();
  pairings = await createPairings({ ledger: home.ledger, clock: home.clock, random: randomBytes });
  policy = {
    max_age_ms: 86_400_000,
    group_policy: 'mention',
    unknown_senders: 'allow',
    allow_users: [],
    allowed_commands: ['help'],
    blocked_operations: ['execute'],
    comm_commands: { planning: false, execution: true },
  };
  notices = null;
  holder = null;
  phase = 'execution';
  authorize = createAuthorize({ clock: home.clock, holderOf: () => holder, join: async () => {}, phase: () => phase, pairings });
  window = createRateWindow();
});
afterEach(() => home.close());

const turnOf = (fields: Partial<InboundMessage> = {}): Turn => {
  const message = someInbound('m', fields);
  return {
    channel: {
      id: message.channel_id,
      name: 'Telegram',
      session_scope: 'user_conversation',
      text_limit: undefined,
      // No step sends anything.
      outbox: null as never,
      policy: () => policy,
      rate: () => ({ max_requests: 2, window_ms: 60_000 }),
      error_reply: () => null,
      notices: () => notices,
      typing: () => undefined,
    },
    message,
    received_at: home.clock.now(),
    command: commandWord(message.text),
    agent: 'echo',
    session: null,
    session_rows: [],
    person_id: `person of ${message.user_key}`,
    new_person: null,
    pairing: null,
    facts: {},
    trail: [],
  };
};

const texts = (ending: Ending | null): (string | null)[] => (ending?.replies ?? []).map(({ text }) => text);
const run = async (fields: Partial<InboundMessage> = {}) => {
  const turn = turnOf(fields);
  return { turn, ending: await authorize.run(turn) };
};

describe('a sender who is not paired', () => {
  beforeEach(() => {
    policy = { ...policy, unknown_senders: 'pair' };
  });

  it('is told a code in the chat, which goes into the same commit, and passes once it is approved', async () => {
    const { turn, ending } = await run();
    expect(ending).toMatchObject({ state: 'rejected', reason: 'NOT_PAIRED' });
    expect(texts(ending)).toEqual([expect.stringContaining(turn.pairing?.code as string)]);
    await pairings.approve(turn.pairing?.code as string, 'cli:op');
    expect((await run()).ending).toBeNull();
    expect((await run({ user_key: 'bob' })).ending).toMatchObject({ reason: 'NOT_PAIRED' });
  });

  it('is told no code in front of a group', async () => {
    const { turn, ending } = await run({ conversation_type: 'group', mentions_bot: true });
    expect([ending?.reason, texts(ending), turn.pairing]).toEqual(['NOT_PAIRED', [], null]);
  });

  it('is told nothing when too many wait, or when nobody sent it', async () => {
    for (const user_key of ['a', 'b', 'c']) expect(texts((await run({ user_key })).ending)).toHaveLength(1);
    expect(texts((await run({ user_key: 'd' })).ending)).toEqual([]);
    expect(texts((await run({ user_key: null })).ending)).toEqual([]);
  });
});

describe('a person who was refused', () => {
  const refused = (fields: Partial<InboundMessage> = {}) => run({ text: '/execute ls', ...fields }).then(({ ending }) => texts(ending));

  it('is told once per window, when the channel says so', async () => {
    notices = true;
    expect(await refused()).toEqual(['I may not do that for you here.']);
    expect(await refused()).toEqual([]);
    home.clock.advance(60_000);
    expect(await refused()).toHaveLength(1);
    expect(await refused({ user_key: 'bob' })).toHaveLength(1);
  });

  it.each([null, false])('is not told when the channel says %s', async (said) => {
    notices = said;
    expect(await refused()).toEqual([]);
  });

  it('is told in a group only when the bot was addressed', async () => {
    notices = true;
    policy = { ...policy, group_policy: 'all' };
    expect(await refused({ conversation_type: 'group' })).toEqual([]);
    expect(await refused({ conversation_type: 'group', mentions_bot: true })).toHaveLength(1);
  });

  it('is not told of what is only ignored', async () => {
    notices = true;
    expect(texts((await run({ user_is_bot: true })).ending)).toEqual([]);
  });

  it.each([
    [null, 1],
    [true, 1],
    [false, 0],
  ])('for writing too much, and the channel says %s, is told %d times', async (said, times) => {
    notices = said;
    const limit = createRateLimit(window);
    const endings = [];
    for (let message = 0; message < 5; message++) endings.push(await limit.run(turnOf()));
    expect(endings.flatMap(texts)).toHaveLength(times);
  });
});

describe('what is recorded of a decision', () => {
  it('is nothing of an ordinary one', async () => {
    expect((await run()).turn.facts).toEqual({});
  });

  it('is what it rested on, without content', async () => {
    holder = 'ada@example.com';
    phase = 'planning';
    const turn = turnOf({ user_is_bot: true, mentions_bot: true, text: 'a secret' });
    home.clock.advance(90_000);
    await authorize.run(turn);
    expect(turn.facts).toEqual({ user_is_bot: true, mentions_bot: true, taken_over: true, phase: 'planning', age_ms: 90_000 });
  });

  it('is how much the person had written', async () => {
    const limit = createRateLimit(window);
    const facts = [];
    for (let message = 0; message < 4; message++) {
      const turn = turnOf();
      await limit.run(turn);
      facts.push(turn.facts);
    }
    expect(facts).toEqual([{}, { in_window: 1 }, { in_window: 2 }, { in_window: 2 }]);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEchoAgent } from '../../../host/agents/echo.ts';
import { createSteps } from '../../../host/bus/decide-turn.ts';
import { createRateWindow } from '../../../host/bus/rate-window.ts';
import { createAuthorize } from '../../../host/bus/steps/authorize.ts';
import { createDedupe } from '../../../host/bus/steps/dedupe.ts';
import { createDispatch } from '../../../host/bus/steps/dispatch.ts';
import { createRateLimit } from '../../../host/bus/steps/rate-limit.ts';
import { createSessionStep } from '../../../host/bus/steps/session.ts';
import type { BusChannel, Ending, Step, Turn } from '../../../host/bus/turn.ts';
import { commandWord } from '../../../host/commands/command.ts';
import { COMMANDS } from '../../../host/commands/commands.ts';
import type { MessagePolicy } from '../../../host/policy/decide.ts';
import { createSessions, type Sessions } from '../../../host/sessions/sessions.ts';
import type { InboundMessage } from '../../../schemas/message.ts';
import { openTestLedger, someInbound, type TestLedger } from '../ledger/fixture.ts';

const POLICY: MessagePolicy = {
  max_age_ms: 86_400_000,
  group_policy: 'mention',
  unknown_senders: 'allow',
  allow_users: [],
  allowed_commands: null,
  blocked_operations: ['execute'],
  comm_commands: { planning: false, execution: true },
};

let home: TestLedger;
let sessions: Sessions;
let policy: MessagePolicy;
let notices: boolean | null;
let limit: { max_requests: number; window_ms: number };
beforeEach(async () => {
  home = await openTestLedger();
  sessions = createSessions({ ledger: home.ledger, clock: home.clock, newId: home.newId });
  policy = POLICY;
  notices = null;
  limit = { max_requests: 100, window_ms: 60_000 };
});
afterEach(() => home.close());

const channel: BusChannel = {
  id: 'telegram',
  name: 'Telegram',
  session_scope: 'user_conversation',
  text_limit: undefined,
  // No step sends anything.
  outbox: null as never,
  policy: () => policy,
  rate: () => limit,
  error_reply: () => null,
  notices: () => notices,
  typing: () => undefined,
};

const turnOf = (id: string, fields: Partial<InboundMessage> = {}): Turn => {
  const message = someInbound(id, fields);
  return {
    channel,
    message,
    received_at: home.clock.now(),
    command: commandWord(message.text),
    agent: 'echo',
    session: null,
    session_rows: [],
    person_id: null,
    new_person: null,
    pairing: null,
    facts: {},
    trail: [],
  };
};

const allSteps = () => {
  const session = createSessionStep(sessions);
  return createSteps([
    createDedupe(),
    createAuthorize({
      clock: home.clock,
      holderOf: ({ message }) => sessions.holderOf(message, 'user_conversation'),
      join: async (turn) => session.run(turn),
      phase: () => 'execution',
      pairings: { isPaired: () => false, ask: () => null },
    }),
    createRateLimit(createRateWindow()),
    session,
    createDispatch({ agent: createEchoAgent(), commands: COMMANDS, sessions }),
  ]);
};

const said = ({ replies }: Ending): (string | null)[] => replies.map(({ text }) => text);

describe('the steps', () => {
  it('lead an ordinary message to its answer, in their order', async () => {
    const turn = turnOf('m');
    const ending = await allSteps().run(turn);
    expect(ending).toMatchObject({ state: 'answered', reason: null });
    expect(said(ending)).toEqual(['hello']);
    expect(turn.trail.map(({ step, outcome }) => `${step}:${outcome}`)).toEqual([
      'dedupe:pass',
      'authorize:pass',
      'rate-limit:pass',
      'session:pass',
      'dispatch:answered',
    ]);
    expect(turn.message.session_id).toBe(turn.session?.id);
    expect(turn.session_rows).toHaveLength(1);
  });

  it('end with the first that ends the way: what comes after it does not happen', async () => {
    const turn = turnOf('m', { text: '/execute rm' });
    expect(await allSteps().run(turn)).toEqual({ state: 'rejected', reason: 'BLOCKED_OPERATION', replies: [] });
    expect(turn.trail.at(-1)).toEqual({ step: 'authorize', outcome: 'BLOCKED_OPERATION' });
    expect([turn.session, turn.session_rows]).toEqual([null, []]);
  });

  it('are counted, passed, ended and failed', async () => {
    const outcomes: (() => Ending | null)[] = [
      () => null,
      () => ({ state: 'ignored', reason: 'X', replies: [] }),
      () => {
        throw new Error('broken');
      },
    ];
    const first: Step = { name: 'first', run: () => outcomes.shift()?.() ?? null };
    const last: Step = { name: 'last', run: async () => ({ state: 'answered', reason: null, replies: [] }) };
    const steps = createSteps([first, last]);
    await steps.run(turnOf('a'));
    await steps.run(turnOf('b'));
    await expect(steps.run(turnOf('c'))).rejects.toThrow('broken');
    expect(steps.counts()).toEqual([
      { step: 'first', passed: 1, ended: 1, failed: 1 },
      { step: 'last', passed: 0, ended: 1, failed: 0 },
    ]);
  });

  it('that fail by a rejected promise fail the same way', async () => {
    const steps = createSteps([{ name: 'first', run: () => Promise.reject(new Error('no database')) }]);
    await expect(steps.run(turnOf('a'))).rejects.toThrow('no database');
    expect(steps.counts()).toMatchObject([{ failed: 1 }]);
  });

  it('of which none ends the way are a mistake of ours, and said to be', async () => {
    await expect(createSteps([]).run(turnOf('a'))).rejects.toThrow('no step');
  });
});

describe('dedupe', () => {
  const twice = (fields: Partial<InboundMessage> = {}) =>
    [turnOf('a', { message_id: 'm', event_id: 'e1' }), turnOf('b', { message_id: 'm', event_id: 'e2', ...fields })] as const;

  it('refuses a message that another event brought a moment ago', async () => {
    const step = createDedupe();
    const [first, second] = twice();
    expect([await step.run(first), await step.run(second)]).toMatchObject([null, { state: 'duplicate' }]);
  });

  it('lets the same event pass again: its rows were never written', async () => {
    const step = createDedupe();
    const [first, second] = twice({ event_id: 'e1' });
    expect([await step.run(first), await step.run(second)]).toEqual([null, null]);
  });

  it('lets the same id on another channel pass', async () => {
    const step = createDedupe();
    const [first, second] = twice({ channel_id: 'slack' });
    expect([await step.run(first), await step.run(second)]).toEqual([null, null]);
  });

  it('does not lose a message whose first decision was never written', async () => {
    const written = new Set<string>();
    const step = createDedupe(async (channel_id, message_id) => written.has(`${channel_id} ${message_id}`));
    const [first, second] = twice();
    await step.run(first);
    expect(await step.run(second)).toBeNull();
    written.add('telegram m');
    expect(await step.run(turnOf('c', { message_id: 'm', event_id: 'e3' }))).toMatchObject({ state: 'duplicate' });
  });
});

describe('authorize', () => {
  it('asks the policy as it is now, with the time the message waited', async () => {
    const steps = allSteps();
    const turn = turnOf('m');
    policy = { ...POLICY, max_age_ms: 1000 };
    home.clock.advance(1001);
    expect(await steps.run(turn)).toMatchObject({ state: 'ignored', reason: 'STALE' });
  });

  it('leaves a conversation alone that a person holds', async () => {
    const turn = turnOf('m');
    const { session } = await sessions.resolve(turn.message, 'user_conversation');
    await home.ledger.commit({ sessions: [{ ...session, held_by: 'operator' }] });
    sessions.forget(session.session_key);
    expect(await allSteps().run(turn)).toMatchObject({ state: 'ignored', reason: 'TAKEN_OVER', replies: [] });
    expect(turn.message.session_id).toBe(session.id);
  });
});

describe('rate-limit', () => {
  const flood = async (fields: Partial<InboundMessage> = {}): Promise<Ending[]> => {
    const steps = allSteps();
    const endings: Ending[] = [];
    for (let message = 0; message < 5; message++) endings.push(await steps.run(turnOf(`m${message}`, fields)));
    return endings;
  };
  beforeEach(() => {
    limit = { max_requests: 2, window_ms: 60_000 };
  });

  it('refuses what is over the limit, and says so once', async () => {
    const endings = await flood();
    expect(endings.map(({ state, reason }) => `${state} ${reason}`)).toEqual([
      'answered null',
      'answered null',
      'rejected RATE_LIMITED',
      'rejected RATE_LIMITED',
      'rejected RATE_LIMITED',
    ]);
    expect(endings.slice(2).map((ending) => ending.replies.length)).toEqual([1, 0, 0]);
    expect(endings[2]?.replies[0]?.text).toBe('You have sent 2 messages within 60 seconds. Please wait a moment.');
  });

  it('says so in a group only to who spoke to us', async () => {
    policy = { ...POLICY, group_policy: 'all' };
    expect((await flood({ conversation_type: 'group' })).flatMap(said).filter((text) => text?.startsWith('You have'))).toEqual([]);
    expect(
      (await flood({ conversation_type: 'group', mentions_bot: true })).flatMap(said).filter((text) => text?.startsWith('You have')),
    ).toHaveLength(1);
  });

  it('does not count what the policy has refused already', async () => {
    const steps = allSteps();
    for (let message = 0; message < 5; message++) await steps.run(turnOf(`g${message}`, { conversation_type: 'group' }));
    expect((await steps.run(turnOf('m'))).state).toBe('answered');
  });
});

describe('dispatch', () => {
  const dispatch = (fields: Partial<InboundMessage>) => allSteps().run(turnOf('m', fields));

  it('answers a command itself, with the rows it changed', async () => {
    const steps = allSteps();
    await steps.run(turnOf('m1'));
    const turn = turnOf('m2', { text: '/new' });
    const ending = await steps.run(turn);
    expect(ending).toMatchObject({ state: 'answered', reason: 'COMMAND_NEW' });
    expect(turn.session_rows.map(({ active }) => active)).toEqual([0, 1]);
  });

  it('answers a command that is none with a hint in a direct chat, and not at all in a group', async () => {
    expect(said(await dispatch({ text: '/nothing' }))).toEqual(['I do not know /nothing. /help shows what I understand.']);
    expect(await dispatch({ text: '/nothing', conversation_type: 'group', mentions_bot: true })).toEqual({
      state: 'ignored',
      reason: 'UNKNOWN_COMMAND',
      replies: [],
    });
  });

  it('takes words inside a sentence for words', async () => {
    expect(said(await dispatch({ text: 'what does /new do?' }))).toEqual(['what does /new do?']);
  });

  it('leaves everything else to an agent that is called after the commit', async () => {
    const step = createDispatch({
      agent: { name: 'http', timeout_ms: 1, call: async () => ({ ok: true, replies: [] }), close: async () => undefined },
      commands: COMMANDS,
      sessions,
    });
    expect(await step.run(turnOf('m'))).toEqual({ state: 'dispatched', reason: null, replies: [] });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandWord, commandWords } from '../../../host/commands/command.ts';
import { decideMessage, type MessageFacts, type MessagePolicy, RULES } from '../../../host/policy/decide.ts';
import { MESSAGE_TYPES } from '../../../schemas/message.ts';

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
  blocked_operations: ['execute', 'shell'],
  comm_commands: { planning: false, execution: true },
};

const decide = (facts: Partial<MessageFacts> = {}, policy: Partial<MessagePolicy> = {}): string => {
  const { effect, rule, reason } = decideMessage({ ...FACTS, ...facts }, { ...POLICY, ...policy });
  return `${effect} ${rule} ${reason}`;
};

const ALLOWED = 'allow default ALLOWED';

describe('the policy of messages', () => {
  it.each<[string, string, Partial<MessageFacts>, Partial<MessagePolicy>]>([
    ['an ordinary message', ALLOWED, {}, {}],
    ['a message as old as it may be', ALLOWED, { age_ms: 1000 }, {}],
    ['a message that waited too long', 'ignore stale STALE', { age_ms: 1001 }, {}],
    ['a message from before the clock was set back', ALLOWED, { age_ms: -5000 }, {}],
    ['an edit', 'ignore record_only RECORDED', { type: 'edited' }, {}],
    ['a reaction', 'ignore record_only RECORDED', { type: 'reaction' }, {}],
    ["a platform's own notice", 'ignore record_only RECORDED', { type: 'system' }, {}],
    ["the host's own notice", ALLOWED, { type: 'system', from_host: true }, {}],
    [
      "the host's own notice to whom a person answers",
      'ignore taken_over TAKEN_OVER',
      { type: 'system', from_host: true, taken_over_by: 'op' },
      {},
    ],
    ['a pressed button', ALLOWED, { type: 'action' }, {}],
    ['a broadcast', 'ignore broadcasts BROADCAST', { conversation_type: 'channel' }, {}],
    [
      'a broadcast that names the bot',
      'ignore broadcasts BROADCAST',
      { conversation_type: 'channel', mentions_bot: true },
      { group_policy: 'all' },
    ],
    ['a bot', 'ignore bots FROM_BOT', { user_is_bot: true }, {}],
    ['a bot that is on the list', 'ignore bots FROM_BOT', { user_is_bot: true }, { unknown_senders: 'deny', allow_users: ['ada'] }],
    ['a conversation that a person holds', 'ignore taken_over TAKEN_OVER', { taken_over_by: 'operator' }, {}],
    ['a command in such a conversation', 'ignore taken_over TAKEN_OVER', { taken_over_by: 'operator', command: 'new' }, {}],
    ['a group that does not address the bot', 'ignore group_policy NOT_ADDRESSED', { conversation_type: 'group' }, {}],
    ['a group that addresses the bot', ALLOWED, { conversation_type: 'group', mentions_bot: true }, {}],
    ['a group where the bot always answers', ALLOWED, { conversation_type: 'group' }, { group_policy: 'all' }],
    [
      'a group where the bot never answers',
      'ignore group_policy GROUPS_OFF',
      { conversation_type: 'group', mentions_bot: true },
      { group_policy: 'none' },
    ],
    ['a direct chat when groups are off', ALLOWED, {}, { group_policy: 'none' }],
    [
      'an unknown sender, when they are refused',
      'reject unknown_senders UNKNOWN_SENDER',
      {},
      { unknown_senders: 'deny', allow_users: ['bob'] },
    ],
    ['a sender on the list', ALLOWED, {}, { unknown_senders: 'deny', allow_users: ['ada'] }],
    [
      'a sender whose key begins like one on the list',
      'reject unknown_senders UNKNOWN_SENDER',
      { user_key: 'ada2' },
      { unknown_senders: 'deny', allow_users: ['ada'] },
    ],
    [
      'nobody, when unknown senders are refused',
      'reject unknown_senders UNKNOWN_SENDER',
      { user_key: null },
      { unknown_senders: 'deny', allow_users: ['ada'] },
    ],
    ['nobody, when everybody may write', ALLOWED, { user_key: null }, {}],
    ['a sender who is not paired yet', 'reject unknown_senders NOT_PAIRED', {}, { unknown_senders: 'pair' }],
    ['a sender who is paired', ALLOWED, {}, { unknown_senders: 'pair', allow_users: ['ada'] }],
    ['a sender whose pairing was approved', ALLOWED, { paired: true }, { unknown_senders: 'pair' }],
    [
      'a sender who was paired before strangers were refused',
      'reject unknown_senders UNKNOWN_SENDER',
      { paired: true },
      { unknown_senders: 'deny' },
    ],
    ['/comm in planning', 'reject phase_gates COMM_FORBIDDEN_IN_PHASE', { command: 'comm', phase: 'planning' }, {}],
    ['/comm in execution', ALLOWED, { command: 'comm' }, {}],
    [
      '/comm in planning, when the policy opens it',
      ALLOWED,
      { command: 'comm', phase: 'planning' },
      { comm_commands: { planning: true, execution: true } },
    ],
    ['another command in planning', ALLOWED, { command: 'help', phase: 'planning' }, {}],
    ['plain words in planning', ALLOWED, { phase: 'planning' }, {}],
    ['a blocked operation', 'reject blocked_operations BLOCKED_OPERATION', { command: 'execute' }, {}],
    [
      'a blocked operation that is on the list of commands',
      'reject blocked_operations BLOCKED_OPERATION',
      { command: 'shell' },
      { allowed_commands: ['shell'] },
    ],
    ['a word that only begins like a blocked one', ALLOWED, { command: 'executed' }, {}],
    ['a word that a blocked one begins like', ALLOWED, { command: 'exec' }, {}],
    ['a command on the list', ALLOWED, { command: 'help' }, { allowed_commands: ['help'] }],
    [
      'a command that is not on the list',
      'reject allowed_commands COMMAND_NOT_ALLOWED',
      { command: 'new' },
      { allowed_commands: ['help'] },
    ],
    [
      'a command that begins like one on the list',
      'reject allowed_commands COMMAND_NOT_ALLOWED',
      { command: 'help2' },
      { allowed_commands: ['help'] },
    ],
    ['any command, when the list is empty', 'reject allowed_commands COMMAND_NOT_ALLOWED', { command: 'help' }, { allowed_commands: [] }],
    ['plain words, when the list is empty', ALLOWED, {}, { allowed_commands: [] }],
    ['a group policy nobody knows', 'ignore group_policy NOT_ADDRESSED', { conversation_type: 'group' }, { group_policy: 'ALL' as 'all' }],
    ['a rule for unknown senders nobody knows', 'reject unknown_senders UNKNOWN_SENDER', {}, { unknown_senders: 'Allow' as 'allow' }],
  ])('%s: %s', (_what, expected, facts, policy) => {
    expect(decide(facts, policy)).toBe(expected);
  });

  it('asks its rules in this order', () => {
    expect(RULES.map(({ id }) => id)).toEqual([
      'stale',
      'record_only',
      'broadcasts',
      'bots',
      'taken_over',
      'group_policy',
      'unknown_senders',
      'blocked_operations',
      'allowed_commands',
      'phase_gates',
    ]);
  });

  const facts = fc.record<MessageFacts>({
    channel_id: fc.constant('c'),
    type: fc.constantFrom(...MESSAGE_TYPES),
    user_key: fc.constantFrom('ada', 'bob', null),
    user_is_bot: fc.boolean(),
    conversation_type: fc.constantFrom('direct', 'group', 'channel'),
    mentions_bot: fc.boolean(),
    command: fc.constantFrom(null, 'help', 'execute', 'new'),
    age_ms: fc.constantFrom(0, 2000),
    taken_over_by: fc.constantFrom(null, 'operator'),
    paired: fc.boolean(),
    phase: fc.constantFrom('planning', 'execution'),
  });

  it('never lets a bot, a broadcast, a stale message, a held conversation or a blocked operation start a run, whatever the policy says', () => {
    const policy = fc.record<MessagePolicy>({
      max_age_ms: fc.constant(1000),
      group_policy: fc.constantFrom('mention', 'all', 'none'),
      unknown_senders: fc.constantFrom('allow', 'pair', 'deny'),
      allow_users: fc.subarray(['ada', 'bob']),
      allowed_commands: fc.option(fc.subarray(['help', 'execute', 'new'])),
      blocked_operations: fc.constant(['execute']),
      comm_commands: fc.constant({ planning: false, execution: true }),
    });
    fc.assert(
      fc.property(facts, policy, (known, rules) => {
        if (decideMessage(known, rules).effect !== 'allow') return;
        expect(known).toMatchObject({ user_is_bot: false, taken_over_by: null, age_ms: 0 });
        expect(known.conversation_type).not.toBe('channel');
        expect(known.command).not.toBe('execute');
      }),
    );
  });
});

describe('the command of a message', () => {
  it.each([
    ['/help', 'help'],
    ['/HELP me', 'help'],
    ['/help@some_bot now', 'help'],
    ['/help\nmore', 'help'],
    ['/session list', 'session'],
    ['/executed', 'executed'],
    ['please /execute', null],
    ['/', null],
    ['//help', null],
    ['/help!', null],
    ['/execute;ls', null],
    ['/9lives', null],
    ['/etc/passwd', null],
    ['help', null],
    ['', null],
    [null, null],
    [`/${'a'.repeat(65)}`, null],
    ['/ help', null],
  ])('of %j is %j', (text, word) => {
    expect(commandWord(text)).toBe(word);
  });

  it('is followed by its words, however they are spaced', () => {
    expect(commandWords('/session   use\t2\n')).toEqual(['use', '2']);
    expect(commandWords('/help')).toEqual([]);
  });
});

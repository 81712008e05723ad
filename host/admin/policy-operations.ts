/** The policy in force, another one in its place, and what either would do: for a case that is given, or for what was decided lately. */
import type { ConversationType, InboundMessage, MessageType } from '../../schemas/message.ts';
import type { SecurityPolicy } from '../../schemas/security-policy.ts';
import { commandWord } from '../commands/command.ts';
import { AppError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type Clock, isoTime } from '../lib/clock.ts';
import type { ExecutionPhase, MessagePolicy } from '../policy/decide.ts';
import { type Explanation, explainMessage } from '../policy/explain.ts';
import { EXECUTION_PHASES, NETWORK_MODES, type NetworkMode } from '../policy/modes.ts';
import { type RecordedFacts, type ReplayedRate, recordedOutcome, replayed } from '../policy/replay.ts';

type Rate = { max_requests: number; window_ms: number };

export interface PolicyOperationsDeps {
  ledger: Ledger;
  clock: Clock;
  current(): SecurityPolicy;
  /** Throws `INVALID_PARAMS`. */
  check(value: unknown): SecurityPolicy;
  /** Throws `READ_ONLY` or `STATE_CONFLICT`. */
  write(policy: SecurityPolicy): Promise<void>;
  /** What a policy says for one channel, with everything else that states limits. */
  rulesOf(policy: SecurityPolicy, channel_id: string): { message: MessagePolicy; rate: Rate };
  /** Throws `CHANNEL_NOT_FOUND`. */
  requireChannel(id: string): void;
  /** Messages of this user that count at this time, as far as the host remembers. */
  inWindow(channel_id: string, user_key: string, at: number, window_ms: number): number;
  isPaired(channel_id: string, user_key: string | null): boolean;
  /** Who holds the conversation. */
  holderOf(message: Pick<InboundMessage, 'channel_id' | 'user_key' | 'conversation_key' | 'thread_key'>): Promise<string | null>;
  modes(): { network_mode: NetworkMode; phase: ExecutionPhase };
  commands: readonly string[];
  agent: string;
}

export interface ExplainCase {
  channel_id: string;
  user_key: string;
  text?: string | null;
  type?: MessageType;
  conversation_key?: string;
  conversation_type?: ConversationType;
  thread_key?: string | null;
  mentions_bot?: boolean;
  /** ISO 8601; now when left out. Modes of the past are known, and the rate as far as memory reaches. */
  at?: string;
  network_mode?: NetworkMode;
  phase?: ExecutionPhase;
  /** Another policy than the one in force. */
  policy?: unknown;
}

export interface Replay {
  replayed: number;
  /** Their messages are not kept any more, or never came to a rule. */
  not_replayed: number;
  /** `time_window_seconds` differs from the one in force, in which they were counted, and the count does not tell. */
  window_not_replayed: number;
  changed: { message_id: string; at: string; channel_id: string; person_id: string | null; was: string; would_be: string; rule: string }[];
}

const PAGE = 500;

const parseTime = (at: string | undefined, now: number): number => {
  if (at === undefined) return now;
  const time = Date.parse(at);
  if (!Number.isNaN(time)) return time;
  throw new AppError('INVALID_PARAMS', `${JSON.stringify(at.slice(0, 64))} is no time.`, 'Example: 2026-01-31T12:00:00Z');
};

export const createPolicyOperations = (deps: PolicyOperationsDeps) => {
  const { ledger, clock } = deps;
  const policyOf = (given: unknown): SecurityPolicy => (given === undefined || given === null ? deps.current() : deps.check(given));

  /** What was decided at that time; the mode that holds when nobody had decided yet or the time is to come. */
  const modesAt = async (at: number): Promise<ReturnType<PolicyOperationsDeps['modes']>> => {
    const now = deps.modes();
    if (at >= clock.now()) return now;
    const [mode, phase] = await Promise.all([ledger.settingAt('network_mode', at), ledger.settingAt('execution_phase', at)]);
    return {
      network_mode: NETWORK_MODES.find((each) => each === mode) ?? now.network_mode,
      phase: EXECUTION_PHASES.find((each) => each === phase) ?? now.phase,
    };
  };

  const explain = async (asked: ExplainCase): Promise<Explanation & { at: string; network_mode: NetworkMode; phase: ExecutionPhase }> => {
    const { channel_id, user_key, text = null, conversation_type = 'direct', thread_key = null } = asked;
    deps.requireChannel(channel_id);
    const at = parseTime(asked.at, clock.now());
    const { message: policy, rate } = deps.rulesOf(policyOf(asked.policy), channel_id);
    const then = await modesAt(at);
    const network_mode = asked.network_mode ?? then.network_mode;
    const phase = asked.phase ?? then.phase;
    const conversation_key = asked.conversation_key ?? user_key;
    const facts = {
      channel_id,
      type: asked.type ?? 'text',
      user_key,
      user_is_bot: false,
      conversation_type,
      mentions_bot: asked.mentions_bot ?? false,
      command: commandWord(text),
      age_ms: 0,
      taken_over_by: await deps.holderOf({ channel_id, user_key, conversation_key, thread_key }),
      paired: deps.isPaired(channel_id, user_key),
      phase,
    };
    const in_window = deps.inWindow(channel_id, user_key, at, rate.window_ms);
    const explanation = explainMessage({
      facts,
      policy,
      rate: { ...rate, in_window },
      network_mode,
      commands: deps.commands,
      agent: deps.agent,
    });
    return { at: isoTime(at), network_mode, phase, ...explanation };
  };

  type Decision = Awaited<ReturnType<Ledger['decisionsBefore']>>[number];

  const windowTo = (policy: SecurityPolicy, channel_id: string, window_ms: number): ReplayedRate['window'] => {
    const counted_ms = deps.rulesOf(policy, channel_id).rate.window_ms;
    if (window_ms === counted_ms) return 'same';
    return window_ms < counted_ms ? 'shorter' : 'longer';
  };

  const replayOne = async (row: Decision, policy: SecurityPolicy) => {
    const {
      channel_id,
      steps,
      facts = {},
    } = JSON.parse(row.detail ?? '{}') as { channel_id: string; steps: string; facts?: RecordedFacts };
    const was = recordedOutcome(steps);
    const message = was === null ? undefined : await ledger.messageById(row.subject ?? '');
    if (was === null || !message) return 'not_replayed';
    const { message: rules, rate } = deps.rulesOf(policy, channel_id);
    const command = facts.command ?? (message.content === null ? null : commandWord(ledger.inboundMessage(message).text));
    const type = message.type as MessageType;
    const conversation_type = message.conversation_type as ConversationType;
    const would = replayed({ channel_id, steps, type, user_key: message.user_key, conversation_type, command, facts }, rules, {
      max_requests: rate.max_requests,
      window: windowTo(deps.current(), channel_id, rate.window_ms),
    });
    if (would === null) return 'window_not_replayed';
    const { person_id } = row;
    return { message_id: message.id, at: isoTime(row.at), channel_id, person_id, was, would_be: would.outcome, rule: would.rule };
  };

  return {
    current: (): SecurityPolicy => deps.current(),
    async replace(value: unknown, actor: string): Promise<SecurityPolicy> {
      const policy = deps.check(value);
      await deps.write(policy);
      await ledger.commit({
        audit: [{ at: clock.now(), actor, action: 'policy.replaced', subject: 'security_policy', decision: 'replaced' }],
      });
      return deps.current();
    },
    explain,
    /** What the policy would say of the last `limit` decisions, newest first; only those that change are told. */
    async replay(given: unknown, limit: number): Promise<Replay> {
      const policy = policyOf(given);
      const result: Replay = { replayed: 0, not_replayed: 0, window_not_replayed: 0, changed: [] };
      let before: number | null = null;
      for (let left = limit; left > 0; left -= PAGE) {
        const rows: Decision[] = await ledger.decisionsBefore(before, Math.min(left, PAGE));
        for (const row of rows) {
          const one = await replayOne(row, policy);
          if (typeof one === 'string') result[one]++;
          else {
            result.replayed++;
            if (one.was !== one.would_be) result.changed.push(one);
          }
        }
        if (rows.length < PAGE) break;
        before = rows.at(-1)?.seq ?? null;
      }
      return result;
    },
  };
};

export type PolicyOperations = ReturnType<typeof createPolicyOperations>;

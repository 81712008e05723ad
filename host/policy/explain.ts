/** What would become of a message, step by step, with the rule that speaks: pure, for a person who asks. */
import { decideMessage, type MessageFacts, type MessagePolicy, RULES } from './decide.ts';
import type { NetworkMode } from './modes.ts';

export interface ExplainFacts {
  facts: MessageFacts;
  policy: MessagePolicy;
  /** `in_window`: messages of this user that count already. */
  rate: { max_requests: number; window_ms: number; in_window: number };
  network_mode: NetworkMode;
  /** Commands that the host answers itself. */
  commands: readonly string[];
  agent: string;
}

export interface ExplainedStep {
  step: string;
  outcome: 'pass' | 'ignored' | 'rejected' | 'waits' | 'answered' | 'dispatched' | 'sent' | 'held';
  rule: string | null;
  reason: string | null;
}

export interface Explanation {
  outcome: 'answered' | 'dispatched' | 'ignored' | 'rejected';
  /** The rule that decides; `default` when none speaks against it. */
  rule: string;
  reason: string | null;
  /** Nothing happens before the network mode allows it again. */
  waits: boolean;
  steps: ExplainedStep[];
  /** Each rule of the step `authorize`, as far as it was asked. */
  rules: { rule: string; outcome: string }[];
}

const passed = (step: string, reason: string | null = null): ExplainedStep => ({ step, outcome: 'pass', rule: null, reason });

const rulesAsked = (facts: MessageFacts, policy: MessagePolicy): Explanation['rules'] => {
  const asked: Explanation['rules'] = [];
  for (const rule of RULES) {
    const decision = rule.decide(facts, policy);
    asked.push({ rule: rule.id, outcome: decision?.reason ?? 'pass' });
    if (decision) break;
  }
  return asked;
};

const dispatchStep = ({ facts, commands, agent }: ExplainFacts): ExplainedStep => {
  const { command } = facts;
  if (command === null) return { step: 'dispatch', outcome: 'dispatched', rule: null, reason: `AGENT_${agent.toUpperCase()}` };
  if (commands.includes(command)) return { step: 'dispatch', outcome: 'answered', rule: null, reason: `COMMAND_${command.toUpperCase()}` };
  const outcome = facts.conversation_type === 'direct' ? 'answered' : 'ignored';
  return { step: 'dispatch', outcome, rule: 'dispatch', reason: 'UNKNOWN_COMMAND' };
};

const deliveryStep = (mode: NetworkMode): ExplainedStep => ({
  step: 'delivery',
  outcome: mode === 'on' ? 'sent' : 'held',
  rule: mode === 'on' ? null : 'network_mode',
  reason: mode === 'on' ? null : `NETWORK_MODE_${mode.toUpperCase()}`,
});

export const explainMessage = (asked: ExplainFacts): Explanation => {
  const { facts, policy, rate, network_mode } = asked;
  const waits = network_mode === 'off';
  const steps: ExplainedStep[] = waits ? [{ step: 'handling', outcome: 'waits', rule: 'network_mode', reason: 'NETWORK_MODE_OFF' }] : [];
  const rules = rulesAsked(facts, policy);
  const end = (last: ExplainedStep, rule: string): Explanation => {
    steps.push(last);
    return { outcome: last.outcome as Explanation['outcome'], rule, reason: last.reason, waits, steps, rules };
  };
  steps.push(passed('dedupe'));
  const decision = decideMessage(facts, policy);
  if (decision.effect !== 'allow') {
    const outcome = decision.effect === 'ignore' ? 'ignored' : 'rejected';
    return end({ step: 'authorize', outcome, rule: decision.rule, reason: decision.reason }, decision.rule);
  }
  steps.push(passed('authorize'));
  if (facts.user_key !== null && rate.in_window >= rate.max_requests)
    return end({ step: 'rate-limit', outcome: 'rejected', rule: 'rate_limit', reason: 'RATE_LIMITED' }, 'rate_limit');
  steps.push(passed('rate-limit'), passed('session'));
  const dispatch = dispatchStep(asked);
  const explanation = end(dispatch, dispatch.rule ?? 'default');
  if (dispatch.outcome !== 'ignored') steps.push(deliveryStep(network_mode));
  return explanation;
};

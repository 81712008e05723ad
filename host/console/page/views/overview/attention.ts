/** What a person should look at, the most urgent first. Pure. */
import type { Approval, Channel, Connector, Message, Page, Pairing } from '../../api/answers.ts';
import type { Tone } from '../../parts/badge.tsx';

export interface Attention {
  tone: Tone;
  what: string;
  /** Why, when there is more to say. */
  reason: string | null;
  fix: string | null;
  /** Where it is dealt with. */
  path: readonly string[];
  query?: Readonly<Record<string, string>>;
}

export interface AttentionFacts {
  policy_problem: string | null;
  database: 'healthy' | 'unhealthy';
  channels: readonly Channel[];
  connectors: readonly Connector[];
  approvals: readonly Approval[];
  pairings: readonly Pairing[];
  dead: Page<Message> | null;
  unknown: Page<Message> | null;
}

const BROKEN: ReadonlySet<string> = new Set(['quarantined', 'invalid']);
const WAITING: ReadonlySet<string> = new Set(['degraded', 'needs_approval', 'needs_config']);
const ORDER: readonly Tone[] = ['bad', 'warn', 'quiet', 'good'];

const ofPlugin = (kind: 'channels' | 'connectors', plugin: Channel | Connector): Attention[] => {
  // What was switched off on purpose waits for nobody.
  if (!plugin.enabled) return [];
  const { state, reason, fix, pending } = plugin;
  const path = [kind, plugin.id];
  if (BROKEN.has(state) || WAITING.has(state))
    return [{ tone: BROKEN.has(state) ? 'bad' : 'warn', what: `${plugin.name} ${state.replaceAll('_', ' ')}`, reason, fix, path }];
  if (pending === null || pending.state === 'starting') return [];
  return [
    {
      tone: 'warn',
      what: `${plugin.name}: a change ${pending.state.replaceAll('_', ' ')}`,
      reason: pending.reason,
      fix: pending.fix,
      path,
    },
  ];
};

const several = (page: Page<unknown>, one: string, many: string): string => {
  const count = page.items.length;
  return count === 1 ? `1 ${one}` : `${count}${page.next_cursor === null ? '' : ' or more'} ${many}`;
};

const ofDeliveries = (page: Page<Message> | null, state: 'dead' | 'unknown', reason: string): Attention[] =>
  page === null || page.items.length === 0
    ? []
    : [
        {
          tone: state === 'dead' ? 'bad' : 'warn',
          what: several(page, `delivery is ${state}`, `deliveries are ${state}`),
          reason,
          fix: 'Look at each: retry it or drop it.',
          path: ['deliveries'],
          query: { state },
        },
      ];

export const attentionOf = (facts: AttentionFacts): Attention[] => {
  const found: Attention[] = [];
  if (facts.database === 'unhealthy')
    found.push({ tone: 'bad', what: 'The database cannot be written', reason: null, fix: 'Look at the disk and at the log.', path: [] });
  if (facts.policy_problem !== null)
    found.push({
      tone: 'bad',
      what: 'The policy file is not the policy in force',
      reason: facts.policy_problem,
      fix: null,
      path: ['policy'],
    });
  found.push(...facts.channels.flatMap((channel) => ofPlugin('channels', channel)));
  found.push(...facts.connectors.flatMap((connector) => ofPlugin('connectors', connector)));
  found.push(...ofDeliveries(facts.dead, 'dead', 'They were given up.'));
  found.push(...ofDeliveries(facts.unknown, 'unknown', 'They were in flight when something stopped: nobody knows whether they arrived.'));
  const approvals = facts.approvals.filter(({ state }) => state === 'pending');
  if (approvals.length > 0)
    found.push({
      tone: 'warn',
      what: approvals.length === 1 ? '1 request waits for approval' : `${approvals.length} requests wait for approval`,
      reason: null,
      fix: 'Read exactly what is asked, then approve or deny it.',
      path: ['approvals'],
    });
  const pairings = facts.pairings.filter(({ state }) => state === 'pending');
  if (pairings.length > 0)
    found.push({
      tone: 'warn',
      what: pairings.length === 1 ? '1 sender waits with a code' : `${pairings.length} senders wait with a code`,
      reason: null,
      fix: 'Approve the code that the person told you.',
      path: ['approvals'],
    });
  return found.sort((left, right) => ORDER.indexOf(left.tone) - ORDER.indexOf(right.tone));
};

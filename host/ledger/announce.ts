/**
 * What a commit decided, told on once it is durable: approvals, pairings, modes, who holds a session. Whoever writes
 * them shares their commit with something else; here none is forgotten. Messages are told of by the rooms that move them.
 */
import type { Unit, UnitResult } from '../db/unit.ts';
import { type FeedEntry, feedEntry } from '../lib/feed.ts';

const MODES: ReadonlySet<string> = new Set(['network_mode', 'execution_phase']);

/** Whether the commit has anything to tell: most, those of messages, have nothing. */
export const isDecision = ({ approvals, approval_changes, pairings, unpaired, settings, session_holds }: Unit): boolean =>
  (approvals ?? approval_changes ?? pairings ?? unpaired ?? settings ?? session_holds) !== undefined;

export const decisionsOf = (unit: Unit, result: UnitResult): FeedEntry[] => {
  const { approvals = [], approval_changes = [], pairings = [], unpaired = [], settings = [], session_holds = [] } = unit;
  return [
    ...approvals.map(({ id }) => feedEntry('approval', id, 'pending', null)),
    ...approval_changes.filter(({ id }) => result.approvals.has(id)).map(({ id, state }) => feedEntry('approval', id, state, null)),
    ...pairings.map(({ channel_id, state }) => feedEntry('pairing', channel_id, state, channel_id)),
    ...unpaired.map(({ channel_id }) => feedEntry('pairing', channel_id, 'revoked', channel_id)),
    ...session_holds.map(({ id, held_by }) => feedEntry('session', id, held_by === null ? 'released' : 'held', null)),
    ...settings.filter(({ name }) => MODES.has(name)).map(({ name, value }) => feedEntry('mode', name, value, null)),
  ];
};

/** A decision as rows: what one message adds to a transaction. */
import { COMMAND_NAMES } from '../commands/commands.ts';
import type { AuditEntry, EventChange, MessageChange, MessageRow, Unit } from '../db/unit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Decided, Entry } from './entry.ts';
import type { Ending, Turn } from './turn.ts';

export interface DecisionUnitDeps {
  ledger: Ledger;
  now(): number;
  /** `false` leaves out the rows of allowed traffic. */
  audit_allowed: boolean;
}

/** The first word of a message is content, unless it is a command or stands in the policy. */
const recordedCommand = ({ command, channel }: Turn): string | null => {
  if (command === null) return null;
  const { blocked_operations, allowed_commands } = channel.policy();
  const known = COMMAND_NAMES.includes(command) || blocked_operations.includes(command) || allowed_commands?.includes(command);
  return known ? command : null;
};

const recordedFacts = (turn: Turn): { facts?: Turn['facts'] } => {
  const command = recordedCommand(turn);
  const facts = command === null ? turn.facts : { ...turn.facts, command };
  return Object.keys(facts).length > 0 ? { facts } : {};
};

export const createDecisionUnits = ({ ledger, now, audit_allowed }: DecisionUnitDeps) => {
  const audit = ({ entry, turn, ending }: Decided): AuditEntry[] => {
    if (!audit_allowed && (ending.state === 'answered' || ending.state === 'dispatched')) return [];
    const { session_id, event_id } = entry.message;
    return [
      {
        at: now(),
        actor: 'host',
        action: 'message.decided',
        person_id: turn.person_id,
        subject: entry.id,
        decision: ending.state,
        detail: {
          channel_id: entry.channel.id,
          event_id,
          steps: turn.trail.map(({ step, outcome }) => `${step}:${outcome}`).join(' '),
          ...(session_id ? { session_id } : {}),
          ...(ending.state === 'dispatched' ? { agent: turn.agent } : {}),
          ...recordedFacts(turn),
        },
      },
    ];
  };

  const times = (ending: Ending) =>
    ending.state === 'dispatched' ? { dispatched_at: now(), finished_at: null } : { dispatched_at: null, finished_at: now() };

  /** The rows of a message whose decision goes into the same transaction as its event. */
  const fresh = (decided: Decided, event_row_id: string): Unit => {
    const { entry, turn, ending, answer } = decided;
    // Its row stands already, and nothing is to be added.
    if (ending.state === 'duplicate') return {};
    const row = ledger.inboundRow(entry.message, event_row_id, entry.received_at, {
      state: ending.state,
      reason: ending.reason,
      person_id: turn.person_id,
      session_id: entry.message.session_id,
      ...times(ending),
    });
    return {
      persons: turn.new_person ? [turn.new_person] : [],
      pairings: turn.pairing ? [turn.pairing] : [],
      sessions: turn.session_rows,
      messages: [row, ...answer.rows],
      audit: audit(decided).map((entry_of) => ({ ...entry_of, requires_message: entry.id })),
    };
  };

  return {
    /** A row as `received`, for a message whose lane is busy. */
    received: (entry: Entry, event_row_id: string): MessageRow =>
      ledger.inboundRow(entry.message, event_row_id, entry.received_at, {
        state: 'received',
        reason: null,
        person_id: null,
        session_id: null,
        dispatched_at: null,
        finished_at: null,
      }),
    /** The changes of a message that waited in its lane. */
    waiting(decided: Decided): Unit {
      const { entry, turn, ending, answer, joined } = decided;
      const { dispatched_at, finished_at } = times(ending);
      const { session_id } = entry.message;
      const own: MessageChange = {
        id: entry.id,
        from: ['received', 'dispatched'],
        state: ending.state === 'duplicate' ? 'ignored' : ending.state,
        reason: ending.reason,
        session_id,
        finished_at,
        ...(dispatched_at === null ? {} : { dispatched_at }),
      };
      const others = joined.map(
        ({ id }): MessageChange => ({ id, from: ['received'], state: 'ignored', reason: 'JOINED', session_id, finished_at: now() }),
      );
      return {
        persons: turn.new_person ? [turn.new_person] : [],
        pairings: turn.pairing ? [turn.pairing] : [],
        sessions: turn.session_rows,
        messages: answer.rows,
        message_changes: [own, ...others],
        audit: entry.resumed ? [] : audit(decided),
      };
    },
    /** Everything that one event leads to, in one transaction. */
    event(decided: readonly Decided[], rows: readonly MessageRow[], change: EventChange, extra: Unit): Unit {
      const units = decided.map((each) => fresh(each, change.id));
      return {
        persons: units.flatMap((unit) => unit.persons ?? []),
        pairings: units.flatMap((unit) => unit.pairings ?? []),
        sessions: units.flatMap((unit) => unit.sessions ?? []),
        messages: [...units.flatMap((unit) => unit.messages ?? []), ...rows],
        event_changes: [change],
        message_changes: extra.message_changes ?? [],
        audit: [...units.flatMap((unit) => unit.audit ?? []), ...(extra.audit ?? [])],
      };
    },
  };
};

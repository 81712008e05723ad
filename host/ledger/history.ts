/** What was said in a session, both ways, for an agent: what started a run, and what the person was answered. */
import type { InboundMessage } from '../../schemas/message.ts';
import type { StoredMessage } from '../db/tables/messages.ts';
import type { Ledger } from './ledger.ts';

export interface SaidTurn {
  role: 'user' | 'assistant';
  text: string;
}

/** Rows that are looked at: more than any budget holds of a real conversation. */
const MOST_ROWS = 200;
/** An answer in one of these never reached the person. */
const UNSEEN: ReadonlySet<string> = new Set(['dead', 'expired']);

/** A run that was answered or is under way; commands, refusals and what was only recorded are no talk with the agent. */
const isTalk = ({ state, reason }: StoredMessage): boolean => state === 'answered' && reason === null;

/** Oldest first, answers behind what they answer. `said` puts a message into words. */
export const sessionHistory = async (
  ledger: Pick<Ledger, 'listMessages' | 'inboundMessage' | 'outboundMessage'>,
  current: Pick<InboundMessage, 'id' | 'session_id'>,
  said: (message: InboundMessage) => string,
): Promise<SaidTurn[]> => {
  if (current.session_id === null) return [];
  const rows = (await ledger.listMessages({ session_id: current.session_id, limit: MOST_ROWS })).reverse();
  const answers = new Map<string, StoredMessage[]>();
  for (const row of rows) {
    if (row.direction !== 'outbound' || row.in_reply_to === null || UNSEEN.has(row.state)) continue;
    answers.set(row.in_reply_to, [...(answers.get(row.in_reply_to) ?? []), row]);
  }
  const answered = (parts: readonly StoredMessage[]): SaidTurn[] => {
    const texts = parts.toSorted((a, b) => (a.part ?? 1) - (b.part ?? 1)).map((row) => ledger.outboundMessage(row).text ?? '');
    const text = texts.filter((each) => each !== '').join('\n');
    return text === '' ? [] : [{ role: 'assistant', text }];
  };
  return rows.flatMap((row): SaidTurn[] => {
    if (row.id === current.id || row.content === null) return [];
    // Written by a person, or later than the run that it belongs to.
    if (row.direction === 'outbound') return row.in_reply_to === null && !UNSEEN.has(row.state) ? answered([row]) : [];
    return isTalk(row) ? [{ role: 'user', text: said(ledger.inboundMessage(row)) }, ...answered(answers.get(row.id) ?? [])] : [];
  });
};

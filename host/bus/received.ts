/**
 * What an adapter made of one event, checked and taken apart: messages for the bus, delivery reports for
 * the deliveries, reports about the account for the channel. Of several, the valid ones are kept and each
 * invalid one is recorded with its reason.
 */
import type { AccountReport, DeliveryReport, InboundEvent, InboundMessage, InboundMessageInput } from '../../schemas/message.ts';
import type { StoredMessage } from '../db/tables/messages.ts';
import type { MessageChange, OutboundState } from '../db/unit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { NewId } from '../lib/ids.ts';
import { normaliseMessage, utcTime } from './normalise.ts';

export type Check = (value: unknown) => { ok: true } | { ok: false; errors: readonly { pointer: string; message: string }[] };

export interface ReceivedChecks {
  message: Check;
  delivery_report: Check;
  account: Check;
}

export interface SortedReceived {
  messages: InboundMessage[];
  reports: DeliveryReport[];
  accounts: AccountReport[];
  /** Why each invalid one was refused. */
  refused: string[];
}

/** More than a platform ever puts into one event; a hostile adapter must not make a batch of a million rows. */
const MAX_RECEIVED = 1000;

const kindOf = (value: unknown): 'message' | 'delivery_report' | 'account' => {
  const kind = typeof value === 'object' && value !== null ? (value as { kind?: unknown }).kind : undefined;
  return kind === 'delivery_report' || kind === 'account' ? kind : 'message';
};

export const sortReceived = (received: readonly unknown[], event: InboundEvent, checks: ReceivedChecks, newId: NewId): SortedReceived => {
  const sorted: SortedReceived = { messages: [], reports: [], accounts: [], refused: [] };
  for (const [index, value] of received.slice(0, MAX_RECEIVED).entries()) {
    const kind = kindOf(value);
    const checked = checks[kind](value);
    if (!checked.ok) {
      const errors = checked.errors.slice(0, 3).map((error) => `${error.pointer} ${error.message}`.trim());
      sorted.refused.push(`${kind} ${index}: ${errors.join('; ')}`);
    } else if (kind === 'message') sorted.messages.push(normaliseMessage(value as InboundMessageInput, event, newId()));
    else if (kind === 'delivery_report') sorted.reports.push(value as DeliveryReport);
    else sorted.accounts.push(value as AccountReport);
  }
  if (received.length > MAX_RECEIVED) sorted.refused.push(`${received.length - MAX_RECEIVED} more than ${MAX_RECEIVED} are not taken`);
  return sorted;
};

type Status = DeliveryReport['status'];

/** From which states a report moves a delivery. */
const MOVES: Record<Status, { state: OutboundState; from: readonly OutboundState[] }> = {
  sent: { state: 'sent', from: ['sending', 'unknown'] },
  delivered: { state: 'delivered', from: ['sending', 'unknown', 'sent'] },
  read: { state: 'read', from: ['sending', 'unknown', 'sent', 'delivered'] },
  failed: { state: 'dead', from: ['sending', 'unknown', 'sent'] },
};

/** Reports overtake each other: one that comes late for the state is recorded and moves nothing. */
const LATE: Record<Status, readonly OutboundState[]> = {
  sent: ['delivered', 'read'],
  delivered: ['read'],
  read: [],
  failed: ['delivered', 'read'],
};

const timeOf = (ledger: Ledger, row: StoredMessage, report: DeliveryReport): Partial<MessageChange> => {
  if (report.status === 'failed') return report.reason ? { error: ledger.sealMessageError(row, report.reason) } : {};
  const at = Date.parse(utcTime(report.at) ?? '');
  // The first report of a kind gives the time; a platform may repeat it.
  if (Number.isNaN(at) || row[`${report.status}_at`] !== null) return {};
  return { [`${report.status}_at`]: at };
};

/** Never moves a message backwards. */
export const reportChange = (ledger: Ledger, row: StoredMessage, report: DeliveryReport): MessageChange => {
  const noted = timeOf(ledger, row, report);
  const late = LATE[report.status].find((state) => state === row.state);
  if (late) return { id: row.id, from: [late], state: late, ...noted };
  const { state, from } = MOVES[report.status];
  const at = Date.parse(utcTime(report.at) ?? '');
  return {
    id: row.id,
    from,
    state,
    reason: report.status === 'failed' ? 'REPORTED_FAILED' : null,
    ...(Number.isNaN(at) ? {} : { finished_at: at }),
    ...noted,
  };
};

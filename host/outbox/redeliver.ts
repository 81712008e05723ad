/** What an operator does with a delivery that ended badly or waits: hand it back, or give it up. */
import type { StoredMessage } from '../db/tables/messages.ts';
import type { AuditEntry, MessageChange, MessageState } from '../db/unit.ts';
import { AppError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Feed } from '../lib/feed.ts';

const RETRYABLE = ['unknown', 'expired', 'dead'] as const;
const DROPPABLE = ['pending', 'held', 'unknown', 'expired', 'dead'] as const;

export interface RedeliverDeps {
  ledger: Ledger;
  now(): number;
  feed: Pick<Feed, 'publish'>;
  /** The channel's outbox looks into the database again. */
  wake(channel_id: string): void;
}

const find = async (ledger: Ledger, id: string): Promise<StoredMessage> => {
  const row = await ledger.messageById(id);
  if (row?.direction === 'outbound') return row;
  throw new AppError('DELIVERY_NOT_FOUND', `There is no delivery ${id}.`, 'agentos deliveries list shows them.');
};

const audited = (deps: RedeliverDeps, row: StoredMessage, actor: string, action: string, state: string): AuditEntry => ({
  at: deps.now(),
  actor,
  action,
  person_id: row.person_id,
  subject: row.id,
  decision: state,
  detail: { channel_id: row.channel_id, was: row.state },
  requires_message: row.id,
});

const conflict = (row: StoredMessage, from: readonly MessageState[]): AppError =>
  new AppError('STATE_CONFLICT', `Delivery ${row.id} is ${row.state}.`, `This is possible when it is ${from.join(', ')}.`);

/** One transaction for the delivery and the parts that go its way; `from` is what the delivery itself may be. */
const apply = async (
  deps: RedeliverDeps,
  row: StoredMessage,
  from: readonly MessageState[],
  changes: readonly MessageChange[],
  audit: readonly AuditEntry[],
): Promise<string[]> => {
  if (!from.includes(row.state)) throw conflict(row, from);
  const { changed } = await deps.ledger.commit({ message_changes: changes, audit });
  if (!changed.has(row.id)) throw conflict((await deps.ledger.messageById(row.id)) ?? row, from);
  deps.wake(row.channel_id);
  const { channel_id, conversation_key } = row;
  const done = changes.filter(({ id }) => changed.has(id));
  for (const { id, state } of done) deps.feed.publish({ kind: 'message', id, state, channel_id, direction: 'outbound', conversation_key });
  return done.map(({ id }) => id);
};

const laterParts = async (ledger: Ledger, row: StoredMessage): Promise<StoredMessage[]> =>
  row.in_reply_to === null ? [] : (await ledger.answersTo(row.in_reply_to)).filter((part) => (part.part ?? 0) > (row.part ?? 0));

/** Sends it again, and with it the later parts of the same answer that fell with it. */
export const retryDelivery = async (deps: RedeliverDeps, id: string, actor: string): Promise<{ retried: string[] }> => {
  const row = await find(deps.ledger, id);
  if (row.content === null)
    throw new AppError('STATE_CONFLICT', `Delivery ${row.id} has no content any more.`, 'It was erased, or its retention has ended.');
  const fallen = (await laterParts(deps.ledger, row)).filter((part) => part.reason === 'EARLIER_PART_FAILED');
  const rows = [row, ...fallen];
  const retried = await apply(
    deps,
    row,
    RETRYABLE,
    rows.map((each) => ({
      id: each.id,
      from: RETRYABLE,
      state: 'pending',
      reason: null,
      error: null,
      attempts: 0,
      next_attempt_at: null,
      held_by: null,
      finished_at: null,
    })),
    rows.map((each) => audited(deps, each, actor, 'delivery.retried', 'pending')),
  );
  return { retried };
};

/** Gives it up, and with it the later parts of the same answer that still wait. */
export const dropDelivery = async (deps: RedeliverDeps, id: string, actor: string): Promise<{ dropped: string }> => {
  const row = await find(deps.ledger, id);
  const finished_at = deps.now();
  const later = await laterParts(deps.ledger, row);
  await apply(
    deps,
    row,
    DROPPABLE,
    [
      { id, from: DROPPABLE, state: 'dead', reason: 'DROPPED', next_attempt_at: null, held_by: null, finished_at },
      ...later.map(
        (part): MessageChange => ({
          id: part.id,
          from: ['pending', 'held'],
          state: 'dead',
          reason: 'EARLIER_PART_FAILED',
          next_attempt_at: null,
          held_by: null,
          finished_at,
        }),
      ),
    ],
    [row, ...later].map((each) => audited(deps, each, actor, 'delivery.dropped', 'dead')),
  );
  return { dropped: id };
};

/**
 * The chat page's view of the ledger: a visitor's conversation is the messages of their key on the
 * channel `webchat`. An answer is visible when it is `sent`: for this channel the row itself is the
 * delivery.
 */
import type { StoredMessage } from '../db/tables/messages.ts';
import { AppError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { isoTime } from '../lib/clock.ts';
import type { Feed } from '../lib/feed.ts';
import type { ChatMessage, WebchatStore } from './webchat-store.ts';

export const WEBCHAT = 'webchat';

const VISIBLE: ReadonlySet<string> = new Set(['sent', 'delivered', 'read']);
/** States of what the visitor wrote, and of answers that can be seen. */
const SHOWN = ['received', 'dispatched', 'answered', 'ignored', 'rejected', 'failed', 'sent', 'delivered', 'read'];
const SINCE_AT_MOST = 200;

export interface LedgerStoreDeps {
  ledger: Ledger;
  feed: Feed;
  record(channel_id: string, event_id: string, body: string): Promise<{ duplicate: boolean }>;
  onDefect(error: unknown): void;
}

export const createLedgerStore = ({ ledger, feed, record, onDefect }: LedgerStoreDeps): WebchatStore => {
  const view = (row: StoredMessage): ChatMessage => {
    const content = row.direction === 'inbound' ? ledger.inboundMessage(row) : ledger.outboundMessage(row);
    return {
      id: row.id,
      seq: row.seq,
      direction: row.direction,
      // The adapter makes the message id of the visitor's key and the page's own id.
      client_message_id: row.direction === 'inbound' ? (row.message_id?.slice((row.user_key?.length ?? 0) + 1) ?? null) : null,
      text: content.text ?? '',
      state: row.state,
      at: isoTime(row.received_at),
    };
  };

  const conversation = (user_key: string) => ({ channel_id: WEBCHAT, conversation_key: user_key, states: SHOWN });

  return {
    async record({ user_key, client_message_id, text }) {
      const event_id = `${user_key}:${client_message_id}`;
      const { duplicate } = await record(WEBCHAT, event_id, JSON.stringify({ user_key, client_message_id, text }));
      return { id: event_id, duplicate };
    },
    async history({ user_key, before, limit }) {
      if (before !== undefined && !/^\d{1,15}$/.test(before))
        throw new AppError('INVALID_PARAMS', 'The cursor is not one of ours.', 'Use the next_cursor of an answer.');
      const rows = await ledger.listMessages({
        ...conversation(user_key),
        before: before === undefined ? undefined : Number(before),
        limit,
      });
      return { items: rows.map(view).reverse(), next_cursor: rows.length === limit ? String(rows.at(-1)?.seq) : null };
    },
    subscribe(user_key, listener) {
      // One after the other, so that a later state never arrives before an earlier one.
      let turn: Promise<void> = Promise.resolve();
      const tell = async (id: string): Promise<void> => {
        const row = await ledger.messageById(id);
        if (row && row.conversation_key === user_key) listener(view(row));
      };
      return feed.subscribe((entry) => {
        if (entry.kind !== 'message' || entry.channel_id !== WEBCHAT || entry.conversation_key !== user_key) return;
        if (entry.direction === 'outbound' && !VISIBLE.has(entry.state)) return;
        turn = turn.then(() => tell(entry.id)).catch(onDefect);
      });
    },
    async since(user_key, last_event_id) {
      const rows = await ledger.listMessages({ ...conversation(user_key), after: last_event_id, limit: SINCE_AT_MOST });
      return rows.map(view);
    },
  };
};

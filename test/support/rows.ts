/** What stands in a home's database, read past the host: also while none runs. */
import path from 'node:path';
import { openConnection } from '../../host/db/connection.ts';
import type { Home } from './home.ts';

export interface EventRecord {
  seq: number;
  channel_id: string;
  event_id: string;
  state: string;
  attempts: number;
  deliveries: number;
  error_code: string | null;
}

export interface MessageRecord {
  seq: number;
  id: string;
  direction: 'inbound' | 'outbound';
  channel_id: string;
  message_id: string | null;
  event_id: string | null;
  conversation_key: string;
  session_id: string | null;
  person_id: string | null;
  in_reply_to: string | null;
  part: number | null;
  state: string;
  reason: string | null;
  attempts: number;
  held_by: string | null;
}

export interface Rows {
  events: EventRecord[];
  inbound: MessageRecord[];
  outbound: MessageRecord[];
  sessions: { id: string; session_key: string; active: number }[];
  /** Channels that have been running, as far as that is written. */
  ran: string[];
}

export const readRows = async (home: Home): Promise<Rows> => {
  const db = await openConnection(path.join(home.dir, 'store/agentos.db'), { readonly: true });
  try {
    // One snapshot: between two reads a message may move on.
    await db.exec('BEGIN');
    const messages = await db.all<MessageRecord>('SELECT * FROM messages ORDER BY seq');
    return {
      events: await db.all<EventRecord>('SELECT * FROM events ORDER BY seq'),
      inbound: messages.filter(({ direction }) => direction === 'inbound'),
      outbound: messages.filter(({ direction }) => direction === 'outbound'),
      sessions: await db.all('SELECT id, session_key, active FROM sessions ORDER BY seq'),
      ran: (await db.all<{ id: string }>('SELECT id FROM plugins WHERE ran = 1')).map(({ id }) => id),
    };
  } finally {
    await db.close();
  }
};

export interface AuditRecord {
  actor: string;
  action: string;
  subject: string | null;
  decision: string | null;
  detail: Record<string, unknown> | null;
}

/** What the audit trail says of one subject, oldest first. */
export const readAudit = async (home: Home, subject: string): Promise<AuditRecord[]> => {
  const db = await openConnection(path.join(home.dir, 'store/agentos.db'), { readonly: true });
  try {
    const rows = await db.all<Omit<AuditRecord, 'detail'> & { detail: string | null }>(
      'SELECT actor, action, subject, decision, detail FROM audit WHERE subject = ? ORDER BY seq',
      [subject],
    );
    return rows.map((row) => ({ ...row, detail: row.detail === null ? null : (JSON.parse(row.detail) as Record<string, unknown>) }));
  } finally {
    await db.close();
  }
};

/** A real ledger on a real database in a temp folder, and rows to put into it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Database, type DatabaseOptions, openDatabase } from '../../../host/db/database.ts';
import type { EventRow, MessageRow, MessageState, SessionRow } from '../../../host/db/unit.ts';
import type { InboundFate, OutboundFate } from '../../../host/ledger/content.ts';
import { createLedger, type Ledger } from '../../../host/ledger/ledger.ts';
import type { NewId } from '../../../host/lib/ids.ts';
import { oneKey } from '../../../host/secrets/content-keys.ts';
import { createSeal, type Seal } from '../../../host/secrets/seal.ts';
import type { InboundEvent, InboundMessage, OutboundMessage } from '../../../schemas/message.ts';
import { createCountingIds } from '../../support/counting-ids.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';

export interface TestLedger {
  dir: string;
  file: string;
  clock: FakeClock;
  newId: NewId;
  seal: Seal;
  database: Database;
  ledger: Ledger;
  /** Closes the database and opens it again, as a restart does; `between` happens while it is closed. */
  reopen(between?: () => void): Promise<void>;
  close(): Promise<void>;
}

export const openTestLedger = async (
  options: Partial<Pick<DatabaseOptions, 'probe' | 'on_batch' | 'continues'>> = {},
): Promise<TestLedger> => {
  const dir = mkdtempSync(path.join(tmpdir(), 'aos-ledger-'));
  const file = path.join(dir, 'store', 'agentos.db');
  const seal = createSeal(Buffer.alloc(32, 7));
  const newId = createCountingIds();
  const open = () => openDatabase({ file, new_chain_id: newId(), ...options });
  const database = await open();
  const made: TestLedger = {
    dir,
    file,
    clock: createFakeClock(),
    newId,
    seal,
    database,
    ledger: createLedger({ database, keys: oneKey(seal) }),
    async reopen(between) {
      await made.database.close();
      between?.();
      made.database = await open();
      made.ledger = createLedger({ database: made.database, keys: oneKey(seal) });
    },
    async close() {
      await made.database.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return made;
};

export const someEvent = (id: string, fields: Partial<InboundEvent> = {}): InboundEvent => ({
  id,
  event_id: `event of ${id}`,
  channel_id: 'telegram',
  received_at: '2026-01-01T00:00:00.000Z',
  source: 'webhook',
  path: '/webhooks/telegram',
  query: {},
  headers: {},
  content_type: 'application/json',
  body: '{"hello":1}',
  ...fields,
});

export const someInbound = (id: string, fields: Partial<InboundMessage> = {}): InboundMessage => ({
  id,
  event_id: `event of ${id}`,
  channel_id: 'telegram',
  message_id: `message of ${id}`,
  type: 'text',
  text: 'hello',
  user_key: 'ada',
  user_name: 'Ada',
  user_is_bot: false,
  conversation_key: 'ada-chat',
  conversation_type: 'direct',
  thread_key: null,
  reply_to_message_id: null,
  mentions_bot: false,
  attachments: [],
  location: null,
  action: null,
  album_key: null,
  timestamp: '2026-01-01T00:00:00.000Z',
  metadata: {},
  session_id: null,
  received_at: '2026-01-01T00:00:00.000Z',
  ...fields,
});

export const someOutbound = (id: string, fields: Partial<OutboundMessage> = {}): OutboundMessage => ({
  id,
  channel_id: 'telegram',
  conversation_key: 'ada-chat',
  thread_key: null,
  user_key: 'ada',
  type: 'text',
  text: 'hello back',
  attachments: [],
  buttons: [],
  reply_to_message_id: null,
  part: 1,
  metadata: {},
  ...fields,
});

export const eventRow = ({ ledger, clock }: TestLedger, id: string, fields: Partial<InboundEvent> = {}): EventRow =>
  ledger.eventRow(someEvent(id, fields), clock.now());

/** An inbound row; without `requires_event` it needs none. */
export const inboundRow = (
  { ledger, clock }: TestLedger,
  id: string,
  fields: Partial<InboundMessage> = {},
  fate: Partial<InboundFate> & { requires_event?: string; received_at?: number } = {},
): MessageRow => {
  const { requires_event = null, received_at = clock.now(), ...rest } = fate;
  return {
    ...ledger.inboundRow(someInbound(id, fields), '', received_at, {
      state: 'received',
      reason: null,
      person_id: null,
      session_id: null,
      dispatched_at: null,
      finished_at: null,
      ...rest,
    }),
    requires_event,
  };
};

export const outboundRow = (
  { ledger, clock }: TestLedger,
  id: string,
  fields: Partial<OutboundMessage> = {},
  fate: Partial<OutboundFate> = {},
): MessageRow =>
  ledger.outboundRow(someOutbound(id, fields), {
    state: 'pending',
    held_by: null,
    person_id: null,
    session_id: null,
    in_reply_to: null,
    idempotency_key: null,
    received_at: clock.now(),
    ...fate,
  });

export const sessionRow = (id: string, fields: Partial<SessionRow> = {}): SessionRow => ({
  id,
  session_key: '["telegram","ada"]',
  channel_id: 'telegram',
  user_key: 'ada',
  conversation_key: 'ada-chat',
  thread_key: null,
  state: 'open',
  active: 1,
  held_by: null,
  created_at: 1,
  last_active_at: 1,
  ...fields,
});

/** The states of some messages by id, as the database has them. */
export const statesOf = async ({ ledger }: TestLedger, ...ids: string[]): Promise<(MessageState | null)[]> =>
  Promise.all(ids.map(async (id) => (await ledger.messageById(id))?.state ?? null));

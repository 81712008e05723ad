/**
 * What one caller writes: rows and state changes that belong together. A unit is written whole or not
 * at all; many units share one transaction. Rows that depend on a refused row are refused with it, by
 * the statements themselves: the unique keys are the judges, not what a caller believed before.
 */

export type EventState = 'received' | 'parsed' | 'dead';
export type InboundState = 'received' | 'dispatched' | 'answered' | 'ignored' | 'rejected' | 'failed';
export type OutboundState = 'pending' | 'sending' | 'sent' | 'delivered' | 'read' | 'held' | 'unknown' | 'expired' | 'dead';
export type MessageState = InboundState | OutboundState;

export interface EventRow {
  id: string;
  channel_id: string;
  event_id: string;
  source: 'webhook' | 'emit';
  received_at: number;
  /** Gives the sealed request. Called when the batch is cut, and not at all when the event is parsed by then. */
  request(): string;
  /** How the key would stand here after an erasure; null when nobody of the channel was erased. Not stored. */
  erased_key?: string | null;
}

export interface MessageRow {
  id: string;
  direction: 'inbound' | 'outbound';
  channel_id: string;
  message_id: string | null;
  event_id: string | null;
  type: string;
  user_key: string | null;
  person_id: string | null;
  conversation_key: string;
  conversation_type: string | null;
  thread_key: string | null;
  session_id: string | null;
  in_reply_to: string | null;
  part: number | null;
  /** Sealed. */
  content: string | null;
  state: MessageState;
  reason: string | null;
  next_attempt_at: number | null;
  held_by: string | null;
  idempotency_key: string | null;
  received_at: number;
  dispatched_at: number | null;
  finished_at: number | null;
  /** Row id of the event that must stand in `events`; null for messages without one. Not stored. */
  requires_event: string | null;
  /** How `message_id` would stand here after an erasure; null when nobody of the channel was erased. Not stored. */
  erased_key?: string | null;
}

export interface PersonRow {
  person_id: string;
  channel_id: string;
  user_key: string;
  created_at: number;
}

export interface SessionRow {
  id: string;
  session_key: string;
  channel_id: string;
  user_key: string | null;
  conversation_key: string;
  thread_key: string | null;
  state: 'open' | 'closed';
  active: 0 | 1;
  held_by: string | null;
  created_at: number;
  last_active_at: number;
}

export interface EventChange {
  id: string;
  state: EventState;
  attempts?: number;
  finished_at?: number | null;
  error_code?: string | null;
  /** Sealed. */
  error?: string | null;
}

/** A field that is left out keeps its value. */
export interface MessageChange {
  id: string;
  /** The change happens only from one of these. */
  from: readonly MessageState[];
  state: MessageState;
  reason?: string | null;
  /** Sealed. */
  error?: string | null;
  attempts?: number;
  next_attempt_at?: number | null;
  held_by?: string | null;
  platform_message_id?: string;
  session_id?: string | null;
  dispatched_at?: number;
  sent_at?: number;
  delivered_at?: number;
  read_at?: number;
  finished_at?: number | null;
}

export interface PluginRow {
  kind: 'channel' | 'connector';
  id: string;
  enabled: 0 | 1 | null;
  digest: string | null;
  grants: string | null;
  approved_by: string | null;
  approved_at: number | null;
  /** Sealed. */
  config: string | null;
  ran: 0 | 1;
}

/** What a plugin keeps under one key. */
export interface StorageChange {
  channel_id: string;
  key: string;
  /** Sealed; null deletes. */
  value: string | null;
  /** Of key and value before sealing. */
  bytes: number;
}

/** A sealed configuration under another key; left alone when it is not what it was any more. */
export interface ResealedConfig {
  kind: PluginRow['kind'];
  id: string;
  was: string;
  config: string;
}

/** Another value that the host key sealed, under the new one; left alone when it is not what it was any more. */
export interface ResealedValue {
  table: 'plugin_storage' | 'approvals' | 'evidence';
  /** The keys of the row: channel and key, or the id; of evidence the column too. */
  row: readonly string[];
  was: string;
  sealed: string;
}

/** A token of the administration API; only its hash is known. Times are ms since 1970. */
export interface TokenRow {
  id: string;
  name: string;
  role: 'viewer' | 'operator' | 'admin';
  /** SHA-256 of the token, hex. */
  hash: string;
  created_at: number;
  created_by: string;
  expires_at: number | null;
  last_used_at: number | null;
  revoked_at: number | null;
}

/** A person takes a session over, or gives it back (null). */
export interface SessionHold {
  id: string;
  held_by: string | null;
}

export interface SettingRow {
  name: string;
  value: string;
  at: number;
  actor: string;
  reason: string | null;
  /** Id of the approval that this unit must have used; when that was refused, so is this row. Not stored. */
  requires_approval?: string;
}

export type ApprovalState = 'pending' | 'approved' | 'denied' | 'used';

/** A person's consent that is asked for: to one exact request, once, until it expires. */
export interface ApprovalRow {
  id: string;
  kind: string;
  /** Sealed: the request as canonical JSON. */
  request: string;
  /** SHA-256 over kind and request, hex. */
  request_hash: string;
  requested_by: string;
  requested_at: number;
  expires_at: number;
}

/** Happens only from one of these states, and before the approval expires. */
export interface ApprovalChange {
  id: string;
  request_hash: string;
  from: readonly ApprovalState[];
  state: Exclude<ApprovalState, 'pending'>;
  at: number;
  /** Who decides; null when that was decided before. */
  decided_by: string | null;
}

/** An approval on its way to be used: belongs into the commit of what it allows. */
export interface ApprovalUse {
  change: ApprovalChange;
  audit: readonly AuditEntry[];
}

export type EvidenceState = 'started' | 'success' | 'failed' | 'denied' | 'rate_limited' | 'requires_approval' | 'timeout' | 'unknown';

/** The record of one connector request. */
export interface EvidenceRow {
  id: string;
  request_id: string;
  connector_id: string | null;
  operation: string | null;
  effect: 'read' | 'write' | null;
  caller_kind: string;
  actor: string;
  /** '' without a session. */
  channel_id: string;
  conversation_key: string;
  user_key: string | null;
  person_id: string | null;
  session_id: string | null;
  message_id: string | null;
  approval_id: string | null;
  idempotency_key: string | null;
  state: EvidenceState;
  rule: string | null;
  code: string | null;
  /** 1: it counts towards the limit of its caller. */
  counted: 0 | 1;
  /** SHA-256, hex. */
  request_hash: string;
  result_hash: string | null;
  /** Sealed. */
  request: string | null;
  /** Sealed. */
  result: string | null;
  requested_at: number;
  started_at: number | null;
  finished_at: number | null;
}

/** A field that is left out keeps its value, but for the code, which belongs to the state. */
export interface EvidenceChange {
  id: string;
  /** The change happens only from one of these. */
  from: readonly EvidenceState[];
  state: EvidenceState;
  rule?: string;
  code?: string | null;
  /** Sealed. */
  result?: string;
  result_hash?: string;
  started_at?: number;
  finished_at?: number;
  /** Only once. */
  collected_at?: number;
  /** In the place of the one that named the request before. */
  idempotency_key?: string | null;
  /** Id of the approval that this unit must have changed; when that was refused, so is this change. Not stored. */
  requires_approval?: string;
}

/** A sender who asked for, or got, the right to write to a channel. */
export interface PairingRow {
  channel_id: string;
  user_key: string;
  person_id: string;
  code: string;
  state: 'pending' | 'approved';
  created_at: number;
  expires_at: number;
  decided_by: string | null;
  decided_at: number | null;
}

/** How a sender was paired is removed. */
export type Unpaired = Pick<PairingRow, 'channel_id' | 'user_key'>;

/** A message as it stands after an erasure: the keys hashed, the conversation empty when nobody else was part of it. */
export interface ErasedMessage {
  id: string;
  message_id: string | null;
  event_id: string | null;
  conversation_key: string;
}

export interface ErasedEvent {
  id: string;
  event_id: string;
}

/** An event's sealed values under another key; left alone when they are not what they were any more. */
export interface ResealedEvent {
  id: string;
  was_request: string | null;
  was_error: string | null;
  request: string | null;
  error: string | null;
}

/** What is blanked of a person. */
export interface Erasure {
  at: number;
  messages?: readonly ErasedMessage[];
  events?: readonly ErasedEvent[];
  /** Row ids. */
  evidence?: readonly string[];
  /** Row ids. */
  sessions?: readonly string[];
  resealed?: readonly ResealedEvent[];
  pairing?: Unpaired;
  /** The row that names the person is removed. */
  person_id?: string;
}

/** `settle`: what was not final in a backup ends. `resume`: these rows, or all, are handed back. */
export type Restoration = { effect: 'settle'; at: number } | { effect: 'resume'; at: number; ids: readonly string[] | null };

/** One line of the audit trail. People appear by `person_id`; no content. */
export interface AuditEntry {
  at: number;
  /** `host`, `environment`, `cli:<os user>`, `token:<name>`. */
  actor: string;
  action: string;
  person_id?: string | null;
  /** Id of the message, delivery, channel or setting. */
  subject?: string | null;
  decision?: string | null;
  detail?: Readonly<Record<string, unknown>> | null;
  /** Row id of the message that this unit must have inserted or changed; when that was refused, so is this entry. Not stored. */
  requires_message?: string;
  /** Id of the approval that this unit must have changed; when that was refused, so is this entry. Not stored. */
  requires_approval?: string;
  /** Row id of the evidence that this unit must have inserted or changed; when that was refused, so is this entry. Not stored. */
  requires_evidence?: string;
}

/** What retention takes away; each names a bounded number of rows. What is not final, or still needed, stays all the same. */
export type Retirement =
  | {
      what: 'message_contents' | 'messages' | 'evidence_contents' | 'evidence';
      ids: readonly string[];
    }
  | { what: 'events'; seqs: readonly number[] }
  | { what: 'sessions'; ids: readonly string[]; idle_since: number }
  /** Rows and commits of a chain up to one whose head was signed, at most `limit` of each. */
  | { what: 'audit'; chain_id: string; through_seq: number; limit: number };

export interface Unit {
  persons?: readonly PersonRow[];
  events?: readonly EventRow[];
  sessions?: readonly SessionRow[];
  session_holds?: readonly SessionHold[];
  messages?: readonly MessageRow[];
  event_changes?: readonly EventChange[];
  message_changes?: readonly MessageChange[];
  plugins?: readonly PluginRow[];
  resealed_configs?: readonly ResealedConfig[];
  resealed_values?: readonly ResealedValue[];
  storage?: readonly StorageChange[];
  settings?: readonly SettingRow[];
  approvals?: readonly ApprovalRow[];
  approval_changes?: readonly ApprovalChange[];
  evidence?: readonly EvidenceRow[];
  evidence_changes?: readonly EvidenceChange[];
  pairings?: readonly PairingRow[];
  /** Written after `pairings`, also those of the same batch. */
  unpaired?: readonly Unpaired[];
  erasures?: readonly Erasure[];
  restorations?: readonly Restoration[];
  tokens?: readonly TokenRow[];
  audit?: readonly AuditEntry[];
  retire?: readonly Retirement[];
}

export interface UnitResult {
  /** Row ids of the events that are new, with their `seq`. The others were duplicates. */
  events: ReadonlyMap<string, number>;
  /** Row ids of the messages that were inserted, with their `seq`. */
  messages: ReadonlyMap<string, number>;
  /** Row ids of the messages that this unit changed; what another unit of the same transaction changed does not count. */
  changed: ReadonlySet<string>;
  /** Ids of the approvals that this unit changed. */
  approvals: ReadonlySet<string>;
  /** Row ids of the evidence that this unit inserted or changed. */
  evidence: ReadonlySet<string>;
  /** How many rows `retire` took away. */
  retired: number;
}

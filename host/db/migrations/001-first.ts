/**
 * The first schema. `seq` is the order of the database; `id` is only a name. Times are ms since 1970.
 * Columns whose value is sealed say so: `v1.<key_id>.<base64url of nonce, ciphertext, tag>`.
 */
export const first = `
CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  channel_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  source TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  request TEXT,                            -- sealed: {path, query, headers, content_type, body}; NULL once parsed
  state TEXT NOT NULL,                     -- received | parsed | dead
  attempts INTEGER NOT NULL DEFAULT 0,
  deliveries INTEGER NOT NULL DEFAULT 1,   -- how often the platform sent it
  finished_at INTEGER,
  error_code TEXT,
  error TEXT,                              -- sealed
  UNIQUE (channel_id, event_id)
);
CREATE INDEX events_open ON events (channel_id, seq) WHERE state = 'received';

CREATE TABLE persons (
  person_id TEXT PRIMARY KEY,
  channel_id TEXT NOT NULL,
  user_key TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (channel_id, user_key)
);

CREATE TABLE sessions (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  session_key TEXT NOT NULL,
  channel_id TEXT NOT NULL,
  user_key TEXT,
  conversation_key TEXT NOT NULL,
  thread_key TEXT,
  state TEXT NOT NULL,                     -- open | closed
  active INTEGER NOT NULL,                 -- 1: the one that new messages of this key join
  held_by TEXT,                            -- the person who took the conversation over
  created_at INTEGER NOT NULL,
  last_active_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX sessions_active ON sessions (session_key) WHERE active = 1;
CREATE INDEX sessions_by_key ON sessions (session_key, seq);

CREATE TABLE messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  direction TEXT NOT NULL,                 -- inbound | outbound
  channel_id TEXT NOT NULL,
  message_id TEXT,                         -- inbound: the platform's
  event_id TEXT,
  type TEXT NOT NULL,
  user_key TEXT,
  person_id TEXT,
  conversation_key TEXT NOT NULL,
  conversation_type TEXT,
  thread_key TEXT,
  session_id TEXT,
  in_reply_to TEXT,                        -- outbound: id of the inbound message it answers
  part INTEGER,
  content TEXT,                            -- sealed: texts, names, attachments, metadata
  state TEXT NOT NULL,
  reason TEXT,                             -- code of the rule or failure that ended or holds it
  error TEXT,                              -- sealed
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER,
  held_by TEXT,
  platform_message_id TEXT,
  idempotency_key TEXT,
  received_at INTEGER NOT NULL,            -- outbound: when it was made
  dispatched_at INTEGER,
  finished_at INTEGER,
  sent_at INTEGER,
  delivered_at INTEGER,
  read_at INTEGER
);
CREATE UNIQUE INDEX messages_inbound ON messages (channel_id, message_id) WHERE direction = 'inbound';
CREATE UNIQUE INDEX messages_answer ON messages (in_reply_to, part) WHERE in_reply_to IS NOT NULL;
CREATE UNIQUE INDEX messages_idempotency ON messages (idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX messages_open_inbound ON messages (seq) WHERE direction = 'inbound' AND state IN ('received', 'dispatched');
CREATE INDEX messages_open_outbound ON messages (channel_id, seq) WHERE direction = 'outbound' AND state IN ('pending', 'sending', 'held');
CREATE INDEX messages_failed_outbound ON messages (state, seq) WHERE direction = 'outbound' AND state IN ('unknown', 'expired', 'dead');
CREATE INDEX messages_platform ON messages (channel_id, platform_message_id) WHERE platform_message_id IS NOT NULL;
CREATE INDEX messages_by_channel ON messages (channel_id, seq);
CREATE INDEX messages_by_conversation ON messages (channel_id, conversation_key, seq);
CREATE INDEX messages_by_session ON messages (session_id, seq) WHERE session_id IS NOT NULL;

CREATE TABLE plugins (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  enabled INTEGER,                         -- NULL: nobody decided
  digest TEXT,                             -- the approved one
  grants TEXT,
  approved_by TEXT,
  approved_at INTEGER,
  config TEXT,                             -- sealed: values stated by API, command line, or made by the host
  ran INTEGER NOT NULL DEFAULT 0,          -- 1: has been running at least once
  PRIMARY KEY (kind, id)
);

CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  updated_by TEXT NOT NULL
);
CREATE TABLE settings_history (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  previous TEXT,
  value TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT
);

CREATE TABLE audit_commits (
  chain_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  prev_hash TEXT NOT NULL,
  rows_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (chain_id, seq)
) WITHOUT ROWID;
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  chain_id TEXT NOT NULL,
  commit_seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  person_id TEXT,
  subject TEXT,
  decision TEXT,
  detail TEXT
);
CREATE INDEX audit_by_commit ON audit (chain_id, commit_seq, seq);
CREATE INDEX audit_by_subject ON audit (subject) WHERE subject IS NOT NULL;
`;

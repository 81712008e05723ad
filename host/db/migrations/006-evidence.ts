/** One row a connector request, refused ones too. Times are ms since 1970. */
export const evidence = `
CREATE TABLE evidence (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  request_id TEXT NOT NULL,
  connector_id TEXT,                       -- null: no name that a connector could have
  operation TEXT,
  effect TEXT,                             -- read | write
  caller_kind TEXT NOT NULL,               -- agent | command | api | mcp | library
  actor TEXT NOT NULL,
  channel_id TEXT NOT NULL,                -- '' without a session
  conversation_key TEXT NOT NULL,
  user_key TEXT,
  person_id TEXT,
  session_id TEXT,
  message_id TEXT,                         -- row id of the inbound message whose run asked
  approval_id TEXT,
  idempotency_key TEXT UNIQUE,
  state TEXT NOT NULL,                     -- started | success | failed | denied | rate_limited | requires_approval | timeout | unknown
  rule TEXT,
  code TEXT,
  counted INTEGER NOT NULL,                -- 1: counts towards the caller's limit
  request_hash TEXT NOT NULL,
  result_hash TEXT,
  request TEXT,                            -- sealed; emptied by retention and erasure
  result TEXT,                             -- sealed
  requested_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  collected_at INTEGER                     -- whoever asked has fetched what the approval brought
);
CREATE INDEX evidence_started ON evidence (seq) WHERE state = 'started';
CREATE INDEX evidence_kept ON evidence (channel_id, seq) WHERE request IS NOT NULL;
CREATE INDEX evidence_of_user ON evidence (channel_id, user_key) WHERE channel_id <> '';
CREATE INDEX evidence_of_message ON evidence (message_id) WHERE message_id IS NOT NULL;
`;

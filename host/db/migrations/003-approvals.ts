/** Approvals of exact requests, and senders who were paired by a code. Times are ms since 1970. */
export const approvals = `
CREATE TABLE approvals (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  request TEXT NOT NULL,                   -- sealed: canonical JSON
  request_hash TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  requested_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  state TEXT NOT NULL,                     -- pending | approved | denied | used
  decided_by TEXT,
  decided_at INTEGER,
  used_at INTEGER
);
CREATE INDEX approvals_open ON approvals (seq) WHERE state IN ('pending', 'approved');

CREATE TABLE pairings (
  channel_id TEXT NOT NULL,
  user_key TEXT NOT NULL,
  person_id TEXT NOT NULL,
  code TEXT NOT NULL,
  state TEXT NOT NULL,                     -- pending | approved
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  decided_by TEXT,
  decided_at INTEGER,
  PRIMARY KEY (channel_id, user_key)
);
`;

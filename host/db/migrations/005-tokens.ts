/** Tokens of the administration API. Only the SHA-256 of a token is kept; a revoked one stays, so that its name in the audit trail has a row. */
export const tokens = `
CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL,                      -- viewer | operator | admin
  hash TEXT NOT NULL UNIQUE,               -- SHA-256 of the token, hex
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  revoked_at INTEGER
);
`;

/** What plugins keep for themselves: a key-value store for each channel. */
export const pluginStorage = `
CREATE TABLE plugin_storage (
  channel_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,                     -- sealed: JSON text
  bytes INTEGER NOT NULL,                  -- of key and value as UTF-8, before sealing: what the quota counts
  PRIMARY KEY (channel_id, key)
) WITHOUT ROWID;
`;

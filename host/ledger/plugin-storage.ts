/** The storage of plugins on the ledger: each value sealed for its channel and key. */
import type { Ledger } from './ledger.ts';

/** A channel's id holds no line break, so that no two places have one name. */
const place = (channel_id: string, key: string) => ['plugin_storage', `${channel_id}\n${key}`, 'value'] as const;

interface Change {
  key: string;
  value: string | null;
  bytes: number;
}

export const ledgerStorage = (ledger: Ledger) => ({
  used: (channel_id: string) => ledger.storedBytes(channel_id),
  read: (channel_id: string, keys: readonly { key: string; wanted: boolean }[]) => ledger.storedValues(channel_id, keys),
  list: (channel_id: string, page: { prefix: string; after: string; limit: number }) => ledger.storedKeys(channel_id, page),
  write: (channel_id: string, changes: readonly Change[]) =>
    ledger.commit({ storage: changes.map((change) => ({ channel_id, ...change })) }),
  seal: (text: string, channel_id: string, key: string) => ledger.sealText(text, ...place(channel_id, key)),
  open: (sealed: string, channel_id: string, key: string) => ledger.openText(sealed, ...place(channel_id, key)),
});

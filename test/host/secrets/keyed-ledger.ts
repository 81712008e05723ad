/** A ledger as the host opens it: content under the keys of its people, in a home of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Database, type DatabaseOptions, openDatabase } from '../../../host/db/database.ts';
import { createLedger, type Ledger } from '../../../host/ledger/ledger.ts';
import { createPersonRecords, type PersonRecords } from '../../../host/ledger/person-records.ts';
import type { NewId } from '../../../host/lib/ids.ts';
import { createPeople, type People } from '../../../host/people/people.ts';
import type { Keyring } from '../../../host/secrets/keyring.ts';
import { openKeys } from '../../../host/secrets/open-keys.ts';
import { createCountingIds } from '../../support/counting-ids.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';

export interface KeyedLedger {
  dir: string;
  db_file: string;
  keys_dir: string;
  clock: FakeClock;
  newId: NewId;
  master_key: Buffer | null;
  database: Database;
  ledger: Ledger;
  keyring: Keyring;
  records: PersonRecords;
  people: People;
  /** Closes everything; what was in memory is gone. */
  shut(): Promise<void>;
  open(): Promise<void>;
  reopen(): Promise<void>;
  close(): Promise<void>;
}

export const openKeyedLedger = async (
  options: Partial<Pick<DatabaseOptions, 'probe'>> & { master_key?: Buffer } = {},
): Promise<KeyedLedger> => {
  const dir = mkdtempSync(path.join(tmpdir(), 'aos-keyed-'));
  const clock = createFakeClock();
  const newId = createCountingIds();
  const { master_key = null, ...database_options } = options;
  const made = {
    dir,
    db_file: path.join(dir, 'store', 'agentos.db'),
    keys_dir: path.join(dir, 'store', 'keys'),
    clock,
    newId,
    master_key,
    async open() {
      let keyring: Keyring | null = null;
      const database = await openDatabase({
        file: made.db_file,
        new_chain_id: newId(),
        before_batch: async () => keyring?.prepare(),
        ...database_options,
      });
      try {
        const keys = await openKeys(database.reader, { keys_dir: made.keys_dir, master_key: made.master_key, now: clock.now });
        keyring = keys.keyring;
        made.database = database;
        made.keyring = keyring;
        made.ledger = createLedger({ database, keys: keyring.keys });
        made.records = createPersonRecords({ database, keys: keyring.keys });
        made.people = createPeople({ ledger: made.ledger, clock, newId });
        if (keys.settings.length > 0) await made.ledger.commit({ settings: keys.settings });
      } catch (error) {
        await database.close();
        throw error;
      }
    },
    async shut() {
      await made.database.close();
      await made.keyring.close();
    },
    async reopen() {
      await made.shut();
      await made.open();
    },
    async close() {
      await made.shut().catch(() => undefined);
      rmSync(dir, { recursive: true, force: true });
    },
  } as KeyedLedger;
  await made.open();
  return made;
};

/** Builds what concerns people and keys: export, erasure, the change of the host key. */
import type { PeopleOperations } from '../admin/people-operations.ts';
import { listSecrets } from '../config/secret-list.ts';
import type { ConfigValue } from '../config/sources.ts';
import type { Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { createPersonRecords } from '../ledger/person-records.ts';
import { evidenceView, messageView } from '../ledger/views.ts';
import type { Clock } from '../lib/clock.ts';
import type { NewId } from '../lib/ids.ts';
import type { Probe } from '../lib/probe.ts';
import { createErase } from '../people/erase.ts';
import { exportPerson } from '../people/export.ts';
import type { People } from '../people/people.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { copyKeysEverywhere } from '../secrets/keys-backup.ts';
import { rotateHostKey } from '../secrets/rotate.ts';

export interface HostPeopleDeps {
  config: Config;
  database: Database;
  ledger: Ledger;
  keyring: Keyring;
  clock: Clock;
  newId: NewId;
  people: People;
  sessions: { forget(session_key: string): void };
  pairings: { forget(channel_id: string, user_key: string): void };
  wake(channel_id: string): void;
  listConfig(): ConfigValue[];
  probe?: Probe | undefined;
}

export const createHostPeople = (deps: HostPeopleDeps) => {
  const { config, database, ledger, keyring, clock } = deps;
  const records = createPersonRecords({ database, keys: keyring.keys });
  const copyKeys = () => copyKeysEverywhere(config.keys_dir, (file) => keyring.copyTo(file));
  const { erase, applyTombstones } = createErase({
    ledger,
    records,
    keyring,
    clock,
    newId: deps.newId,
    people: deps.people,
    sessions: deps.sessions,
    pairings: deps.pairings,
    wake: deps.wake,
    fold: () => database.fold(),
    copyKeys,
  });
  /** One change of keys at a time. */
  let rotating: Promise<unknown> = Promise.resolve();
  const rotate = (given: Buffer | null, actor: string) => {
    const turn = rotating.then(() =>
      rotateHostKey(
        {
          ledger,
          keyring,
          keys_dir: config.keys_dir,
          key_is_given: config.master_key !== null,
          now: () => clock.now(),
          copyKeys,
          probe: deps.probe,
        },
        given,
        actor,
      ),
    );
    rotating = turn.catch(() => undefined);
    return turn;
  };
  const operations: PeopleOperations = {
    exportUser: (channel_id, user_key) =>
      exportPerson(
        {
          ledger,
          records,
          now: () => clock.now(),
          view: (row) => messageView(ledger, row),
          viewEvidence: (row) => evidenceView(ledger, row),
        },
        channel_id,
        user_key,
      ),
    eraseUser: erase,
    listSecrets: () => listSecrets(deps.listConfig()),
    rotate,
  };
  return { ...operations, applyTombstones };
};

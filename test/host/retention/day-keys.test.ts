/** The key of a day ends with the events of that day, so that no copy of the database shows what they said. */
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConnection } from '../../../host/db/connection.ts';
import type { StoredEvent } from '../../../host/db/tables/events.ts';
import type { AuditEntry } from '../../../host/db/unit.ts';
import { openRequest } from '../../../host/ledger/event-record.ts';
import { systemClock } from '../../../host/lib/clock.ts';
import { createRetireDayKeys } from '../../../host/retention/day-keys.ts';
import { STEP } from '../../../host/retention/sweep.ts';
import { copyKeysEverywhere, copyKeysInto, KEYS_FOLDER, rememberFolder } from '../../../host/secrets/keys-backup.ts';
import { openKeys } from '../../../host/secrets/open-keys.ts';
import { makeTelegramHome } from '../../support/telegram-home.ts';
import { until } from '../../support/until.ts';
import { openAdminHost } from '../admin/harness.ts';
import { eventRow } from '../ledger/fixture.ts';
import { type KeyedLedger, openKeyedLedger } from '../secrets/keyed-ledger.ts';
import { DAY } from './fixture.ts';

let home: KeyedLedger;
let told: AuditEntry[];
let warnings: object[];
beforeEach(async () => {
  home = await openKeyedLedger();
  told = [];
  warnings = [];
});
afterEach(() => home.close());

const retire = (events_before: number, pause: () => Promise<boolean> = async () => true) =>
  createRetireDayKeys({
    keys: {
      before: home.keyring.daysBefore,
      async destroy(key_ids) {
        await home.keyring.destroyDays(key_ids);
        return { not_reached: (await copyKeysEverywhere(home.keys_dir, (file) => home.keyring.copyTo(file))).failed };
      },
    },
    aged: home.ledger.aged,
    now: home.clock.now,
    commit(unit) {
      told.push(...unit.audit);
      return home.ledger.commit(unit);
    },
    pause,
    log: (fields) => warnings.push(fields),
  })(events_before);

const record = (...ids: string[]) =>
  home.ledger.commit({ events: ids.map((id) => eventRow(home as never, id, { body: `said in ${id}` })) });
const remove = async (...ids: string[]) => {
  const rows = await home.database.reader.all<{ seq: number; id: string }>('SELECT seq, id FROM events');
  await home.ledger.commit({ event_changes: ids.map((id) => ({ id, state: 'dead' as const })) });
  await home.ledger.commit({ retire: [{ what: 'events', seqs: rows.filter(({ id }) => ids.includes(id)).map(({ seq }) => seq) }] });
};
const days = async (): Promise<string[]> => {
  const db = await openConnection(path.join(home.keys_dir, 'keys.db'), { readonly: true });
  const rows = await db.all<{ subject: string }>(`SELECT subject FROM keys WHERE kind = 'day' ORDER BY subject`);
  await db.close();
  return rows.map(({ subject }) => subject);
};
const nextDay = async (): Promise<void> => {
  home.clock.advance(DAY);
  await home.ledger.commit({});
};
/** What somebody reads who has a copy of the database, and the keys that are in that folder now. */
const readCopy = async (file: string, keys_dir: string): Promise<(string | null)[]> => {
  const db = await openConnection(file, { readonly: true });
  const rows = await db.all<StoredEvent>('SELECT * FROM events ORDER BY seq');
  const { keyring } = await openKeys(db, { keys_dir, master_key: null, now: home.clock.now });
  await keyring.keys.load(rows.map(({ request }) => request));
  const texts = rows.map((row) => openRequest(keyring.keys, row));
  await keyring.close();
  await db.close();
  return texts.map((text) => (text === null ? null : (JSON.parse(text) as { body: string }).body));
};
const copyOf = async (name: string): Promise<string> => {
  await home.database.fold();
  const file = path.join(home.dir, name);
  copyFileSync(home.db_file, file);
  return file;
};

describe('the key of a day', () => {
  it('goes with the last event of the day; a copy of the database from before says nothing any more', async () => {
    await record('monday');
    const copy = await copyOf('before.db');
    expect(await readCopy(copy, home.keys_dir)).toEqual(['said in monday']);
    await nextDay();
    await record('tuesday');
    await nextDay();
    await remove('monday');
    await retire(home.clock.now() - DAY);
    expect(await days()).toEqual(['2026-01-02', '2026-01-03']);
    expect(await readCopy(copy, home.keys_dir)).toEqual([null]);
    expect(await readCopy(await copyOf('after.db'), home.keys_dir)).toEqual(['said in tuesday']);
    expect(told).toMatchObject([{ actor: 'host', action: 'retention.day_keys', decision: 'destroyed', detail: { days: ['2026-01-01'] } }]);
  });

  it('goes from the backup of the keys too; a folder that is not there is named', async () => {
    await record('monday');
    const copy = await copyOf('before.db');
    const [backups, away] = [path.join(home.dir, 'backups'), path.join(home.dir, 'away')];
    mkdirSync(backups);
    for (const folder of [backups, away]) await rememberFolder(home.keys_dir, folder);
    await copyKeysInto(home.keys_dir, backups, (file) => home.keyring.copyTo(file));
    expect(await readCopy(copy, path.join(backups, KEYS_FOLDER))).toEqual(['said in monday']);
    await nextDay();
    await nextDay();
    await remove('monday');
    await retire(home.clock.now() - DAY);
    expect(await readCopy(copy, path.join(backups, KEYS_FOLDER))).toEqual([null]);
    expect(warnings).toEqual([{ folders: [away] }]);
    expect(told[0]?.detail).toMatchObject({ keys_backups_not_reached: [away] });
  });

  it('stays while an event of the day waits, or one that was given up keeps its reason, behind any number of others', async () => {
    await record('waits', ...Array.from({ length: STEP + 1 }, (_, index) => `other ${index}`), 'given up');
    await home.ledger.commit({
      event_changes: [{ id: 'given up', state: 'parsed', error: home.ledger.sealEventError('given up', 'partly refused') }],
    });
    await nextDay();
    await nextDay();
    await remove(...Array.from({ length: STEP + 1 }, (_, index) => `other ${index}`));
    await retire(home.clock.now() - DAY);
    await remove('waits');
    await retire(home.clock.now() - DAY);
    expect([await days(), told]).toEqual([['2026-01-01', '2026-01-02', '2026-01-03'], []]);
    await remove('given up');
    await retire(home.clock.now() - DAY);
    expect(await days()).toEqual(['2026-01-02', '2026-01-03']);
  });

  it('stays when it is the one in use, when its day is younger than events are kept, and in the hour after its day', async () => {
    await record('a');
    await remove('a');
    await retire(home.clock.now() + 30 * DAY);
    await nextDay();
    await retire(home.clock.now() - DAY);
    await retire(home.clock.now());
    expect(await days()).toEqual(['2026-01-01', '2026-01-02']);
    home.clock.advance(3_600_000);
    await retire(home.clock.now());
    expect(await days()).toEqual(['2026-01-02']);
  });

  it('stays when the host stops before every row was looked at', async () => {
    await record(...Array.from({ length: STEP + 1 }, (_, index) => `e${index}`));
    await nextDay();
    await nextDay();
    await retire(home.clock.now() - DAY, async () => false);
    expect(await days()).toContain('2026-01-01');
  });
});

it('a host removes by itself, from its start on, what is older than its retention, and destroys the keys of those days', async () => {
  const room = await makeTelegramHome();
  const month_ago = { ...systemClock, now: () => Date.now() - 30 * DAY };
  const before = await openAdminHost({ room, clock: month_ago });
  await before.channelIn('webchat', 'running');
  await before.converse('a month ago');
  await before.stop();
  const host = await openAdminHost({ room });
  const entries = async () => (await host.admin('/api/audit?action=retention.day_keys')).body.items;
  const [entry] = await until(entries, (items) => items.length === 1, 'the key of a day is destroyed');
  expect(entry.detail.days).toEqual([new Date(Date.now() - 30 * DAY).toISOString().slice(0, 10)]);
  const db = await openConnection(path.join(room.home.dir, 'store/agentos.db'), { readonly: true });
  expect(await db.all('SELECT id FROM events')).toEqual([]);
  await db.close();
  await host.stop();
  await room.telegram.close();
  room.home.remove();
});

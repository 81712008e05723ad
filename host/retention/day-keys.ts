/**
 * Raw events are sealed with the key of their day. When what a day brought is gone, its key goes too: then no older copy
 * of the database shows it either. A key that a row still names stays: an event that waits must not lose its body.
 */
import type { AgedRows } from '../db/tables/aged.ts';
import type { AuditEntry } from '../db/unit.ts';
import { STEP } from './sweep.ts';

/** Whoever sealed with the key of a day that has just ended may not have written it yet. */
const UNWRITTEN_MS = 3_600_000;

export interface DayKeys {
  /** Of days that ended before a time, but the one in use. */
  before(time: number): Promise<{ key_id: string; day: string }[]>;
  /** For good, in every backup of the keys that can be reached; names the folders that could not. */
  destroy(key_ids: readonly string[]): Promise<{ not_reached: readonly string[] }>;
}

export interface RetireDayKeysDeps {
  keys: DayKeys;
  aged: Pick<AgedRows, 'eventKeys'>;
  now(): number;
  commit(unit: { audit: AuditEntry[] }): Promise<unknown>;
  /** Lets the traffic through; false: the host stops, and the rest waits for another time. */
  pause(): Promise<boolean>;
  log(fields: object, message: string): void;
}

export const createRetireDayKeys = ({ keys, aged, now, commit, pause, log }: RetireDayKeysDeps) => {
  /** The keys that rows name; null when the host stops meanwhile. */
  const named = async (): Promise<Set<string> | null> => {
    const found = new Set<string>();
    for (let after = 0; ; ) {
      const rows = await aged.eventKeys(after, STEP);
      for (const { request_key, error_key } of rows) for (const key of [request_key, error_key]) if (key !== null) found.add(key);
      if (rows.length < STEP) return found;
      after = rows.at(-1)?.seq as number;
      if (!(await pause())) return null;
    }
  };

  /** Destroys the keys of days whose events are gone. `events_before`: events received before it are. */
  return async (events_before: number): Promise<void> => {
    const old = await keys.before(Math.min(events_before, now() - UNWRITTEN_MS));
    const needed = old.length === 0 ? null : await named();
    const free = needed === null ? [] : old.filter(({ key_id }) => !needed.has(key_id));
    if (free.length === 0) return;
    const { not_reached } = await keys.destroy(free.map(({ key_id }) => key_id));
    const days = [...new Set(free.map(({ day }) => day))];
    if (not_reached.length > 0) log({ folders: not_reached }, 'backups of the keys that could not be reached still hold keys of old days');
    const detail = { days, keys_backups_not_reached: not_reached };
    await commit({ audit: [{ at: now(), actor: 'host', action: 'retention.day_keys', decision: 'destroyed', detail }] });
  };
};
